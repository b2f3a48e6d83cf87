package glockenspiel.image;

import glockenspiel.ondisk.Geometry;
import glockenspiel.ondisk.inode.Dinode;
import glockenspiel.ondisk.inode.IndirectBlock;
import java.nio.ByteBuffer;

/**
 * The shape of a new inode without holes. Its blocks are numbered level by level:
 *
 * <pre>
 *   ordinal  0       1 ... n1         n1+1 ... n1+n2      ...  the rest
 *            dinode  indirect, level 1  indirect, level 2      data
 * </pre>
 *
 * <p>So the data of a journal that is placed in one run is one extent, as mkfs.gfs2 lays it out.
 */
final class PointerTree {
  private final Geometry geometry;
  private final int height;
  private final long[] counts;
  private final long[] firsts;

  /**
   * @param dataBlocks number of data blocks, at least 1
   * @param height of the tree, at least 1, high enough
   */
  PointerTree(Geometry geometry, long dataBlocks, int height) {
    this.geometry = geometry;
    this.height = height;
    this.counts = new long[height + 1];
    this.firsts = new long[height + 1];
    counts[height] = dataBlocks;
    for (int level = height - 1; level > 0; level--) {
      counts[level] = Math.ceilDiv(counts[level + 1], geometry.indirectPointers());
    }
    counts[0] = 1;
    for (int level = 1; level <= height; level++) {
      firsts[level] = firsts[level - 1] + counts[level - 1];
    }
  }

  /** Levels of pointers: {@code di_height}. */
  int height() {
    return height;
  }

  /** All blocks, with dinode and pointers. */
  long blocks() {
    return firsts[height] + counts[height];
  }

  /** Number of data blocks. */
  long dataBlocks() {
    return counts[height];
  }

  /** The ordinal of the first data block. */
  long firstData() {
    return firsts[height];
  }

  /** Sets the pointers of a dinode. */
  void fill(Dinode dinode, Placement placement) {
    for (int index = 0; index < counts[1]; index++) {
      dinode.setPointer(index, placement.at(firsts[1] + index));
    }
  }

  /**
   * Makes an indirect block.
   *
   * @param ordinal 1..{@link #firstData}-1
   */
  void fillIndirect(long ordinal, ByteBuffer block, Placement placement) {
    int level = 1;
    while (ordinal >= firsts[level + 1]) {
      level++;
    }
    IndirectBlock indirect = IndirectBlock.format(block, placement.at(ordinal), geometry);
    long below = (ordinal - firsts[level]) * geometry.indirectPointers();
    long count = Math.min(geometry.indirectPointers(), counts[level + 1] - below);
    for (int index = 0; index < count; index++) {
      indirect.setPointer(index, placement.at(firsts[level + 1] + below + index));
    }
  }
}
