package glockenspiel.node.glock;

/**
 * How the glock cache behaves.
 *
 * @param holdTimeMinNanos how long a node may keep an INODE glock after its grant while local users
 *     want it, before it follows a demote request. As {@code gfs2_glock_cb}: a glock that nobody
 *     uses at the moment is given back at once, whatever its age
 * @param glocksMax how many glocks may be cached before unused ones are given back, the longest
 *     unused first
 * @param shrinkScan how many glocks one look for unused ones passes at most
 * @param lockDelayMillis asked for with every request; for application locks only, else 0
 */
public record GlockSettings(
    long holdTimeMinNanos, int glocksMax, int shrinkScan, int lockDelayMillis) {
  /** 10 ms, as GFS2's {@code GL_GLOCK_DFT_HOLD}; 200,000 glocks; 32 a look. */
  public static final GlockSettings DEFAULT = new GlockSettings(10_000_000, 200_000, 32);

  /** Without lock delay. */
  public GlockSettings(long holdTimeMinNanos, int glocksMax, int shrinkScan) {
    this(holdTimeMinNanos, glocksMax, shrinkScan, 0);
  }

  /** Checks the ranges. */
  public GlockSettings {
    if (holdTimeMinNanos < 0 || glocksMax < 1 || shrinkScan < 1 || lockDelayMillis < 0) {
      throw new IllegalArgumentException(
          "holdTimeMinNanos "
              + holdTimeMinNanos
              + ", glocksMax "
              + glocksMax
              + ", shrinkScan "
              + shrinkScan
              + ", lockDelayMillis "
              + lockDelayMillis
              + ": expected at least 0, 1, 1, 0");
    }
  }
}
