package glockenspiel.node.recovery;

/**
 * How patient recovery is. It never gives up; it only looks less often.
 *
 * @param pauseMinNanos after the first look that did not open the gate; doubles
 * @param pauseMaxNanos the longest pause between looks
 */
public record RecoverySettings(long pauseMinNanos, long pauseMaxNanos) {
  /** 20 ms to 2 s. */
  public static final RecoverySettings DEFAULT = new RecoverySettings(20_000_000, 2_000_000_000);

  /** Checks the ranges. */
  public RecoverySettings {
    if (pauseMinNanos <= 0 || pauseMaxNanos < pauseMinNanos) {
      throw new IllegalArgumentException(
          "pauses " + pauseMinNanos + ".." + pauseMaxNanos + " are no range above 0");
    }
  }

  /** The pauses of one wait. */
  public GrowingPause pauses() {
    return new GrowingPause(pauseMinNanos, pauseMaxNanos);
  }
}
