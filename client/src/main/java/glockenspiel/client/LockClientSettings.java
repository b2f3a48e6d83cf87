package glockenspiel.client;

import glockenspiel.runtime.grpc.TransportSecurity;
import java.time.Duration;

/**
 * How a client behaves.
 *
 * @param target where the lock-manager is, {@code host:port}
 * @param namespace whose locks; 1 to 255 characters without a colon
 * @param name for people who look who holds a lock; unique among the present members of the
 *     namespace; 1 to 255 characters
 * @param security of the connection
 * @param lockDelay how long this client's locks stay taken after its lease has ended, when it is
 *     lost with them; 0 to the lock-manager's limit, in milliseconds
 * @param joinTimeout how long joining is tried, above 0
 * @param tryPatience how long {@link LockClient#tryLock(String, LockMode)} waits for a client that
 *     has the lock in its cache and does not use it, above 0
 * @param cachedLocksMax how many locks are kept for the next use; above 0
 */
public record LockClientSettings(
    String target,
    String namespace,
    String name,
    TransportSecurity security,
    Duration lockDelay,
    Duration joinTimeout,
    Duration tryPatience,
    int cachedLocksMax) {
  private static final Duration JOIN_TIMEOUT = Duration.ofSeconds(10);
  private static final Duration TRY_PATIENCE = Duration.ofMillis(100);
  private static final int CACHED_LOCKS_MAX = 10_000;

  /** Checks the ranges. */
  public LockClientSettings {
    if (lockDelay.isNegative() || lockDelay.toMillis() > Integer.MAX_VALUE) {
      throw new IllegalArgumentException("lockDelay " + lockDelay + " is out of range");
    }
    if (!joinTimeout.isPositive() || !tryPatience.isPositive() || cachedLocksMax < 1) {
      throw new IllegalArgumentException(
          "joinTimeout, tryPatience and cachedLocksMax must be above 0");
    }
  }

  /** No protection, no lock delay, 10 s to join, 100 ms for a try, 10,000 locks kept. */
  public static LockClientSettings of(String target, String namespace, String name) {
    return new LockClientSettings(
        target,
        namespace,
        name,
        TransportSecurity.INSECURE,
        Duration.ZERO,
        JOIN_TIMEOUT,
        TRY_PATIENCE,
        CACHED_LOCKS_MAX);
  }

  /** These settings with another security. */
  public LockClientSettings withSecurity(TransportSecurity other) {
    return new LockClientSettings(
        target, namespace, name, other, lockDelay, joinTimeout, tryPatience, cachedLocksMax);
  }

  /** These settings with another lock delay. */
  public LockClientSettings withLockDelay(Duration other) {
    return new LockClientSettings(
        target, namespace, name, security, other, joinTimeout, tryPatience, cachedLocksMax);
  }

  /** These settings with another patience to join. */
  public LockClientSettings withJoinTimeout(Duration other) {
    return new LockClientSettings(
        target, namespace, name, security, lockDelay, other, tryPatience, cachedLocksMax);
  }
}
