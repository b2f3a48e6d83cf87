package glockenspiel.node.transaction;

import glockenspiel.protocol.storage.Appended;
import glockenspiel.protocol.storage.OpenedJournal;
import glockenspiel.runtime.state.InvariantViolation;
import org.jspecify.annotations.Nullable;

/**
 * How much of the journal is taken: from the tail that the newest durable header carries to that
 * header. Only a durable header frees space, because a crash in the middle of the next flush falls
 * back to it.
 */
final class JournalSpace {
  // Never used by flushes that bring content: the header that moves the tail always fits.
  private static final int KEPT_FREE = 4;

  private static final int WORTH_LETTING_GO = 16;

  private final long length;
  private long headBlock;
  private long tailBlock;

  JournalSpace(OpenedJournal journal) {
    length = journal.blocks();
    headBlock = journal.headBlock();
    tailBlock = journal.headBlock();
  }

  /** Blocks from tail to head. */
  long used() {
    return Math.floorMod(headBlock - tailBlock, length) + 1;
  }

  /** Whether a flush of so many blocks can be appended now. */
  boolean fits(long blocks) {
    return used() + blocks + KEPT_FREE <= length;
  }

  /** Blocks of the largest flush that is ever made. */
  long flushBlocksMax() {
    return length / 2;
  }

  /** Whether the journal is so full that blocks should be written in place at once. */
  boolean isFilling() {
    return used() > length / 2;
  }

  /**
   * Whether moving the tail frees so much of the journal that it is worth a second sync: otherwise
   * a replay has that much more to read.
   *
   * @param tail the oldest flush that is not all in place; null when everything is
   */
  boolean isWorthLettingGo(@Nullable LoggedFlush tail) {
    long freed = tail == null ? used() : Math.floorMod(tail.firstBlock() - tailBlock, length);
    return freed > length / WORTH_LETTING_GO;
  }

  /**
   * A flush is durable.
   *
   * @param tail where the tail that it carried begins; {@link ActiveRegion#NO_TAIL} for itself
   */
  void appended(Appended flush, long tail) {
    InvariantViolation.require(
        flush.headBlock() >= 0 && flush.headBlock() < length && flush.firstBlock() < length,
        "the flush is outside the journal of " + length + " blocks: " + flush);
    headBlock = flush.headBlock();
    tailBlock = tail == ActiveRegion.NO_TAIL ? flush.firstBlock() : tail;
  }
}
