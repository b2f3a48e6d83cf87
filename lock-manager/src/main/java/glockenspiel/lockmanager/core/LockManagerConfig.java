package glockenspiel.lockmanager.core;

/**
 * What does not change while a lock-manager runs.
 *
 * @param incarnation identifies this run; above 0, and different from that of every run before
 * @param leaseMillis how long a session lives without a batch from its node; above 0
 * @param unacknowledgedMax how many messages a node may be behind before its session is given up as
 *     too slow; greater than {@code waitingMax}
 * @param waitingMax how many requests of a session may wait at a time
 * @param grantNumberStart the first grant number is above it. Give something that grows from run to
 *     run faster than grants are made, such as microseconds since 1970, and grant numbers keep
 *     growing over restarts
 */
public record LockManagerConfig(
    long incarnation,
    long leaseMillis,
    int unacknowledgedMax,
    int waitingMax,
    long grantNumberStart) {
  private static final int UNACKNOWLEDGED_MAX = 1 << 17;
  private static final int WAITING_MAX = 1 << 16;

  /** Checks the ranges. */
  public LockManagerConfig {
    if (incarnation <= 0) {
      throw new IllegalArgumentException("incarnation " + incarnation + " is not above 0");
    }
    if (leaseMillis <= 0) {
      throw new IllegalArgumentException("leaseMillis " + leaseMillis + " is not above 0");
    }
    if (waitingMax <= 0 || unacknowledgedMax <= waitingMax) {
      throw new IllegalArgumentException(
          "unacknowledgedMax "
              + unacknowledgedMax
              + " is not greater than waitingMax "
              + waitingMax
              + ", which must be above 0");
    }
    if (grantNumberStart < 0) {
      throw new IllegalArgumentException("grantNumberStart " + grantNumberStart + " is below 0");
    }
  }

  /** The usual limits; grant numbers begin with 1. */
  public static LockManagerConfig of(long incarnation, long leaseMillis) {
    return new LockManagerConfig(incarnation, leaseMillis, UNACKNOWLEDGED_MAX, WAITING_MAX, 0);
  }

  /** The lease in nanoseconds. */
  public long leaseNanos() {
    return leaseMillis * 1_000_000;
  }
}
