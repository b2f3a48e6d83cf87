package glockenspiel.node.glock;

/**
 * How the node's end of a session behaves. Nothing here can make two nodes hold one lock: safety
 * hangs on the lease alone.
 *
 * @param joinTimeoutNanos how long joining is tried; what then fails is the mount
 * @param attemptTimeoutNanos how long one attempt to connect may go without a welcome; a fifth of
 *     the lease at most when it resumes
 * @param backoffMinNanos pause after the first failed attempt to connect; doubles
 * @param backoffMaxNanos the longest pause between attempts
 * @param acknowledgeDelayNanos how long messages of the lock-manager may go without acknowledgement
 *     when the node has nothing to say
 * @param unacknowledgedMax how many of the node's messages may wait for their acknowledgement; more
 *     wait behind them in the node
 * @param stopMarginPerMille the part of the lease by which the node stops earlier, for clocks that
 *     do not run alike and for its own delays
 */
public record SessionSettings(
    long joinTimeoutNanos,
    long attemptTimeoutNanos,
    long backoffMinNanos,
    long backoffMaxNanos,
    long acknowledgeDelayNanos,
    int unacknowledgedMax,
    int stopMarginPerMille) {
  /**
   * 30 s to join, 2 s an attempt, pauses of 20 ms to 1 s, acknowledged within 5 ms, 4,096 messages
   * under way, a tenth of the lease.
   */
  public static final SessionSettings DEFAULT =
      new SessionSettings(
          30_000_000_000L, 2_000_000_000L, 20_000_000, 1_000_000_000, 5_000_000, 4096, 100);

  /** These settings with another patience to join. */
  public SessionSettings withJoinTimeout(long nanos) {
    return new SessionSettings(
        nanos,
        attemptTimeoutNanos,
        backoffMinNanos,
        backoffMaxNanos,
        acknowledgeDelayNanos,
        unacknowledgedMax,
        stopMarginPerMille);
  }

  /** Checks the ranges. */
  public SessionSettings {
    if (joinTimeoutNanos <= 0 || attemptTimeoutNanos <= 0) {
      throw new IllegalArgumentException("session timeouts must be above 0");
    }
    if (backoffMinNanos <= 0 || backoffMaxNanos < backoffMinNanos) {
      throw new IllegalArgumentException(
          "backoff " + backoffMinNanos + ".." + backoffMaxNanos + " is no range above 0");
    }
    if (acknowledgeDelayNanos < 0 || unacknowledgedMax < 1) {
      throw new IllegalArgumentException("acknowledgements must be possible");
    }
    if (stopMarginPerMille < 0 || stopMarginPerMille > 500) {
      throw new IllegalArgumentException(
          "stopMarginPerMille " + stopMarginPerMille + " is not in 0..500");
    }
  }
}
