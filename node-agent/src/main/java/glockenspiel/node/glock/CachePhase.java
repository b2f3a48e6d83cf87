package glockenspiel.node.glock;

/** How much of its glocks a node may use. */
enum CachePhase {
  /** All glocks may be acquired. */
  SERVING,
  /**
   * The node withdraws: only NONDISK and JOURNAL glocks are acquired, and no I/O glock is lowered.
   */
  WITHDRAWING,
  /** The journal is clean and the node leaves: everything goes, whatever is granted late, too. */
  LEAVING,
  /** The session is over: nothing is held, nothing is acquired. */
  ENDED
}
