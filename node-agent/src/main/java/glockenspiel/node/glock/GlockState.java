package glockenspiel.node.glock;

import glockenspiel.runtime.state.StateMachine;

/** What is going on with a glock inside a node. Which mode it holds is another matter. */
public enum GlockState {
  /** The node holds nothing and asks for nothing. */
  UNLOCKED,
  /**
   * A request is under way: from UN, or as a conversion of what is held, which no local holder uses
   * meanwhile.
   */
  REQUESTING,
  /** The node holds a mode; holders come and go without a message. */
  HELD,
  /** A demote is wanted, but the minimum hold time has not passed; holders still come and go. */
  DEMOTE_DEFERRED,
  /** A demote is wanted and waits for the present holders; new ones wait behind it. */
  DEMOTE_WAITING,
  /** What is cached under the glock is being made ready for the lower mode; nobody holds it. */
  SYNCING,
  /** The node withdraws: its release is held back until the journal is clean. */
  HELD_BACK;

  static final StateMachine.Table<GlockState> TRANSITIONS =
      StateMachine.Table.of(GlockState.class)
          .allow(UNLOCKED, REQUESTING)
          .allow(REQUESTING, HELD, UNLOCKED)
          .allow(HELD, REQUESTING, DEMOTE_DEFERRED, DEMOTE_WAITING, SYNCING, HELD_BACK, UNLOCKED)
          .allow(DEMOTE_DEFERRED, HELD, DEMOTE_WAITING, SYNCING, HELD_BACK, UNLOCKED)
          .allow(DEMOTE_WAITING, HELD, SYNCING, HELD_BACK, UNLOCKED)
          .allow(SYNCING, HELD, HELD_BACK, UNLOCKED)
          .allow(HELD_BACK, UNLOCKED);

  /** Whether new holders may be admitted. */
  boolean admits() {
    return this == HELD || this == DEMOTE_DEFERRED;
  }

  /** Whether a demote request may be carried out or taken into account. */
  boolean mayDemote() {
    return this == HELD || this == DEMOTE_DEFERRED || this == DEMOTE_WAITING;
  }
}
