package glockenspiel.journal.core;

import glockenspiel.ondisk.log.LogHeader;
import glockenspiel.protocol.storage.JournalState;

/**
 * What a look at a journal showed, apart from its epoch.
 *
 * @param headBlock position of the head, -1 when there is none
 * @param sequence of the head
 * @param tail of the head
 * @param replayed whether the head is the clean header that ended a replay
 * @param problem empty, or why it is CORRUPT
 */
record JournalCondition(
    JournalState state,
    long headBlock,
    long sequence,
    long tail,
    boolean replayed,
    String problem) {
  /** A journal without a single valid header. */
  static JournalCondition headless(String problem) {
    return new JournalCondition(JournalState.CORRUPT, -1, 0, 0, false, problem);
  }

  /** A journal with this head and nothing wrong. */
  static JournalCondition of(LogHeader head) {
    JournalState state = head.isClean() ? JournalState.CLEAN : JournalState.DIRTY;
    return new JournalCondition(
        state, head.position(), head.sequence(), head.tail(), head.endedReplay(), "");
  }

  /** A journal with this head that cannot be replayed. */
  static JournalCondition corrupt(LogHeader head, String problem) {
    return new JournalCondition(
        JournalState.CORRUPT, head.position(), head.sequence(), head.tail(), false, problem);
  }
}
