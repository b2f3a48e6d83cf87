package glockenspiel.node.transaction;

import java.util.Map;
import java.util.TreeMap;

/** A set of block numbers, kept as ranges because freed blocks mostly lie in a row. */
final class BlockRanges {
  private final TreeMap<Long, Long> endByStart = new TreeMap<>();
  private long size;

  /** Adds a block that is not there yet. */
  void add(long block) {
    long start = block;
    long end = block + 1;
    Map.Entry<Long, Long> before = endByStart.floorEntry(block);
    if (before != null && before.getValue() > block) {
      return;
    }
    if (before != null && before.getValue() == block) {
      start = before.getKey();
    }
    Long behind = endByStart.remove(end);
    if (behind != null) {
      end = behind;
    }
    endByStart.put(start, end);
    size++;
  }

  boolean contains(long block) {
    Map.Entry<Long, Long> before = endByStart.floorEntry(block);
    return before != null && before.getValue() > block;
  }

  /** How many of the blocks lie in {@code first..limit-1}. */
  long countIn(long first, long limit) {
    long count = 0;
    Map.Entry<Long, Long> before = endByStart.floorEntry(first);
    long from = before == null ? first : before.getKey();
    for (Map.Entry<Long, Long> range : endByStart.subMap(from, true, limit, false).entrySet()) {
      count += Math.max(0, Math.min(limit, range.getValue()) - Math.max(first, range.getKey()));
    }
    return count;
  }

  boolean isEmpty() {
    return size == 0;
  }
}
