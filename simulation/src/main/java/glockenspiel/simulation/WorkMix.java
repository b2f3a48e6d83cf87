package glockenspiel.simulation;

import java.util.SplittableRandom;

/**
 * What the nodes of a world are used for.
 *
 * @param fileWorkers for each mount, at least 1
 * @param scratchWorkers for each mount
 * @param lockWorkers for each mount
 * @param locks that these contend for, at least 1: with one, it bounces
 * @param bounces whether each mount also writes to one file that all nodes write to
 * @param thinkNanosMax longest pause of a worker between two operations
 */
record WorkMix(
    int fileWorkers,
    int scratchWorkers,
    int lockWorkers,
    int locks,
    boolean bounces,
    long thinkNanosMax) {
  private static final long MILLI = 1_000_000;
  private static final long[] THINK_NANOS = {2 * MILLI, 20 * MILLI, 20 * MILLI, 50 * MILLI};

  /** Any mix. */
  static WorkMix draw(SplittableRandom random) {
    return new WorkMix(
        random.nextInt(1, 4),
        random.nextInt(3),
        random.nextInt(1, 3),
        random.nextInt(1, 4),
        random.nextInt(3) == 0,
        THINK_NANOS[random.nextInt(THINK_NANOS.length)]);
  }
}
