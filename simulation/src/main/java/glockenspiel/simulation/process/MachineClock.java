package glockenspiel.simulation.process;

import glockenspiel.runtime.task.deterministic.DeterministicOwner;
import java.util.SplittableRandom;

/**
 * The monotonic clock of a machine. No two of them agree, neither on the time nor on how fast it
 * goes.
 *
 * @param startNanos what it shows when the world begins
 * @param tooFastPerMillion its drift, in millionths; negative for too slow
 */
public record MachineClock(long startNanos, int tooFastPerMillion) {
  /**
   * A node stops a tenth of its lease early, so that clocks may differ by that much in their speed.
   * The worst pair that is drawn differs by 8 percent.
   */
  private static final int DRIFT_PER_MILLION_MAX = 40_000;

  private static final long START_NANOS_MAX = 1L << 50;

  /** Any clock. */
  public static MachineClock draw(SplittableRandom random) {
    return new MachineClock(
        random.nextLong(START_NANOS_MAX),
        random.nextInt(-DRIFT_PER_MILLION_MAX, DRIFT_PER_MILLION_MAX + 1));
  }

  /** The owner is of that machine. */
  public DeterministicOwner of(DeterministicOwner owner) {
    owner.setClock(startNanos, tooFastPerMillion);
    return owner;
  }
}
