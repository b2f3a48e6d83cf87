package glockenspiel.lockmanager.core;

/**
 * How much a lock-manager lets others ask of it. What goes over a limit is refused, with a reason;
 * what is there goes on.
 *
 * @param lockspacesMax lockspaces and namespaces that somebody uses; above 0
 * @param sessionsMax members of one lockspace; above 0
 * @param locksMax locks that one session holds or waits for; above 0
 * @param waitingMax requests of one session that wait at a time; above 0
 * @param unacknowledgedMax messages that a session's node is behind before the session is given up
 *     as too slow; above waitingMax, for each waiting request may be answered at once
 * @param watchedMax watches of single locks by operators, over all lockspaces; at least 0
 * @param nameBytesMax the name of an application lock, in bytes of UTF-8; 1 to 64
 * @param lockValueBytesMax a lock value; 0 to 32
 * @param lockDelayMillisMax the lock delay of an application lock; at least 0
 */
public record LockLimits(
    int lockspacesMax,
    int sessionsMax,
    int locksMax,
    int waitingMax,
    int unacknowledgedMax,
    int watchedMax,
    int nameBytesMax,
    int lockValueBytesMax,
    int lockDelayMillisMax) {
  /**
   * 1,000 lockspaces of 10,000 sessions; 1,000,000 locks, 65,536 waiting requests and 131,072
   * unacknowledged messages a session; 1,000 watched locks, names of 64 bytes, values of 32, lock
   * delays of a minute.
   */
  public static final LockLimits DEFAULT =
      new LockLimits(1_000, 10_000, 1_000_000, 1 << 16, 1 << 17, 1_000, 64, 32, 60_000);

  /** Checks the ranges. */
  public LockLimits {
    requireRange("lockspacesMax", lockspacesMax, 1, Integer.MAX_VALUE);
    requireRange("sessionsMax", sessionsMax, 1, Integer.MAX_VALUE);
    requireRange("locksMax", locksMax, 1, Integer.MAX_VALUE);
    requireRange("waitingMax", waitingMax, 1, 1 << 24);
    requireRange("unacknowledgedMax", unacknowledgedMax, waitingMax + 1, 1 << 25);
    requireRange("watchedMax", watchedMax, 0, Integer.MAX_VALUE);
    requireRange("nameBytesMax", nameBytesMax, 1, 64);
    requireRange("lockValueBytesMax", lockValueBytesMax, 0, 32);
    requireRange("lockDelayMillisMax", lockDelayMillisMax, 0, Integer.MAX_VALUE);
  }

  private static void requireRange(String what, int value, int min, int max) {
    if (value < min || value > max) {
      throw new IllegalArgumentException(what + " " + value + " is not in " + min + ".." + max);
    }
  }

  /** These limits with another one for the locks of a session. */
  public LockLimits withLocksMax(int locks) {
    return new LockLimits(
        lockspacesMax,
        sessionsMax,
        locks,
        waitingMax,
        unacknowledgedMax,
        watchedMax,
        nameBytesMax,
        lockValueBytesMax,
        lockDelayMillisMax);
  }

  /**
   * These limits with others for waiting requests and for the messages that a node may be behind.
   */
  public LockLimits withQueues(int waiting, int unacknowledged) {
    return new LockLimits(
        lockspacesMax,
        sessionsMax,
        locksMax,
        waiting,
        unacknowledged,
        watchedMax,
        nameBytesMax,
        lockValueBytesMax,
        lockDelayMillisMax);
  }
}
