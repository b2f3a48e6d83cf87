package glockenspiel.protocol.lock;

/** How a lock request ends; each ends in exactly one of these (rule 11). */
public enum LockOutcome {
  /** The node holds the mode that the answer names. */
  GRANTED,
  /** A try lock met a conflict. */
  TRY_FAILED,
  /** The node cancelled it while it waited. */
  CANCELLED,
  /**
   * Two holders want a conversion that each blocks for the other: this one lowers its lock to UN
   * and starts again.
   */
  DEADLOCK,
  /** It goes over a limit of the lock-manager; the answer says which. Nothing has changed. */
  REFUSED,
  /** The session ended while it waited. Decided by the node itself. */
  SESSION_LOST
}
