package glockenspiel.ondisk;

import java.util.Arrays;

/**
 * A set of block numbers: what a walk has already seen, so that a loop or a block used twice is
 * noticed. Open addressing over a long array, 16 bytes per block on average; there is no way to
 * iterate it.
 */
public final class BlockSet {
  private static final int CAPACITY_MIN = 16;
  private static final long MIX = 0x9E3779B97F4A7C15L;
  private static final long EMPTY = 0;

  private long[] slots = new long[CAPACITY_MIN];
  private int size;

  /**
   * Adds a block.
   *
   * @param block not 0
   * @return whether it was not there yet
   */
  public boolean add(long block) {
    if (block == EMPTY) {
      throw new IllegalArgumentException("block 0");
    }
    int slot = find(block);
    if (slots[slot] == block) {
      return false;
    }
    slots[slot] = block;
    size++;
    if (size * 2L > slots.length) {
      grow();
    }
    return true;
  }

  /** Whether the block was added. */
  public boolean contains(long block) {
    return block != EMPTY && slots[find(block)] == block;
  }

  /** How many blocks were added. */
  public int size() {
    return size;
  }

  /** Forgets all blocks. */
  public void clear() {
    Arrays.fill(slots, EMPTY);
    size = 0;
  }

  private int find(long block) {
    int mask = slots.length - 1;
    int slot = (int) ((block * MIX) >>> 32) & mask;
    while (slots[slot] != EMPTY && slots[slot] != block) {
      slot = (slot + 1) & mask;
    }
    return slot;
  }

  private void grow() {
    long[] old = slots;
    slots = new long[old.length * 2];
    for (long block : old) {
      if (block != EMPTY) {
        slots[find(block)] = block;
      }
    }
  }
}
