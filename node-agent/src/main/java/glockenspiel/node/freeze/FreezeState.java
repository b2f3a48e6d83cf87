package glockenspiel.node.freeze;

import glockenspiel.runtime.state.StateMachine;

/** Where a mount is between writing and being at rest. */
public enum FreezeState {
  /** Takes no part: is not mounted yet, or is a spectator and never writes. */
  IDLE,
  /** Changes go on, under the freeze glock in SH. */
  THAWED,
  /** Lets no change begin, waits for those under way, and brings everything in place. */
  FREEZING,
  /** Is at rest, and waits for the freeze glock in EX: until all others are, too. */
  ASKING,
  /** All nodes are at rest, because this one holds the freeze glock in EX. */
  FREEZER,
  /** Is at rest, and waits for the freeze glock in SH: until another node thaws. */
  FROZEN,
  /** Unmounts, as its last change: whoever wants to freeze waits for the end of it. */
  LEAVING,
  /** The mount is over, or the node withdraws: it writes nothing more. */
  ENDED;

  static final StateMachine.Table<FreezeState> TRANSITIONS =
      StateMachine.Table.of(FreezeState.class)
          .allow(IDLE, THAWED, FROZEN, ENDED)
          .allow(THAWED, FREEZING, LEAVING, ENDED)
          .allow(FREEZING, ASKING, FROZEN, ENDED)
          .allow(ASKING, FREEZER, FROZEN, ENDED)
          .allow(FREEZER, FROZEN, ENDED)
          .allow(FROZEN, THAWED, ENDED)
          .allow(LEAVING, ENDED);

  /** Whether changes wait, and will be let go by a thaw. */
  public boolean isStill() {
    return switch (this) {
      case FREEZING, ASKING, FREEZER, FROZEN -> true;
      case IDLE, THAWED, LEAVING, ENDED -> false;
    };
  }
}
