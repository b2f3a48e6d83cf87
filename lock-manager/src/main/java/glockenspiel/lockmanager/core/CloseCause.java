package glockenspiel.lockmanager.core;

/** Why the lock-manager ends a stream. */
public enum CloseCause {
  /** The node left in order, and was told so before. */
  LEFT(false),
  /** The session in the hello is not known (any more), or belongs to another incarnation. */
  NOT_A_MEMBER(true),
  /** The lease ended without a batch from the node. */
  LEASE_ENDED(true),
  /** An operator ended the session. */
  EVICTED(true),
  /** The session goes on, on a newer stream. */
  SUPERSEDED(false),
  /**
   * Another present member has that node name; it is free again when that one has left or its lease
   * has ended.
   */
  NODE_NAME_TAKEN(false),
  /** The lockspace is a volume's and the session an application's, or the other way round. */
  WRONG_LOCKSPACE_KIND(false),
  /** There are as many lockspaces or members as are let in. */
  LIMIT_REACHED(false),
  /**
   * The lock-manager was started a moment ago, and waits for the members of the run before; try
   * again.
   */
  IN_GRACE(false),
  /** The numbering of the messages does not fit. */
  BAD_SEQUENCE(true),
  /** A message breaks its contract. */
  INVALID_ARGUMENT(true),
  /** The node acknowledges too slowly. */
  SLOW_CONSUMER(true);

  private final boolean losesSession;

  CloseCause(boolean losesSession) {
    this.losesSession = losesSession;
  }

  /** Whether the node has no session any more and never said goodbye. */
  public boolean losesSession() {
    return losesSession;
  }
}
