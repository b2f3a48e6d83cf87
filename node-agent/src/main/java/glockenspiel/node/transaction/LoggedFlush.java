package glockenspiel.node.transaction;

import java.util.TreeMap;

/** A flush of the active region, with the blocks whose newest image it holds. */
final class LoggedFlush {
  private static final long NOT_DURABLE = -1;

  private final long ordinal;
  private final TreeMap<Long, LoggedBlock> newest = new TreeMap<>();
  private int notInPlace;
  private long firstBlock = NOT_DURABLE;

  LoggedFlush(long ordinal) {
    this.ordinal = ordinal;
  }

  /** Flushes are numbered from 1 in the order of their appends. */
  long ordinal() {
    return ordinal;
  }

  boolean isDurable() {
    return firstBlock != NOT_DURABLE;
  }

  /** Where it begins in the journal. */
  long firstBlock() {
    return firstBlock;
  }

  void durable(long first) {
    firstBlock = first;
  }

  void add(LoggedBlock block) {
    newest.put(block.number(), block);
    notInPlace++;
  }

  /** The block has a newer image, or was revoked. */
  void remove(LoggedBlock block) {
    if (newest.remove(block.number(), block) && !block.isInPlace()) {
      notInPlace--;
    }
  }

  void inPlace(LoggedBlock block) {
    if (!block.isInPlace() && newest.get(block.number()) == block) {
      notInPlace--;
    }
    block.setInPlace();
  }

  boolean isAllInPlace() {
    return notInPlace == 0;
  }

  /** The blocks whose newest image is here, by number. */
  Iterable<LoggedBlock> blocks() {
    return newest.values();
  }
}
