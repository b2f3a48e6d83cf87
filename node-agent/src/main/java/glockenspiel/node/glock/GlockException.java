package glockenspiel.node.glock;

/** A glock could not be had. */
public final class GlockException extends RuntimeException {
  private static final long serialVersionUID = 1L;

  /** Why, as callers decide by it. */
  public enum Reason {
    /** A try lock met a conflict. */
    TRY_FAILED,
    /** The request was cancelled. */
    CANCELLED,
    /** The lock-manager does not let more in; the message names the limit. */
    REFUSED,
    /** The node withdraws or has withdrawn, or its session is lost: it may not use glocks. */
    WITHDRAWN
  }

  private final Reason reason;

  /** A failure with its reason and a message that names the glock. */
  public GlockException(Reason reason, String message) {
    super(message);
    this.reason = reason;
  }

  /** Why. */
  public Reason reason() {
    return reason;
  }
}
