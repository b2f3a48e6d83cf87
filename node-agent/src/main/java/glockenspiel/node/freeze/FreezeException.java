package glockenspiel.node.freeze;

/** A freeze or thaw is refused, or has ended otherwise than was asked for. */
public final class FreezeException extends RuntimeException {
  private static final long serialVersionUID = 1L;

  /** Why, as callers decide by it. */
  public enum Reason {
    /** The volume is frozen, or is being frozen, by this node or another. */
    FROZEN,
    /** There is nothing to thaw. */
    NOT_FROZEN,
    /** Another node has frozen the volume: only that one can thaw it. */
    FROZEN_ELSEWHERE,
    /** Nobody waits for the freeze any more, or the node leaves: all nodes go on. */
    GIVEN_UP,
    /** A spectator does not freeze. */
    SPECTATOR,
    /** The node withdraws. */
    WITHDRAWN
  }

  private final Reason reason;

  FreezeException(Reason reason, String message) {
    super(message);
    this.reason = reason;
  }

  /** Why. */
  public Reason reason() {
    return reason;
  }
}
