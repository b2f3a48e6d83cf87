package glockenspiel.node.recovery;

import glockenspiel.runtime.state.StateMachine;

/** How far a node is with its own journal. */
public enum JournalUse {
  /**
   * It has none: a spectator, or not that far yet. Whatever is in its slot's journal is not its own
   * work.
   */
  NONE,
  /** It holds the journal glock; nothing was written under an epoch of its own. */
  GLOCK_HELD,
  /** It has asked for an epoch, and does not know whether it has one. */
  OPENING,
  /** It writes under its epoch. */
  OPEN,
  /** The clean header is written and the epoch has ended. */
  CLOSED;

  static final StateMachine.Table<JournalUse> TRANSITIONS =
      StateMachine.Table.of(JournalUse.class)
          .allow(NONE, GLOCK_HELD)
          .allow(GLOCK_HELD, OPENING, NONE)
          .allow(OPENING, OPEN, GLOCK_HELD)
          .allow(OPEN, CLOSED)
          .allow(CLOSED, NONE);

  /** Whether leaving now would leave a journal behind that somebody must replay. */
  public boolean needsReplay() {
    return this == OPENING || this == OPEN;
  }
}
