package glockenspiel.simulation.process;

import java.util.SplittableRandom;

/**
 * How fast the disk is at present: as its settings say, or now and then far slower. Draws how long
 * the next operation takes.
 */
final class DiskPace {
  private static final int HICCUP_IN = 25;
  private static final long HICCUP_TIMES = 100;

  private final SplittableRandom random;
  private final DeviceSettings settings;
  private boolean calm = true;
  private long stalledUntilNanos;

  /** Calm at first. */
  DiskPace(SplittableRandom random, DeviceSettings settings) {
    this.random = random;
    this.settings = settings;
  }

  /** From now on nothing takes far longer than usual, or some operations do. */
  void becomeCalm(boolean wanted) {
    calm = wanted;
  }

  /** Nothing is done before that time. */
  void stallUntil(long nanos) {
    stalledUntilNanos = nanos;
  }

  /** The end of the last stall. */
  long stalledUntilNanos() {
    return stalledUntilNanos;
  }

  long drawReadNanos() {
    return drawAround(settings.readNanos());
  }

  long drawWriteNanos() {
    return drawAround(settings.writeNanos());
  }

  long drawSyncNanos() {
    return drawAround(settings.syncNanos());
  }

  /** A time below the bound. */
  long draw(long bound) {
    return random.nextLong(bound);
  }

  private long drawAround(long nanos) {
    long usual = random.nextLong(nanos / 4, 2 * nanos);
    boolean slow = !calm && random.nextInt(HICCUP_IN) == 0;
    return slow ? usual * random.nextLong(1, HICCUP_TIMES) : usual;
  }
}
