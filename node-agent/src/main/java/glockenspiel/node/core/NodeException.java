package glockenspiel.node.core;

/** The node refuses, or could not do it. */
public final class NodeException extends RuntimeException {
  private static final long serialVersionUID = 1L;

  /** Why, as callers decide by it. */
  public enum Reason {
    /** The volume is not mounted. */
    NOT_MOUNTED,
    /** The volume is mounted, or being mounted. */
    ALREADY_MOUNTED,
    /** The node has withdrawn meanwhile. */
    WITHDRAWN,
    /** The mount was ended by an unmount. */
    ABORTED,
    /** The journal-service serves another volume than the one that the node is configured for. */
    WRONG_VOLUME,
    /** The volume has no journal for this node. */
    NO_JOURNAL
  }

  private final Reason reason;

  /** A failure with its reason and a message that says what to do. */
  public NodeException(Reason reason, String message) {
    super(message);
    this.reason = reason;
  }

  /** As above, with what caused it. */
  public NodeException(Reason reason, String message, Throwable cause) {
    super(message, cause);
    this.reason = reason;
  }

  /** Why. */
  public Reason reason() {
    return reason;
  }
}
