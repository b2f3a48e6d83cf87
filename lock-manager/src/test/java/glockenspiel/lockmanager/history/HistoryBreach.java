package glockenspiel.lockmanager.history;

/** A history that a lock-manager must not have. */
public final class HistoryBreach extends RuntimeException {
  private static final long serialVersionUID = 1;

  HistoryBreach(String message) {
    super(message);
  }

  static void require(boolean kept, String message) {
    if (!kept) {
      throw new HistoryBreach(message);
    }
  }
}
