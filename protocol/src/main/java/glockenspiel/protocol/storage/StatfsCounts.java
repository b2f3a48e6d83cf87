package glockenspiel.protocol.storage;

/**
 * Counts of a volume, or a change of them ({@code gfs2_statfs_change}), in blocks and dinodes;
 * changes may be negative.
 */
public record StatfsCounts(long total, long free, long dinodes) {
  /** No change. */
  public static final StatfsCounts ZERO = new StatfsCounts(0, 0, 0);

  /** The sum of both. */
  public StatfsCounts plus(StatfsCounts other) {
    return new StatfsCounts(total + other.total, free + other.free, dinodes + other.dinodes);
  }
}
