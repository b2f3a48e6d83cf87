package glockenspiel.node.recovery;

/** The node withdraws, leaves or is told to stop: recovery ends where it is, and others go on. */
public final class RecoveryStoppedException extends RuntimeException {
  private static final long serialVersionUID = 1L;

  /** Ends a recovery, or a mount, where it is. */
  public RecoveryStoppedException(String reason) {
    super(reason);
  }
}
