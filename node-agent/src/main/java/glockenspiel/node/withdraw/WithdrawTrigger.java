package glockenspiel.node.withdraw;

/**
 * Asks for a withdraw. Never runs it inside the call, so that any piece of code may ask, a glock's
 * own transition too.
 */
@FunctionalInterface
public interface WithdrawTrigger {
  /**
   * The node can no longer be trusted: the first call starts the withdraw, later ones are secondary
   * and change nothing.
   *
   * @param kind short and stable, for status and logs
   * @param reason for people: what, where
   */
  void withdraw(WithdrawKind kind, String reason);
}
