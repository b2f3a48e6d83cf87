package glockenspiel.bench.measure;

import java.util.Arrays;

/** Durations of single operations. Room for all is taken beforehand. Not for several threads. */
public final class Samples {
  private final long[] nanos;
  private int count;

  /**
   * Room for so many.
   *
   * @param room how many samples at most; above 0
   */
  public Samples(int room) {
    this.nanos = new long[room];
  }

  /** Adds one. */
  public void add(long duration) {
    nanos[count++] = duration;
  }

  /** How many there are. */
  public int count() {
    return count;
  }

  /** Whether there is no room for another one. */
  public boolean isFull() {
    return count == nanos.length;
  }

  /**
   * How many a second, one after another.
   *
   * @throws IllegalStateException when there are none
   */
  public double perSecond() {
    requireSome();
    return count / (Arrays.stream(nanos, 0, count).sum() / 1e9);
  }

  private void requireSome() {
    if (count == 0) {
      throw new IllegalStateException("no samples");
    }
  }

  /**
   * The smallest duration that a part of them does not exceed, in microseconds.
   *
   * @param part above 0, at most 1; 0.5 is the median
   * @throws IllegalStateException when there are none
   */
  public double quantileMicros(double part) {
    requireSome();
    long[] sorted = Arrays.copyOf(nanos, count);
    Arrays.sort(sorted);
    int index = (int) Math.ceil(part * count) - 1;
    return sorted[Math.max(0, index)] / 1e3;
  }
}
