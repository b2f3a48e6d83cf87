package glockenspiel.lockmanager.app;

import glockenspiel.runtime.config.Configuration;
import glockenspiel.runtime.config.HostPort;
import glockenspiel.runtime.grpc.TransportSecurity;

/**
 * What a lock-manager can be told.
 *
 * @param listen where nodes and operators reach it
 * @param leaseMillis how long a session lives without a batch from its node, in milliseconds; 100
 *     to 600,000
 * @param security of its port
 */
public record LockManagerSettings(HostPort listen, long leaseMillis, TransportSecurity security) {
  /** Where a lock-manager listens unless it is told otherwise. */
  public static final HostPort LISTEN = new HostPort("127.0.0.1", 7101);

  /** The usual lease, in milliseconds. */
  public static final long LEASE_MILLIS = 10_000;

  private static final long LEASE_MILLIS_MIN = 100;
  private static final long LEASE_MILLIS_MAX = 600_000;

  /**
   * Reads the keys {@code listen}, {@code lease-millis}, and those of {@link TransportSecurity#of}.
   */
  public static LockManagerSettings of(Configuration configuration) {
    return new LockManagerSettings(
        configuration.hostPort("listen", LISTEN),
        configuration.number("lease-millis", LEASE_MILLIS, LEASE_MILLIS_MIN, LEASE_MILLIS_MAX),
        TransportSecurity.of(configuration));
  }
}
