package glockenspiel.node.transaction;

import java.time.Duration;

/**
 * The sizes and delays of a node's log and cache.
 *
 * @param cacheBytes clean blocks above this are dropped, oldest first
 * @param dataBytesMax dirty file data that starts a flush; new transactions wait at twice as much
 * @param flushInterval a committed transaction is flushed after at most this long
 * @param writeBackDelay blocks are written in place this long after their flush, or sooner when the
 *     journal fills
 * @param writeBackBlocks blocks of one in-place write
 */
public record LogSettings(
    long cacheBytes,
    long dataBytesMax,
    Duration flushInterval,
    Duration writeBackDelay,
    int writeBackBlocks) {
  private static final long MEBIBYTE = 1L << 20;

  /** For a node that shares its machine with others. */
  public static final LogSettings DEFAULT =
      new LogSettings(
          64 * MEBIBYTE, 16 * MEBIBYTE, Duration.ofSeconds(5), Duration.ofSeconds(2), 512);

  /** Checks that all are positive. */
  public LogSettings {
    if (cacheBytes <= 0
        || dataBytesMax <= 0
        || flushInterval.isNegative()
        || writeBackDelay.isNegative()
        || writeBackBlocks <= 0) {
      throw new IllegalArgumentException("log settings must be positive");
    }
  }
}
