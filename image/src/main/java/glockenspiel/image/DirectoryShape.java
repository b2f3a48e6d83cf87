package glockenspiel.image;

import glockenspiel.ondisk.Geometry;
import glockenspiel.ondisk.directory.DirectoryEntry;
import glockenspiel.ondisk.directory.NameHash;
import glockenspiel.ondisk.inode.FileType;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * How a new directory is laid out; follows from its names alone. It is linear if the names fit the
 * dinode, else hashed: leaves are split by the hash's upper bits until each holds what falls to it,
 * as if the names had been inserted one by one. At 512-byte blocks even the master directory is
 * hashed.
 *
 * <p>Blocks of a hashed directory: dinode, blocks of the hash table's tree (none if the table fits
 * the dinode), leaves.
 */
final class DirectoryShape {
  /**
   * A name.
   *
   * @param bytes of the name
   * @param hash {@link NameHash#of} it
   * @param type of the inode
   */
  @SuppressWarnings("ArrayRecordComponent")
  record Name(byte[] bytes, int hash, FileType type) {
    static Name of(String name, FileType type) {
      byte[] bytes = name.getBytes(StandardCharsets.UTF_8);
      return new Name(bytes, NameHash.of(bytes), type);
    }

    int entryBytes() {
      return DirectoryEntry.bytesFor(bytes.length);
    }
  }

  /**
   * A leaf.
   *
   * @param firstHash the lowest hash that falls to it, unsigned
   * @param depth upper bits of the hash that its names share
   * @param names indexes of its names
   */
  record LeafShape(int firstHash, int depth, List<Integer> names) {}

  private final Geometry geometry;
  private final List<Name> names;
  private final List<LeafShape> leaves = new ArrayList<>();
  private final int depth;
  private final @Nullable PointerTree tableTree;

  /**
   * @param names with {@code .} and {@code ..}, all different
   * @throws IllegalArgumentException if so many names share a hash that a leaf would need a chain
   */
  DirectoryShape(Geometry geometry, List<Name> names) {
    this.geometry = geometry;
    this.names = List.copyOf(names);
    if (bytesOf(names) <= geometry.stuffedBytesMax()) {
      this.depth = 0;
      this.tableTree = null;
      return;
    }
    List<Integer> all = new ArrayList<>();
    for (int index = 0; index < names.size(); index++) {
      all.add(index);
    }
    split(new LeafShape(0, 0, all));
    int deepest = Integer.numberOfTrailingZeros(geometry.stuffedHashTablePointers());
    for (LeafShape leaf : leaves) {
      deepest = Math.max(deepest, leaf.depth());
    }
    this.depth = deepest;
    int height = geometry.heightFor(tableBytes(), true);
    this.tableTree =
        height == 0
            ? null
            : new PointerTree(
                geometry, Math.ceilDiv(tableBytes(), geometry.journaledDataBytes()), height);
  }

  private static int bytesOf(List<Name> names) {
    return names.stream().mapToInt(Name::entryBytes).sum();
  }

  private void split(LeafShape leaf) {
    int bytes = leaf.names().stream().mapToInt(index -> names.get(index).entryBytes()).sum();
    if (bytes <= geometry.leafEntryBytes()) {
      leaves.add(leaf);
      return;
    }
    if (leaf.depth() == Geometry.DEPTH_MAX) {
      throw new IllegalArgumentException("too many names with hash " + leaf.firstHash());
    }
    int bit = Integer.MIN_VALUE >>> leaf.depth();
    List<Integer> low = new ArrayList<>();
    List<Integer> high = new ArrayList<>();
    for (int index : leaf.names()) {
      ((names.get(index).hash() & bit) == 0 ? low : high).add(index);
    }
    split(new LeafShape(leaf.firstHash(), leaf.depth() + 1, low));
    split(new LeafShape(leaf.firstHash() | bit, leaf.depth() + 1, high));
  }

  List<Name> names() {
    return names;
  }

  boolean isHashed() {
    return !leaves.isEmpty();
  }

  /** {@code di_depth}. */
  int depth() {
    return depth;
  }

  /** Leaves in the order of their hashes; none in a linear directory. */
  List<LeafShape> leaves() {
    return leaves;
  }

  /** The tree of the hash table, or null if the table is stuffed or there is none. */
  @Nullable PointerTree tableTree() {
    return tableTree;
  }

  /** Bytes of the hash table. */
  long tableBytes() {
    return (long) Long.BYTES << depth;
  }

  /** The ordinal of the first leaf. */
  long firstLeaf() {
    return tableTree == null ? 1 : tableTree.blocks();
  }

  /** Number of blocks, with the dinode. */
  long blocks() {
    return firstLeaf() + leaves.size();
  }
}
