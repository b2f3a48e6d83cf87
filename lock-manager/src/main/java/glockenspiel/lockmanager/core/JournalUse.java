package glockenspiel.lockmanager.core;

import glockenspiel.runtime.state.StateMachine;

/**
 * What the lock-manager knows of the journal in a session's slot, as far as this session is
 * concerned.
 */
public enum JournalUse {
  /** The session was never granted its journal glock, so it cannot have written to the journal. */
  NONE,
  /**
   * The session was granted its journal glock: unless it leaves in order, the journal must be
   * replayed.
   */
  OWNED,
  /** The session withdraws or is gone, and the journal waits for replay. */
  PENDING,
  /**
   * The journal was reported clean after that; the session, if it is still there, cannot make it
   * dirty again.
   */
  REPLAYED;

  static final StateMachine.Table<JournalUse> TRANSITIONS =
      StateMachine.Table.of(JournalUse.class)
          .allow(NONE, OWNED)
          .allow(OWNED, PENDING)
          .allow(PENDING, REPLAYED);
}
