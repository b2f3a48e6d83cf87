package glockenspiel.lockmanager.core;

/**
 * How often and how long a glock was waited for. Only glocks that somebody has waited for have one,
 * 64 bytes, until nobody holds or wants them any more.
 */
final class Contention {
  private long waits;
  private long demotes;
  private long waitedNanos;
  private long longestWaitNanos;
  private long contendedNanos;
  private long sinceNanos;

  /** A request begins to wait. */
  void begin(boolean first, long nowNanos) {
    waits++;
    if (first) {
      sinceNanos = nowNanos;
    }
  }

  /** A request waits no more, granted or not. */
  void end(long requestSinceNanos, boolean last, long nowNanos) {
    long waited = nowNanos - requestSinceNanos;
    waitedNanos += waited;
    longestWaitNanos = Math.max(longestWaitNanos, waited);
    if (last) {
      contendedNanos += nowNanos - sinceNanos;
    }
  }

  /** A holder is asked to lower. */
  void countDemote() {
    demotes++;
  }

  LockInfo.Contention picture() {
    return new LockInfo.Contention(waits, demotes, waitedNanos, longestWaitNanos, contendedNanos);
  }
}
