package glockenspiel.journal.device;

/**
 * Bytes of a device.
 *
 * @param from the first
 * @param to behind the last
 */
public record ByteRange(long from, long to) {
  /** Checks the order. */
  public ByteRange {
    if (from < 0 || to < from) {
      throw new IllegalArgumentException("range " + from + ".." + to);
    }
  }

  /** Whether they have a byte in common. */
  public boolean overlaps(long otherFrom, long otherTo) {
    return from < otherTo && otherFrom < to;
  }
}
