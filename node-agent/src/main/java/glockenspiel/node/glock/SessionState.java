package glockenspiel.node.glock;

import glockenspiel.runtime.state.StateMachine;

/** The life of the node's end of a session. */
public enum SessionState {
  /** Nothing was asked of the lock-manager yet. */
  NEW,
  /** The node tries to join, again and again, until it is welcomed or its patience is over. */
  JOINING,
  /** The stream is open and messages flow. */
  OPEN,
  /** The stream has broken, and the next attempt to resume waits for its time. */
  BROKEN,
  /** A hello that resumes the session is on its way. */
  RESUMING,
  /** The node has left in order, or never joined. */
  LEFT,
  /**
   * The lock-manager has given the session up, or must be taken to have done so: the lease is over.
   */
  LOST;

  static final StateMachine.Table<SessionState> TRANSITIONS =
      StateMachine.Table.of(SessionState.class)
          .allow(NEW, JOINING, LEFT)
          .allow(JOINING, OPEN, LEFT)
          .allow(OPEN, BROKEN, LEFT, LOST)
          .allow(BROKEN, RESUMING, LEFT, LOST)
          .allow(RESUMING, OPEN, BROKEN, LEFT, LOST);

  /** Whether the session is over for good. */
  public boolean isOver() {
    return this == LEFT || this == LOST;
  }
}
