package glockenspiel.journal.core;

import java.util.Arrays;

/**
 * From block numbers to small numbers: open addressing over arrays, 15 to 30 bytes an entry, and
 * while they grow half as much again; no order. Takes any 64 bits as a block number: a revoke may
 * name what it likes.
 */
final class BlockTable {
  /** What {@link #get} answers for a block that has nothing. */
  static final int NONE = -1;

  private static final int CAPACITY_MIN = 64;
  private static final long MIX = 0x9E3779B97F4A7C15L;

  private long[] blocks = new long[CAPACITY_MIN];
  private int[] values = empty(CAPACITY_MIN);
  private int size;

  private static int[] empty(int capacity) {
    int[] values = new int[capacity];
    Arrays.fill(values, NONE);
    return values;
  }

  /** Sets a block's number, which is not negative. Returns what it had, or {@link #NONE}. */
  int put(long block, int value) {
    int slot = find(block);
    if (values[slot] != NONE) {
      int before = values[slot];
      values[slot] = value;
      return before;
    }
    blocks[slot] = block;
    values[slot] = value;
    size++;
    if (size * 5L > blocks.length * 4L) {
      grow();
    }
    return NONE;
  }

  /** A block's number, or {@link #NONE}. */
  int get(long block) {
    return values[find(block)];
  }

  /** How many blocks have a number. */
  int size() {
    return size;
  }

  private int find(long block) {
    int mask = blocks.length - 1;
    int slot = (int) ((block * MIX) >>> 32) & mask;
    while (values[slot] != NONE && blocks[slot] != block) {
      slot = (slot + 1) & mask;
    }
    return slot;
  }

  private void grow() {
    long[] oldBlocks = blocks;
    int[] oldValues = values;
    blocks = new long[oldBlocks.length * 2];
    values = empty(blocks.length);
    for (int i = 0; i < oldBlocks.length; i++) {
      if (oldValues[i] != NONE) {
        int slot = find(oldBlocks[i]);
        blocks[slot] = oldBlocks[i];
        values[slot] = oldValues[i];
      }
    }
  }
}
