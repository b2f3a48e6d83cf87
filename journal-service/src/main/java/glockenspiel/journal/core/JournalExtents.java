package glockenspiel.journal.core;

import glockenspiel.ondisk.inode.Extent;
import java.util.Arrays;
import java.util.Comparator;
import java.util.List;
import java.util.stream.IntStream;

/**
 * Where a journal's blocks lie. Positions count its blocks from 0 and wrap at its end; a journal
 * that was added later can lie in a thousand extents.
 */
final class JournalExtents {
  private final long[] positions;
  private final long[] blocks;
  private final int length;

  /**
   * @param extents in the order of positions, from 0, without holes
   * @param length blocks of the journal
   */
  JournalExtents(List<Extent> extents, int length) {
    this.positions = extents.stream().mapToLong(Extent::logical).toArray();
    this.blocks = extents.stream().mapToLong(Extent::physical).toArray();
    this.length = length;
  }

  /** Blocks of the journal. */
  int length() {
    return length;
  }

  /** How many extents there are. */
  int count() {
    return positions.length;
  }

  /** The block of the volume at a position. */
  long blockAt(long position) {
    int index = indexOf(position);
    return blocks[index] + position - positions[index];
  }

  /** How many positions from this one on lie in a row on the device. */
  int runFrom(long position) {
    int index = indexOf(position);
    long end = index + 1 < positions.length ? positions[index + 1] : length;
    return (int) (end - position);
  }

  /** The first block of an extent. */
  long firstBlock(int extent) {
    return blocks[extent];
  }

  /** The blocks of an extent. */
  long blocksOf(int extent) {
    long end = extent + 1 < positions.length ? positions[extent + 1] : length;
    return end - positions[extent];
  }

  /** Whether a block lies at more than one position. */
  boolean repeats() {
    Integer[] order = IntStream.range(0, blocks.length).boxed().toArray(Integer[]::new);
    Arrays.sort(order, Comparator.comparingLong(extent -> blocks[extent]));
    for (int i = 1; i < order.length; i++) {
      if (blocks[order[i]] < blocks[order[i - 1]] + blocksOf(order[i - 1])) {
        return true;
      }
    }
    return false;
  }

  /** The position after this many more, around the ring. */
  long plus(long position, long more) {
    return (position + more) % length;
  }

  /** Steps forward from one position to another, around the ring: 0..length-1. */
  long distance(long from, long to) {
    return to >= from ? to - from : to - from + length;
  }

  private int indexOf(long position) {
    if (position < 0 || position >= length) {
      throw new IndexOutOfBoundsException("position " + position + " of " + length);
    }
    int low = 0;
    int high = positions.length - 1;
    while (low < high) {
      int middle = (low + high + 1) >>> 1;
      if (positions[middle] <= position) {
        low = middle;
      } else {
        high = middle - 1;
      }
    }
    return low;
  }
}
