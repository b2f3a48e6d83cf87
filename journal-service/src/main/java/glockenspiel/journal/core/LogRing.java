package glockenspiel.journal.core;

import glockenspiel.protocol.storage.LogFlush;
import glockenspiel.protocol.storage.StorageException;
import glockenspiel.protocol.storage.StorageException.Reason;
import java.util.ArrayDeque;
import java.util.Deque;

/**
 * The space of one journal.
 *
 * <pre>
 *        tail              head
 *   .....[#################]................   used: tail to head, the head included
 *   ######]..............[##################   the same, around the end
 * </pre>
 *
 * <p>What the newest durable header calls active is never overwritten: until the next header is
 * durable, a crash makes that one the head again. So a flush must fit beside it even when its own
 * tail is far ahead. One block always stays free for the clean header of a replay, and a few more
 * for the flush that does nothing but move the tail: without them a full journal would stay full.
 */
final class LogRing {
  /** Blocks that only a flush that moves the tail forward may use. */
  static final int RESERVE_BLOCKS = 4;

  /** In a flush: everything before it is in place. */
  static final long TAIL_IS_THIS_FLUSH = -1;

  private final JournalExtents extents;
  private final int jid;
  private final Deque<Long> flushes = new ArrayDeque<>();
  private long tail;
  private long head;
  private long sequence;

  /**
   * The space around a durable head.
   *
   * @param tail where its active region begins; of a clean head, its own position
   */
  LogRing(JournalExtents extents, int jid, long tail, long head, long sequence) {
    this.extents = extents;
    this.jid = jid;
    this.tail = tail;
    this.head = head;
    this.sequence = sequence;
  }

  /** A flush begins here: found on the way from tail to head when the journal is taken up again. */
  void addFlush(long firstBlock) {
    flushes.add(firstBlock);
  }

  long head() {
    return head;
  }

  long tail() {
    return tail;
  }

  long sequence() {
    return sequence;
  }

  /** Where the next flush begins. */
  long next() {
    return extents.plus(head, 1);
  }

  /** Blocks that are not in use. */
  long free() {
    return extents.length() - used(tail, head);
  }

  private long used(long from, long to) {
    return extents.distance(from, to) + 1;
  }

  /**
   * The tail for a flush's header.
   *
   * @throws StorageException INVALID_ARGUMENT when no flush that is still in the log begins there
   */
  long tailOf(LogFlush flush) {
    if (flush.tail() == TAIL_IS_THIS_FLUSH) {
      return next();
    }
    if (!flushes.contains(flush.tail())) {
      throw new StorageException(
          Reason.INVALID_ARGUMENT,
          "journal "
              + jid
              + " tail "
              + flush.tail()
              + ": no flush that is still in the log begins there");
    }
    return flush.tail();
  }

  /**
   * Whether a flush fits.
   *
   * @param length its blocks with the header
   * @param newTail its tail
   * @throws StorageException JOURNAL_FULL if not
   */
  void requireRoom(long length, long newTail) {
    long free = free();
    boolean fitsBesideDurable = length <= free - 1;
    long usedAfter = newTail == next() ? length : used(newTail, head) + length;
    boolean leavesReserve = usedAfter <= extents.length() - RESERVE_BLOCKS;
    if (!fitsBesideDurable || !leavesReserve) {
      throw new StorageException(
          Reason.JOURNAL_FULL,
          "journal "
              + jid
              + ": a flush of "
              + length
              + " blocks does not fit: "
              + free
              + " of "
              + extents.length()
              + " are free, "
              + RESERVE_BLOCKS
              + " are kept for moving the tail");
    }
  }

  /** A flush's header is durable. */
  void advance(long length, long newTail) {
    long first = next();
    flushes.add(first);
    head = extents.plus(head, length);
    sequence++;
    tail = newTail;
    while (!flushes.isEmpty() && flushes.getFirst() != newTail) {
      flushes.removeFirst();
    }
  }
}
