package glockenspiel.lockmanager.core;

/**
 * A lock-manager as a whole at one moment, for those who watch many.
 *
 * @param counts since its start
 * @param lockspaces lockspaces and namespaces in use
 * @param closedGates lockspaces whose gate is closed
 * @param inGrace lockspaces that wait for members of the run before
 * @param sessions members of all lockspaces
 * @param locks locks that somebody holds or wants, or that have a lock value
 * @param contended locks that somebody waits for
 * @param unacknowledged messages that sessions have not acknowledged: kept in memory
 */
public record LockTotals(
    Counts counts,
    int lockspaces,
    int closedGates,
    int inGrace,
    int sessions,
    long locks,
    long contended,
    long unacknowledged) {
  /**
   * What has happened since the start.
   *
   * @param granted requests by outcome, as the next four
   * @param demotes demote requests
   * @param waits requests that have waited and wait no more
   * @param waitedNanos for how long, together
   */
  public record Counts(
      long granted,
      long tryFailed,
      long cancelled,
      long refused,
      long deadlocks,
      long demotes,
      long waits,
      long waitedNanos) {}
}
