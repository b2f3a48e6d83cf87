package glockenspiel.node.withdraw;

/**
 * How patient a withdraw is. It never gives up waiting for its journal to be clean.
 *
 * @param fenceTimeoutNanos how long the node waits for its own epoch to be fenced, before it goes
 *     on and leaves that to replay
 * @param askAgainMinNanos after this the withdraw is announced again while the journal is not
 *     clean; doubles
 * @param askAgainMaxNanos the longest such pause; also between looks at the journal that failed
 */
public record WithdrawSettings(
    long fenceTimeoutNanos, long askAgainMinNanos, long askAgainMaxNanos) {
  /** 1 s; 250 ms to 30 s. */
  public static final WithdrawSettings DEFAULT =
      new WithdrawSettings(1_000_000_000, 250_000_000, 30_000_000_000L);

  /** Checks the ranges. */
  public WithdrawSettings {
    if (fenceTimeoutNanos <= 0 || askAgainMinNanos <= 0 || askAgainMaxNanos < askAgainMinNanos) {
      throw new IllegalArgumentException("withdraw times must be above 0, and in order");
    }
  }
}
