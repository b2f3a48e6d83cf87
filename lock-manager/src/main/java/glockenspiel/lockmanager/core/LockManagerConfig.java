package glockenspiel.lockmanager.core;

/**
 * What does not change while a lock-manager runs.
 *
 * @param incarnation identifies this run; above 0, and different from that of every run before
 * @param leaseMillis how long a session lives without a batch from its node; above 0
 * @param grantNumberStart the first grant number is above it. Give something that grows from run to
 *     run faster than grants are made, such as microseconds since 1970, and grant numbers keep
 *     growing over restarts
 * @param limits how much is let in
 * @param graceMillis how long after its start it waits for the members of the run before, and
 *     grants nothing; at least the lease that the run before gave. 0 when it is certain that there
 *     was no run before, or that nobody who was its member is still there
 */
public record LockManagerConfig(
    long incarnation,
    long leaseMillis,
    long grantNumberStart,
    long graceMillis,
    LockLimits limits) {
  /** Checks the ranges. */
  public LockManagerConfig {
    if (incarnation <= 0) {
      throw new IllegalArgumentException("incarnation " + incarnation + " is not above 0");
    }
    if (leaseMillis <= 0) {
      throw new IllegalArgumentException("leaseMillis " + leaseMillis + " is not above 0");
    }
    if (grantNumberStart < 0) {
      throw new IllegalArgumentException("grantNumberStart " + grantNumberStart + " is below 0");
    }
    if (graceMillis < 0) {
      throw new IllegalArgumentException("graceMillis " + graceMillis + " is below 0");
    }
  }

  /** The usual limits, without a grace period; grant numbers begin with 1. */
  public static LockManagerConfig of(long incarnation, long leaseMillis) {
    return of(incarnation, leaseMillis, LockLimits.DEFAULT);
  }

  /** Without a grace period; grant numbers begin with 1. */
  public static LockManagerConfig of(long incarnation, long leaseMillis, LockLimits limits) {
    return new LockManagerConfig(incarnation, leaseMillis, 0, 0, limits);
  }

  /** The grace period in nanoseconds. */
  public long graceNanos() {
    return graceMillis * 1_000_000;
  }

  /** The lease in nanoseconds. */
  public long leaseNanos() {
    return leaseMillis * 1_000_000;
  }
}
