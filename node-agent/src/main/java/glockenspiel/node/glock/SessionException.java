package glockenspiel.node.glock;

/** The node could not join the lockspace. */
public final class SessionException extends RuntimeException {
  private static final long serialVersionUID = 1L;

  /** A failure with a message that names the lockspace and the last trouble. */
  public SessionException(String message) {
    super(message);
  }
}
