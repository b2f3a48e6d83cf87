package glockenspiel.cli.soak;

import java.util.Locale;

/** What a round of a soak does to its cluster. */
enum Disturbance {
  /** Nothing: the round must leave everything exactly as its clients did. */
  NONE(Reach.NOBODY),
  /** Some nodes are killed with SIGKILL, all but one at most. */
  KILL(Reach.SOME),
  /** Some nodes are stopped with SIGSTOP until their leases are long over. */
  STOP(Reach.SOME),
  /** All nodes are stopped with SIGSTOP for a quarter of a lease: nobody is to notice. */
  PAUSE(Reach.NOBODY),
  /** The way of some nodes to the lock-manager is cut. */
  CUT_LOCK_MANAGER(Reach.SOME),
  /** The way of some nodes to the journal-service is cut. */
  CUT_JOURNAL_SERVICE(Reach.SOME),
  /** Both are cut. */
  CUT_BOTH(Reach.SOME),
  /** All that nodes and services say to each other is late. */
  SLOW(Reach.NOBODY),
  /** The lock-manager is killed and started again: nodes go on with what they hold. */
  RESTART_LOCK_MANAGER(Reach.NOBODY),
  /** The journal-service is killed and started again: nodes wait, or withdraw. */
  RESTART_JOURNAL_SERVICE(Reach.ALL),
  /** All processes are killed and started again. */
  KILL_ALL(Reach.ALL);

  /** Whose unsynced work may be lost. */
  enum Reach {
    /** Nobody's. */
    NOBODY,
    /** That of the nodes that were chosen. */
    SOME,
    /** Everybody's. */
    ALL
  }

  private final Reach reach;

  Disturbance(Reach reach) {
    this.reach = reach;
  }

  Reach reach() {
    return reach;
  }

  /** As it is written: {@code kill-all}. */
  @Override
  public String toString() {
    return name().toLowerCase(Locale.ROOT).replace('_', '-');
  }
}
