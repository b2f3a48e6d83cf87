package glockenspiel.journal.core;

import glockenspiel.ondisk.MetaHeader;
import glockenspiel.ondisk.log.LogHeader;
import java.nio.ByteBuffer;
import java.util.BitSet;
import org.jspecify.annotations.Nullable;

/**
 * Finds a journal's head, as {@code gfs2_find_jhead} does: all blocks in the order of positions;
 * the head is the newest valid header before one that is older. What was torn off behind it has no
 * valid header, so that the one before is the head. On the way it remembers which blocks start with
 * the magic number, so that a replay can check all its metadata before it writes the first.
 */
final class JournalScan {
  private final JournalReader reader;
  private final BitSet magic = new BitSet();
  private long scanned;
  private @Nullable LogHeader head;

  private JournalScan(JournalReader reader) {
    this.reader = reader;
  }

  /** Looks for the head. Only inside a task, and while nobody writes to the journal. */
  static JournalScan find(JournalReader reader) {
    JournalScan scan = new JournalScan(reader);
    reader.forEach(0, reader.extents().length(), scan::look);
    return scan;
  }

  private boolean look(long position, ByteBuffer content) {
    scanned = position + 1;
    if (!MetaHeader.hasMagic(content)) {
      return true;
    }
    magic.set((int) position);
    LogHeader header = LogHeader.readIfValid(content, position);
    if (header != null) {
      if (head != null && Long.compareUnsigned(header.sequence(), head.sequence()) < 0) {
        return false;
      }
      head = header;
    }
    return true;
  }

  /** The head, or null when there is no valid header at all. */
  @Nullable LogHeader head() {
    return head;
  }

  /**
   * Looks at the part of a wrapped active region that the search for the head did not need.
   *
   * @param from position of the tail
   */
  void lookFrom(long from) {
    reader.forEach(
        Math.max(from, scanned),
        reader.extents().length(),
        (position, content) -> {
          if (MetaHeader.hasMagic(content)) {
            magic.set((int) position);
          }
          return true;
        });
    scanned = reader.extents().length();
  }

  /** Whether the block at a scanned position starts with the magic number. */
  boolean hasMagic(long position) {
    return magic.get((int) position);
  }
}
