package glockenspiel.lockmanager.core;

import glockenspiel.protocol.lock.GlockName;
import glockenspiel.protocol.lock.LockMode;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * A glock at one moment.
 *
 * @param holders in the order of their first grants
 * @param waiters in the order in which they are served
 * @param hasLockValue whether it has a lock value block
 * @param lockValueValid false when an EX holder died since the value was set
 * @param contention how it was waited for since somebody first held or wanted it
 */
public record LockInfo(
    GlockName glock,
    List<Holder> holders,
    List<Waiter> waiters,
    boolean hasLockValue,
    boolean lockValueValid,
    Contention contention) {
  /**
   * How a glock was waited for. Waits count when they begin, times when they end.
   *
   * @param waits requests that had to wait
   * @param demotes demote requests that were sent to holders
   * @param waitedNanos of all waits together
   * @param longestWaitNanos of one wait
   * @param contendedNanos how long somebody held it while somebody waited
   */
  public record Contention(
      long waits, long demotes, long waitedNanos, long longestWaitNanos, long contendedNanos) {
    /** Nobody has ever waited. */
    public static final Contention NONE = new Contention(0, 0, 0, 0, 0);
  }

  /**
   * A session that holds it.
   *
   * @param demoteWanted the lowest mode that it was asked to lower this grant to; null while it was
   *     not asked
   * @param orphan the session has ended; the lock is kept until its journal is clean, and its lease
   *     and the lock delay have ended
   * @param lockDelayMillis how long it is kept after the lease of a lost session
   */
  public record Holder(
      long sessionId,
      String nodeName,
      LockMode mode,
      long grantNumber,
      @Nullable LockMode demoteWanted,
      boolean orphan,
      int lockDelayMillis) {}

  /**
   * A request that waits for it.
   *
   * @param flags bits of {@link glockenspiel.protocol.lock.LockFlags}
   * @param conversion the session holds the glock in some mode
   * @param heldByGate the gate keeps it waiting, whoever holds the glock
   * @param sinceNanos when it came, by the clock of the steps
   */
  public record Waiter(
      long sessionId,
      String nodeName,
      long requestId,
      LockMode mode,
      int flags,
      boolean conversion,
      boolean heldByGate,
      long sinceNanos) {}
}
