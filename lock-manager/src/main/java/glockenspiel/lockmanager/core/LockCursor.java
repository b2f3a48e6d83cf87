package glockenspiel.lockmanager.core;

import glockenspiel.protocol.lock.GlockName;
import org.jspecify.annotations.Nullable;

/**
 * A place among the locks of a lockspace, in the order in which they are listed: by segment of the
 * {@link LockTable}, then by name. It stays good whatever comes and goes meanwhile: a lock that is
 * there all the time is listed once.
 *
 * @param segment at least 0
 * @param after begins after this lock of the segment; null begins with the segment
 */
public record LockCursor(int segment, @Nullable GlockName after) {
  /** Before all locks. */
  public static final LockCursor START = new LockCursor(0, null);

  /** Checks the range. */
  public LockCursor {
    if (segment < 0) {
      throw new IllegalArgumentException("segment " + segment + " is below 0");
    }
  }

  /**
   * Reads what {@link #toString} has written.
   *
   * @throws IllegalArgumentException for anything else
   */
  public static LockCursor parse(String text) {
    int separator = text.indexOf('@');
    return separator < 0
        ? new LockCursor(Integer.parseInt(text), null)
        : new LockCursor(
            Integer.parseInt(text.substring(0, separator)),
            GlockName.parse(text.substring(separator + 1)));
  }

  /** For a page token. */
  @Override
  public String toString() {
    return after == null ? Integer.toString(segment) : segment + "@" + after;
  }
}
