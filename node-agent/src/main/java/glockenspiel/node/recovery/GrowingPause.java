package glockenspiel.node.recovery;

/** A pause that doubles each time, up to a limit. */
public final class GrowingPause {
  private final long minNanos;
  private final long maxNanos;
  private long nextNanos;

  /** Begins with the shortest. */
  public GrowingPause(long minNanos, long maxNanos) {
    this.minNanos = minNanos;
    this.maxNanos = maxNanos;
    this.nextNanos = minNanos;
  }

  /** The pause to make now; the one after it is longer. */
  public long next() {
    long now = nextNanos;
    nextNanos = now > maxNanos / 2 ? maxNanos : 2 * now;
    return now;
  }

  /** Whether it grows no more. */
  public boolean isLongest() {
    return nextNanos == maxNanos;
  }

  /** Something has changed: begins with the shortest again. */
  public void reset() {
    nextNanos = minNanos;
  }
}
