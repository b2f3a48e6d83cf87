package glockenspiel.simulation.process;

import java.util.SplittableRandom;

/**
 * How slow the simulated disk is; each operation takes a quarter to twice of these.
 *
 * @param readNanos a read
 * @param writeNanos a write into the disk's cache
 * @param syncNanos making it durable
 */
public record DeviceSettings(long readNanos, long writeNanos, long syncNanos) {
  /** A disk of a data centre. */
  public static final DeviceSettings DEFAULT = new DeviceSettings(80_000, 40_000, 500_000);

  long drawReadNanos(SplittableRandom random) {
    return draw(random, readNanos);
  }

  long drawWriteNanos(SplittableRandom random) {
    return draw(random, writeNanos);
  }

  long drawSyncNanos(SplittableRandom random) {
    return draw(random, syncNanos);
  }

  private static long draw(SplittableRandom random, long nanos) {
    return random.nextLong(nanos / 4, 2 * nanos);
  }
}
