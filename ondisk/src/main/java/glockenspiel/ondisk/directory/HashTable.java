package glockenspiel.ondisk.directory;

import glockenspiel.ondisk.BlockSet;
import glockenspiel.ondisk.CorruptBlockException;
import glockenspiel.ondisk.FieldCheck;
import glockenspiel.ondisk.Geometry;
import glockenspiel.ondisk.inode.BlockMap;
import glockenspiel.ondisk.inode.Dinode;
import glockenspiel.ondisk.inode.InodeContent;
import java.nio.ByteBuffer;
import java.util.function.Consumer;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;

/**
 * The hash table of a hashed (exhash) directory: 2^{@code di_depth} leaf pointers, the directory's
 * content. It lies stuffed in the dinode, or in data blocks with metadata headers.
 *
 * <pre>
 *   di_depth 3         000 001 010 011 100 101 110 111    upper bits of the name's hash
 *                       |   |   |   |    \  |   |  /
 *   leaves (lf_depth)   A3  B3  C2  C2     D1 ...         lf_next -> next leaf of a chain
 * </pre>
 *
 * <p>A leaf of depth d is pointed at by 2^(di_depth - d) slots in a row, at a multiple of that
 * number. Full leaves of the greatest depth go on in a chain.
 */
public final class HashTable {
  private static final String STRUCTURE = "hash table";

  private final Dinode directory;
  private final BlockMap map;
  private final InodeContent content;
  private final int depth;

  /**
   * @param directory a hashed directory
   * @param map reads the table's blocks and the leaves
   * @throws CorruptBlockException if it is no hashed directory, or its size does not fit its depth
   */
  public HashTable(Dinode directory, BlockMap map) {
    if (!directory.isDirectory() || !directory.isExhash()) {
      throw CorruptBlockException.hex(
          directory.block(), "dinode", "di_flags", directory.flags(), "a directory with EXHASH");
    }
    this.directory = directory;
    this.map = map;
    this.content = new InodeContent(map);
    this.depth = directory.depth();
    FieldCheck.equal(
        directory.block(),
        "dinode",
        "di_size of a hashed directory",
        directory.size(),
        (long) Long.BYTES << depth);
  }

  /** {@code di_depth}. */
  public int depth() {
    return depth;
  }

  /** Number of slots. */
  public int size() {
    return 1 << depth;
  }

  /**
   * The first leaf of the chain that holds a name with this hash.
   *
   * @throws CorruptBlockException if the table is damaged there
   */
  public long leafOf(int hash) {
    int index = NameHash.tableIndex(hash, depth);
    ByteBuffer slot = ByteBuffer.allocate(Long.BYTES);
    content.read(directory, (long) index * Long.BYTES, slot);
    return checkSlot(index, slot.getLong(0));
  }

  /**
   * Finds a name: looks through the chain of its hash.
   *
   * @return the leaf that holds it, or null; {@link EntryBlock#find} there gives the offset
   * @throws CorruptBlockException if table, chain or a leaf are damaged on the way
   */
  public @Nullable Leaf find(byte[] name, int hash) {
    return firstLeaf(hash, leaf -> leaf.entryBlock().find(name, hash) != EntryBlock.NONE);
  }

  /**
   * Finds the first leaf of a hash's chain with room for a name.
   *
   * @return the leaf, or null: splitting is not done here
   */
  public @Nullable Leaf findRoom(int nameLength, int hash) {
    return firstLeaf(hash, leaf -> leaf.entryBlock().hasRoom(nameLength));
  }

  private @Nullable Leaf firstLeaf(int hash, Predicate<Leaf> wanted) {
    BlockSet seen = new BlockSet();
    long at = leafOf(hash);
    while (at != 0) {
      Leaf leaf = readLeaf(at, seen);
      if (leaf.depth() > depth) {
        throw tooDeep(leaf);
      }
      if (wanted.test(leaf)) {
        return leaf;
      }
      at = nextOf(leaf);
    }
    return null;
  }

  /**
   * Shows every leaf once, in the order of the table, chains after their first leaf. The whole
   * table is read first.
   *
   * @throws CorruptBlockException if slots do not fit the leaves' depths, or a leaf is met twice;
   *     what was shown before stands
   */
  public void forEachLeaf(Consumer<Leaf> visitor) {
    ByteBuffer table = ByteBuffer.allocate(size() * Long.BYTES);
    content.read(directory, 0, table);
    BlockSet seen = new BlockSet();
    int index = 0;
    while (index < size()) {
      long first = checkSlot(index, table.getLong(index * Long.BYTES));
      Leaf leaf = readLeaf(first, seen);
      if (leaf.depth() > depth) {
        throw tooDeep(leaf);
      }
      int slots = 1 << (depth - leaf.depth());
      if (index % slots != 0) {
        throw new CorruptBlockException(
            first, "leaf", "lf_depth", leaf.depth(), "one whose slots may begin at slot " + index);
      }
      for (int same = index; same < index + slots; same++) {
        if (table.getLong(same * Long.BYTES) != first) {
          throw CorruptBlockException.hex(
              directory.block(),
              STRUCTURE,
              "slot " + same,
              table.getLong(same * Long.BYTES),
              "leaf 0x" + Long.toHexString(first) + " of depth " + leaf.depth());
        }
      }
      visitor.accept(leaf);
      for (long at = nextOf(leaf); at != 0; at = nextOf(leaf)) {
        leaf = readLeaf(at, seen);
        visitor.accept(leaf);
      }
      index += slots;
    }
  }

  private Leaf readLeaf(long block, BlockSet seen) {
    if (!seen.add(block)) {
      throw new CorruptBlockException(
          block, "leaf", "lf_next or slot", "to a leaf met before", "a leaf used once");
    }
    return Leaf.of(map.reader().read(block), block, geometry());
  }

  private long nextOf(Leaf leaf) {
    long next = leaf.next();
    return next == 0 ? 0 : map.checkPointer(leaf.block(), "leaf", "lf_next", next);
  }

  private long checkSlot(int index, long pointer) {
    if (!map.isPointer(pointer)) {
      map.checkPointer(directory.block(), STRUCTURE, "slot " + index, pointer);
    }
    return pointer;
  }

  private CorruptBlockException tooDeep(Leaf leaf) {
    return new CorruptBlockException(
        leaf.block(), "leaf", "lf_depth", leaf.depth(), "at most di_depth " + depth);
  }

  private Geometry geometry() {
    return map.geometry();
  }
}
