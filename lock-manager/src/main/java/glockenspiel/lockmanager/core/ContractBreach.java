package glockenspiel.lockmanager.core;

import java.util.function.Supplier;

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

  /**
   * Throws unless it is kept.
   *
   * @param message made only then: requests are checked far more often than they are wrong
   */
  static void require(boolean kept, Supplier<String> message) {
    if (!kept) {
      throw new ContractBreach(message.get());
    }
  }
}
