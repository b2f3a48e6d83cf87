package glockenspiel.journal.core;

/**
 * From block numbers to small numbers: open addressing over arrays, 24 bytes an entry on average;
 * no order.
 */
final class BlockTable {
  /** What {@link #get} answers for a block that has nothing. */
  static final int NONE = -1;

  private static final int CAPACITY_MIN = 64;
  private static final long MIX = 0x9E3779B97F4A7C15L;

  private long[] blocks = new long[CAPACITY_MIN];
  private int[] values = new int[CAPACITY_MIN];
  private int size;

  /** Sets a block's number; the block is not 0. Returns what it had, or {@link #NONE}. */
  int put(long block, int value) {
    int slot = find(block);
    if (blocks[slot] == block) {
      int before = values[slot];
      values[slot] = value;
      return before;
    }
    blocks[slot] = block;
    values[slot] = value;
    size++;
    if (size * 2L > blocks.length) {
      grow();
    }
    return NONE;
  }

  /** A block's number, or {@link #NONE}. */
  int get(long block) {
    int slot = find(block);
    return blocks[slot] == block ? values[slot] : NONE;
  }

  /** How many blocks have a number. */
  int size() {
    return size;
  }

  private int find(long block) {
    if (block == 0) {
      throw new IllegalArgumentException("block 0");
    }
    int mask = blocks.length - 1;
    int slot = (int) ((block * MIX) >>> 32) & mask;
    while (blocks[slot] != 0 && blocks[slot] != block) {
      slot = (slot + 1) & mask;
    }
    return slot;
  }

  private void grow() {
    long[] oldBlocks = blocks;
    int[] oldValues = values;
    blocks = new long[oldBlocks.length * 2];
    values = new int[blocks.length];
    for (int i = 0; i < oldBlocks.length; i++) {
      if (oldBlocks[i] != 0) {
        int slot = find(oldBlocks[i]);
        blocks[slot] = oldBlocks[i];
        values[slot] = oldValues[i];
      }
    }
  }
}
