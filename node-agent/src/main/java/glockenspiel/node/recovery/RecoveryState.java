package glockenspiel.node.recovery;

import glockenspiel.runtime.state.StateMachine;

/** What peer recovery is at. */
public enum RecoveryState {
  /** The gate is open, or the node does not take part yet. */
  IDLE,
  /** It looks at journals. */
  CHECKING,
  /** It has looked, the gate is still closed, and the next look waits for its time or for news. */
  PAUSING,
  /** The node withdraws or leaves: the others go on. */
  STOPPED;

  static final StateMachine.Table<RecoveryState> TRANSITIONS =
      StateMachine.Table.of(RecoveryState.class)
          .allow(IDLE, CHECKING, STOPPED)
          .allow(CHECKING, PAUSING, IDLE, STOPPED)
          .allow(PAUSING, CHECKING, IDLE, STOPPED);
}
