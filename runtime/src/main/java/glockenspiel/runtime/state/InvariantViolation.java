package glockenspiel.runtime.state;

/**
 * Something that must always hold does not: a node withdraws and a service refuses, neither goes
 * on. The message names the rule or the invariant and the values that break it.
 */
public final class InvariantViolation extends RuntimeException {
  private static final long serialVersionUID = 1L;

  /** An invariant is broken as the message says. */
  public InvariantViolation(String message) {
    super(message);
  }

  /**
   * Throws unless the condition holds. For messages that cost something, test first and throw
   * yourself.
   */
  public static void require(boolean holds, String message) {
    if (!holds) {
      throw new InvariantViolation(message);
    }
  }
}
