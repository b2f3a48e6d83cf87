package glockenspiel.client;

/** A lock could not be had, or a lock-manager could not be reached. */
public final class LockException extends RuntimeException {
  private static final long serialVersionUID = 1L;

  /** Why, as callers decide by it. */
  public enum Reason {
    /** The namespace could not be joined in time. */
    UNREACHABLE,
    /** A limit of the lock-manager; the message names it. */
    REFUSED,
    /**
     * The client is closed, or its session is lost: all its locks are gone. Connect another one.
     */
    SESSION_LOST
  }

  private final Reason reason;

  LockException(Reason reason, String message, Throwable cause) {
    super(message, cause);
    this.reason = reason;
  }

  LockException(Reason reason, String message) {
    super(message);
    this.reason = reason;
  }

  /** Why. */
  public Reason reason() {
    return reason;
  }
}
