package glockenspiel.node.core;

import glockenspiel.runtime.state.StateMachine;

/** Where a node is in its life. */
public enum NodeState {
  /** Not in the cluster. */
  UNMOUNTED,
  /** Joins, replays what it must, opens its journal. */
  MOUNTING,
  /** Files can be used. */
  MOUNTED,
  /** Brings everything in place and leaves. */
  UNMOUNTING,
  /** Can no longer be trusted with the storage, and waits until its journal is clean. */
  WITHDRAWING,
  /** Is out, and its journal is clean. May be mounted again. */
  WITHDRAWN;

  static final StateMachine.Table<NodeState> TRANSITIONS =
      StateMachine.Table.of(NodeState.class)
          .allow(UNMOUNTED, MOUNTING)
          .allow(MOUNTING, MOUNTED, UNMOUNTED, WITHDRAWING)
          .allow(MOUNTED, UNMOUNTING, WITHDRAWING)
          .allow(UNMOUNTING, UNMOUNTED, WITHDRAWING)
          .allow(WITHDRAWING, WITHDRAWN)
          .allow(WITHDRAWN, MOUNTING);

  /** Whether it may be mounted. */
  public boolean mayMount() {
    return this == UNMOUNTED || this == WITHDRAWN;
  }
}
