package glockenspiel.lockmanager.core;

/**
 * A node's message breaks its contract. Thrown inside a step before anything is changed by the
 * message, and caught there: the node is given up, because the two ends no longer agree on what it
 * holds.
 */
final class ContractBreach extends RuntimeException {
  private static final long serialVersionUID = 1L;

  ContractBreach(String message) {
    super(message, null, false, false);
  }

  static void require(boolean kept, String message) {
    if (!kept) {
      throw new ContractBreach(message);
    }
  }
}
