package glockenspiel.journal.core;

import glockenspiel.ondisk.CorruptBlockException;
import glockenspiel.ondisk.log.LogHeader;
import glockenspiel.ondisk.log.SealedHeader;
import glockenspiel.protocol.storage.JournalState;
import glockenspiel.protocol.storage.StorageException;
import glockenspiel.protocol.storage.StorageException.Reason;
import java.util.Objects;
import java.util.function.LongPredicate;
import org.jspecify.annotations.Nullable;

/**
 * A whole look at a journal that nobody writes: its head, and if that is dirty, a plan of its
 * replay. Changes nothing.
 *
 * @param head null when there is none
 * @param foundAt the position where the head lies; 0 when there is none
 * @param sealed the head, when its log header is still to be written; else null
 * @param plan of a dirty journal that can be replayed; else null
 */
record Examination(
    JournalLayout journal,
    JournalCondition condition,
    @Nullable LogHeader head,
    long foundAt,
    @Nullable SealedHeader sealed,
    @Nullable ReplayPlan plan) {
  /**
   * Looks. Only inside a task.
   *
   * @param mayReplay whether a block may be written in place by the replay
   */
  static Examination of(
      VolumeAccess volume, JournalLayout journal, JournalReader reader, LongPredicate mayReplay) {
    JournalScan scan = JournalScan.find(reader);
    LogHeader head = scan.head();
    if (head == null) {
      String problem =
          journal.name() + " has no valid log header in any of its " + journal.blocks() + " blocks";
      return new Examination(journal, JournalCondition.headless(problem), null, 0, null, null);
    }
    long foundAt = scan.foundAt();
    if (head.isClean()) {
      return new Examination(journal, JournalCondition.of(head), head, foundAt, null, null);
    }
    SealedHeader sealed = scan.sealed();
    try {
      ReplayPlan plan = ReplayPlan.make(reader, volume.layout(), scan, head, mayReplay);
      return new Examination(journal, JournalCondition.of(head), head, foundAt, sealed, plan);
    } catch (CorruptBlockException damage) {
      String problem = journal.name() + ": " + damage.getMessage();
      return new Examination(
          journal, JournalCondition.corrupt(head, problem), head, foundAt, sealed, null);
    }
  }

  /**
   * Refuses a journal that cannot be replayed.
   *
   * @throws StorageException JOURNAL_CORRUPT
   */
  void requireReadable() {
    if (condition.state() == JournalState.CORRUPT) {
      throw new StorageException(Reason.JOURNAL_CORRUPT, condition.problem());
    }
  }

  /** The head of a journal that is readable. */
  LogHeader readableHead() {
    return Objects.requireNonNull(head);
  }
}
