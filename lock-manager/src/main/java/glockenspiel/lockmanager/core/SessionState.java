package glockenspiel.lockmanager.core;

import glockenspiel.runtime.state.StateMachine;

/**
 * The life of a session. Whether it has a stream at the moment is another matter: it keeps its
 * state without one.
 */
public enum SessionState {
  /**
   * The node was a member of the lock-manager before this one, and says what it holds. Given up
   * when it has not finished by the end of the grace period.
   */
  REASSERTING,
  /** The node is a member: it holds glocks and asks for more. */
  MEMBER,
  /**
   * The node has announced its withdraw, here or to the lock-manager before: it is a member, but is
   * never again granted an I/O glock without NOEXP, and sees to nobody's journal.
   */
  WITHDRAWING,
  /**
   * The lock-manager has given the node up; its locks are gone, or orphans until its journal is
   * replayed.
   */
  LOST,
  /** The node has left in order. */
  LEFT;

  static final StateMachine.Table<SessionState> TRANSITIONS =
      StateMachine.Table.of(SessionState.class)
          .allow(REASSERTING, MEMBER, WITHDRAWING, LOST)
          .allow(MEMBER, WITHDRAWING, LOST, LEFT)
          .allow(WITHDRAWING, LOST, LEFT);

  /** Whether the session belongs to the lockspace. */
  public boolean isPresent() {
    return this == REASSERTING || this == MEMBER || this == WITHDRAWING;
  }
}
