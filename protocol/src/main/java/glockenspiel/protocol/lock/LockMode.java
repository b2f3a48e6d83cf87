package glockenspiel.protocol.lock;

/** The modes of a glock, from weak to strong. The DLM calls them NL, PR, CW and EX. */
public enum LockMode {
  /** Unlocked. Goes with everything. */
  UN,
  /** Shared: many may read and cache. */
  SH,
  /** Deferred: many may do direct I/O; nothing is cached. */
  DF,
  /** Exclusive: one may change. */
  EX;

  /** Whether two nodes may hold these modes of one glock at the same time. */
  public boolean compatible(LockMode other) {
    return this == UN || other == UN || (this == other && this != EX);
  }

  /**
   * Whether a node that holds this mode may serve a local holder that wants the other one without
   * asking. EX covers all; the rest cover themselves and UN.
   */
  public boolean covers(LockMode wanted) {
    return this == EX || this == wanted || wanted == UN;
  }
}
