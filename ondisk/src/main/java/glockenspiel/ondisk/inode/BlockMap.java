package glockenspiel.ondisk.inode;

import glockenspiel.ondisk.BlockReader;
import glockenspiel.ondisk.BlockSet;
import glockenspiel.ondisk.CorruptBlockException;
import glockenspiel.ondisk.FieldCheck;
import glockenspiel.ondisk.Geometry;
import glockenspiel.ondisk.MetaHeader;
import glockenspiel.ondisk.MetaType;
import java.nio.ByteBuffer;
import java.util.function.Consumer;

/**
 * Finds an inode's blocks through its tree of pointers.
 *
 * <pre>
 *   height 1            height 2
 *   dinode -> data      dinode -> indirect -> data
 *             data                            data
 *                                 indirect -> ...
 * </pre>
 *
 * <p>Every pointer must lie behind the superblock and inside the volume, every indirect block must
 * be one, no path may meet the same block twice, and in a walk no two pointers may lead to the same
 * indirect block. So every call ends after at most as many reads as there are valid indirect
 * blocks. A stuffed inode (height 0) has no tree: its content is {@link Dinode#stuffedData}, {@link
 * #walk} shows nothing, and {@link #map} finds only holes.
 */
public final class BlockMap {
  /** What {@link #map} answers where nothing is allocated. */
  public static final long HOLE = 0;

  private static final String POINTER = "pointer";

  private final Geometry geometry;
  private final long first;
  private final long limit;
  private final BlockReader reader;

  /**
   * @param limit number of blocks in the volume: the lowest block number that no pointer may have
   * @param reader called for indirect blocks only
   */
  public BlockMap(Geometry geometry, long limit, BlockReader reader) {
    this.geometry = geometry;
    this.first = geometry.superblockBlock() + 1;
    this.limit = limit;
    this.reader = reader;
  }

  /** The volume's geometry. */
  public Geometry geometry() {
    return geometry;
  }

  /** The reader given to the constructor. */
  public BlockReader reader() {
    return reader;
  }

  /** Whether a block number lies between superblock and limit. */
  public boolean isPointer(long pointer) {
    return pointer >= first && pointer < limit;
  }

  /**
   * Checks a pointer of any structure.
   *
   * @return the pointer
   * @throws CorruptBlockException naming block, structure and field, if it does not lie between
   *     superblock and limit
   */
  public long checkPointer(long block, String structure, String field, long pointer) {
    return FieldCheck.pointer(block, structure, field, pointer, first, limit);
  }

  /**
   * Where a logical block lies.
   *
   * @param logical not negative; any number, those behind the tree's reach are holes
   * @return the block, or {@link #HOLE}
   * @throws CorruptBlockException if the tree is damaged on the way
   */
  public long map(Dinode dinode, long logical) {
    return mapExtent(dinode, logical, 1).physical();
  }

  /**
   * Where a run of logical blocks lies: as many as lie in a row (or in a hole) and hang on the same
   * lowest pointer block, at most {@code lengthMax}.
   *
   * @param logical first logical block, not negative
   * @param lengthMax at least 1
   * @throws CorruptBlockException if the tree is damaged on the way
   */
  public Extent mapExtent(Dinode dinode, long logical, long lengthMax) {
    int height = dinode.height();
    if (logical < 0 || logical >= geometry.mappedBlocks(height)) {
      return new Extent(logical, HOLE, lengthMax);
    }
    ByteBuffer node = dinode.buffer();
    long[] path = new long[height];
    path[0] = dinode.block();
    for (int level = 0; level < height - 1; level++) {
      long below = checked(node, level, geometry.pointerIndex(height, level, logical), path);
      if (below == HOLE) {
        long index = geometry.pointerIndex(height, height - 1, logical);
        return new Extent(logical, HOLE, Math.min(lengthMax, geometry.indirectPointers() - index));
      }
      node = reader.read(below);
      MetaHeader.check(node, below, MetaType.INDIRECT);
      path[level + 1] = below;
    }
    int index = geometry.pointerIndex(height, height - 1, logical);
    long physical = checked(node, height - 1, index, path);
    long step = physical == HOLE ? 0 : 1;
    long lengthLimit = Math.min(lengthMax, pointers(height - 1) - index);
    long length = 1;
    while (length < lengthLimit
        && checked(node, height - 1, (int) (index + length), path) == physical + length * step) {
      length++;
    }
    return new Extent(logical, physical, length);
  }

  /**
   * Shows every indirect and data block of the inode once, in the order of logical blocks, parents
   * first.
   *
   * @throws CorruptBlockException if the tree is damaged; what was shown before stands
   */
  public void walk(Dinode dinode, TreeVisitor visitor) {
    int height = dinode.height();
    if (height == 0) {
      return;
    }
    BlockSet seen = new BlockSet();
    seen.add(dinode.block());
    long[] path = new long[height];
    path[0] = dinode.block();
    walk(dinode.buffer(), 0, 0, path, seen, visitor);
  }

  /**
   * Shows all extents of the inode in order, as long as they can be; holes are left out.
   *
   * @throws CorruptBlockException if the tree is damaged; what was shown before stands
   */
  public void forEachExtent(Dinode dinode, Consumer<Extent> visitor) {
    ExtentJoiner joiner = new ExtentJoiner(visitor);
    walk(dinode, joiner);
    joiner.finish();
  }

  private void walk(
      ByteBuffer node,
      int level,
      long firstLogical,
      long[] path,
      BlockSet seen,
      TreeVisitor visitor) {
    int height = path.length;
    long span = spanOf(height, level);
    int pointers = pointers(level);
    for (int index = 0; index < pointers; index++) {
      long below = checked(node, level, index, path);
      if (below == HOLE) {
        continue;
      }
      long logical = firstLogical + index * span;
      if (logical > geometry.logicalBlockMax()) {
        throw CorruptBlockException.hex(
            path[level],
            structure(level),
            "pointer " + index,
            below,
            "0, as no file reaches that far");
      }
      if (level == height - 1) {
        if (seen.contains(below)) {
          throw usedTwice(path[level], index, below);
        }
        visitor.data(logical, below);
      } else {
        if (!seen.add(below)) {
          throw usedTwice(path[level], index, below);
        }
        ByteBuffer content = reader.read(below);
        MetaHeader.check(content, below, MetaType.INDIRECT);
        visitor.indirect(below, level + 1, logical, content);
        path[level + 1] = below;
        walk(content, level + 1, logical, path, seen, visitor);
      }
    }
  }

  /** Logical blocks below one pointer of this level. */
  private long spanOf(int height, int level) {
    long span = 1;
    for (int below = level; below < height - 1; below++) {
      span *= geometry.indirectPointers();
    }
    return span;
  }

  private int pointers(int level) {
    return level == 0 ? geometry.dinodePointers() : geometry.indirectPointers();
  }

  /**
   * The pointer at an index of a path's last block, checked against the volume and against the
   * path.
   */
  private long checked(ByteBuffer node, int level, int index, long[] path) {
    int header = level == 0 ? Geometry.DINODE_HEADER_BYTES : MetaHeader.BYTES;
    long pointer = node.getLong(header + index * Long.BYTES);
    if (pointer == HOLE) {
      return HOLE;
    }
    checkPointer(path[level], structure(level), POINTER, pointer);
    for (int above = 0; above <= level; above++) {
      if (path[above] == pointer) {
        throw usedTwice(path[level], index, pointer);
      }
    }
    return pointer;
  }

  private static String structure(int level) {
    return (level == 0 ? MetaType.DINODE : MetaType.INDIRECT).structure();
  }

  private static CorruptBlockException usedTwice(long block, int index, long pointer) {
    return CorruptBlockException.hex(
        block,
        "pointer tree",
        "pointer " + index,
        pointer,
        "a block that this tree does not use already");
  }

  /** Joins single blocks to extents. */
  private static final class ExtentJoiner implements TreeVisitor {
    private final Consumer<Extent> visitor;
    private long logical;
    private long physical;
    private long length;

    ExtentJoiner(Consumer<Extent> visitor) {
      this.visitor = visitor;
    }

    @Override
    public void indirect(long block, int level, long firstLogical, ByteBuffer content) {}

    @Override
    public void data(long nextLogical, long block) {
      if (length > 0 && nextLogical == logical + length && block == physical + length) {
        length++;
        return;
      }
      finish();
      logical = nextLogical;
      physical = block;
      length = 1;
    }

    void finish() {
      if (length > 0) {
        visitor.accept(new Extent(logical, physical, length));
      }
    }
  }
}
