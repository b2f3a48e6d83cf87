package glockenspiel.node.withdraw;

import glockenspiel.runtime.state.StateMachine;

/** Where a withdraw is. Each constant's text is what the status shows. */
public enum WithdrawStep {
  /** Nobody may use I/O glocks any more; what was being done ends. */
  STOPPING("waits for what was being done to end"),
  /** The node's own epoch is being fenced. */
  FENCING("has its own epoch fenced"),
  /** The journal glock and the live glock are given up, and the live glock is asked for. */
  ANNOUNCING("asks for recovery of its journal"),
  /** Nobody else is mounted: the node has its own journal replayed. */
  REPLAYING("has its own journal replayed, as nobody else is mounted"),
  /** The peers' turn. */
  WAITING("waits for a peer to replay its journal"),
  /**
   * The session is over: the peers' turn, and if there are none, the node's under a new session.
   */
  WAITING_WITHOUT_SESSION("has no session, and waits for its journal to be replayed"),
  /** The journal is clean, or there is none: what was held back goes, and the node leaves. */
  LEAVING("leaves the lockspace"),
  /** It is over. */
  DONE("");

  static final StateMachine.Table<WithdrawStep> TRANSITIONS =
      StateMachine.Table.of(WithdrawStep.class)
          .allow(STOPPING, FENCING, LEAVING)
          .allow(FENCING, ANNOUNCING, WAITING_WITHOUT_SESSION)
          .allow(ANNOUNCING, REPLAYING, WAITING, WAITING_WITHOUT_SESSION, LEAVING)
          .allow(REPLAYING, WAITING, WAITING_WITHOUT_SESSION, LEAVING)
          .allow(WAITING, ANNOUNCING, WAITING_WITHOUT_SESSION, LEAVING)
          .allow(WAITING_WITHOUT_SESSION, LEAVING)
          .allow(LEAVING, DONE);

  private final String text;

  WithdrawStep(String text) {
    this.text = text;
  }

  /** In words, for the status; empty when it is over. */
  public String text() {
    return text;
  }
}
