package glockenspiel.node.transaction;

/** The node withdraws: nothing more is read, changed or sent. */
public final class WithdrawnException extends RuntimeException {
  private static final long serialVersionUID = 1L;

  /** With the reason of the withdraw. */
  public WithdrawnException(String reason) {
    super(reason);
  }
}
