package glockenspiel.node.withdraw;

/** What made a node withdraw. */
public enum WithdrawKind {
  /** Writing the journal failed. */
  JOURNAL_IO_ERROR,
  /** Reading or writing a block failed. */
  IO_ERROR,
  /** The file system contradicts itself. */
  CONSISTENCY,
  /** An invariant of the program is broken. */
  INVARIANT,
  /** The session with the lock-manager is lost, or its lease ran out. */
  SESSION_LOST,
  /** The node's epoch was fenced by somebody else. */
  FENCED,
  /** An operator asked for it. */
  OPERATOR
}
