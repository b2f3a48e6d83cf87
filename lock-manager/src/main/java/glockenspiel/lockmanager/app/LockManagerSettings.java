package glockenspiel.lockmanager.app;

import glockenspiel.lockmanager.core.LockLimits;
import glockenspiel.runtime.config.Configuration;
import glockenspiel.runtime.config.HostPort;
import glockenspiel.runtime.grpc.TransportSecurity;

/**
 * What a lock-manager can be told.
 *
 * @param listen where nodes and operators reach it
 * @param leaseMillis how long a session lives without a batch from its node, in milliseconds; 100
 *     to 600,000
 * @param limits how much others may ask of it
 * @param security of its port
 * @param graceMillis how long after its start it waits for the nodes that were members of the run
 *     before, in milliseconds; 0 to 600,000. At least the lease of that run; 0 only when it is
 *     certain that there was none
 */
public record LockManagerSettings(
    HostPort listen,
    long leaseMillis,
    long graceMillis,
    LockLimits limits,
    TransportSecurity security) {
  /** Where a lock-manager listens unless it is told otherwise. */
  public static final HostPort LISTEN = new HostPort("127.0.0.1", 7101);

  /** The usual lease, in milliseconds. */
  public static final long LEASE_MILLIS = 10_000;

  private static final long LEASE_MILLIS_MIN = 100;
  private static final long LEASE_MILLIS_MAX = 600_000;

  /**
   * The usual limits, for the first lock-manager of a cluster that is new: nobody can come back.
   */
  public LockManagerSettings(HostPort listen, long leaseMillis, TransportSecurity security) {
    this(listen, leaseMillis, 0, LockLimits.DEFAULT, security);
  }

  /**
   * Reads the keys {@code listen}, {@code lease-millis}, {@code grace-millis} (as long as the lease
   * unless it is said), those of the limits, which {@code docs/operations.md} lists, and those of
   * {@link TransportSecurity#of}.
   */
  public static LockManagerSettings of(Configuration configuration) {
    long leaseMillis =
        configuration.number("lease-millis", LEASE_MILLIS, LEASE_MILLIS_MIN, LEASE_MILLIS_MAX);
    return new LockManagerSettings(
        configuration.hostPort("listen", LISTEN),
        leaseMillis,
        configuration.number("grace-millis", leaseMillis, 0, LEASE_MILLIS_MAX),
        limits(configuration),
        TransportSecurity.of(configuration));
  }

  private static LockLimits limits(Configuration configuration) {
    LockLimits usual = LockLimits.DEFAULT;
    int waitingMax =
        limit(configuration, "waiting-per-session-max", usual.waitingMax(), 1, 1_000_000);
    return new LockLimits(
        limit(configuration, "lockspaces-max", usual.lockspacesMax(), 1, 1_000_000),
        limit(configuration, "sessions-max", usual.sessionsMax(), 1, 1_000_000),
        limit(configuration, "locks-per-session-max", usual.locksMax(), 1, 100_000_000),
        waitingMax,
        limit(
            configuration,
            "unacknowledged-per-session-max",
            Math.max(usual.unacknowledgedMax(), 2 * waitingMax),
            waitingMax + 1,
            1 << 25),
        limit(configuration, "watched-locks-max", usual.watchedMax(), 0, 1_000_000),
        limit(configuration, "lock-name-bytes-max", usual.nameBytesMax(), 1, 64),
        limit(configuration, "lock-value-bytes-max", usual.lockValueBytesMax(), 0, 32),
        limit(configuration, "lock-delay-millis-max", usual.lockDelayMillisMax(), 0, 3_600_000));
  }

  private static int limit(Configuration configuration, String key, int usual, int min, int max) {
    return (int) configuration.number(key, usual, min, max);
  }
}
