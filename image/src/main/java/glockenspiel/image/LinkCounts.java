package glockenspiel.image;

import java.util.Arrays;
import java.util.function.LongConsumer;

/**
 * Counts the entries that point at inodes with more or less than one link. Inodes whose only link
 * is found once are not kept, so memory is about 32 bytes for each inode with hard links.
 */
final class LinkCounts {
  private static final int CAPACITY_MIN = 16;
  private static final long MIX = 0x9E3779B97F4A7C15L;
  private static final int NONE = -1;

  private long[] inodes = new long[CAPACITY_MIN];
  private int[] counts = new int[CAPACITY_MIN];
  private int[] slots = newSlots(2 * CAPACITY_MIN);
  private int size;

  private static int[] newSlots(int length) {
    int[] slots = new int[length];
    Arrays.fill(slots, NONE);
    return slots;
  }

  /** Whether the inode is kept. */
  boolean contains(long inode) {
    return slots[find(inode)] != NONE;
  }

  /** Adds entries to an inode, which is kept from now on. */
  void add(long inode, int entries) {
    int slot = find(inode);
    if (slots[slot] != NONE) {
      counts[slots[slot]] += entries;
      return;
    }
    if (size == inodes.length) {
      grow();
      slot = find(inode);
    }
    slots[slot] = size;
    inodes[size] = inode;
    counts[size] = entries;
    size++;
  }

  /** The entries found of a kept inode; 0 of others. */
  int count(long inode) {
    int slot = find(inode);
    return slots[slot] == NONE ? 0 : counts[slots[slot]];
  }

  /** Shows all kept inodes, in the order in which they were added. */
  void forEach(LongConsumer visitor) {
    for (int index = 0; index < size; index++) {
      visitor.accept(inodes[index]);
    }
  }

  private int find(long inode) {
    int mask = slots.length - 1;
    int slot = (int) ((inode * MIX) >>> 32) & mask;
    while (slots[slot] != NONE && inodes[slots[slot]] != inode) {
      slot = (slot + 1) & mask;
    }
    return slot;
  }

  private void grow() {
    inodes = Arrays.copyOf(inodes, 2 * size);
    counts = Arrays.copyOf(counts, 2 * size);
    slots = newSlots(4 * size);
    for (int index = 0; index < size; index++) {
      slots[find(inodes[index])] = index;
    }
  }
}
