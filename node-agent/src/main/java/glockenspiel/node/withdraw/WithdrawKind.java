package glockenspiel.node.withdraw;

/** What made a node withdraw. */
public enum WithdrawKind {
  /** Writing the journal failed. */
  JOURNAL_IO_ERROR,
  /** Reading or writing a block failed. */
  IO_ERROR,
  /** The journal-service could not be reached, or did not answer in time. */
  STORAGE_AWAY,
  /** The file system contradicts itself. */
  CONSISTENCY,
  /** An invariant of the program is broken. */
  INVARIANT,
  /** The session with the lock-manager is lost, or its lease ran out. */
  SESSION_LOST,
  /** The node's epoch was fenced by somebody else. */
  FENCED,
  /** An operator asked for it. */
  OPERATOR;

  /**
   * Whether it came from outside the node and its volume, so that a mount may do once the outside
   * is well again. What was found broken in the node or on the device stays so until somebody has
   * looked, and an operator's word is not undone.
   */
  public boolean isOfTheOutside() {
    return switch (this) {
      case STORAGE_AWAY, SESSION_LOST, FENCED -> true;
      case JOURNAL_IO_ERROR, IO_ERROR, CONSISTENCY, INVARIANT, OPERATOR -> false;
    };
  }
}
