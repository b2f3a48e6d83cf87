package glockenspiel.journal.core;

import glockenspiel.runtime.state.StateMachine;

/** What the newest fencing epoch of a journal may do. */
public enum FencingState {
  /**
   * No epoch is open, and none was cut off since a replay or an orderly close; the head tells
   * whether it is clean.
   */
  CLOSED,
  /** A new epoch was chosen and is being saved; nobody knows it yet. */
  OPENING,
  /** The newest epoch may write. */
  OPEN,
  /** A write of the newest epoch to its journal failed; it may do nothing but be fenced. */
  FAILED,
  /** The owner leaves: the clean header is on its way; nothing else may be written. */
  CLOSING,
  /** The epoch is refused; what it had in flight still ends, and the fencing is being saved. */
  FENCING,
  /** Nothing of the epoch reaches the device any more; the journal waits for a replay. */
  FENCED,
  /** A replay works on the journal; no epoch may write. */
  REPLAYING;

  /** The legal transitions. */
  static final StateMachine.Table<FencingState> TABLE =
      StateMachine.Table.of(FencingState.class)
          .allow(CLOSED, OPENING, REPLAYING)
          .allow(OPENING, OPEN, FAILED)
          .allow(OPEN, CLOSING, FENCING, FAILED)
          .allow(FAILED, FENCING)
          .allow(CLOSING, CLOSED, FENCING, FAILED)
          .allow(FENCING, FENCED, FAILED)
          .allow(FENCED, OPENING, REPLAYING)
          .allow(REPLAYING, CLOSED, FENCED);

  /** Whether the epoch may write, or could before it was last heard of. */
  boolean hasLivingOwner() {
    return this == OPENING || this == OPEN || this == FAILED || this == CLOSING || this == FENCING;
  }
}
