package glockenspiel.journal.core;

import glockenspiel.ondisk.MetaHeader;
import glockenspiel.ondisk.log.LogHeader;
import glockenspiel.ondisk.log.SealedHeader;
import java.nio.ByteBuffer;
import java.util.BitSet;
import org.jspecify.annotations.Nullable;

/**
 * Finds a journal's head, as {@code gfs2_find_jhead} does: all blocks in the order of positions;
 * the head is the newest valid header before one that is older. What was torn off behind it has no
 * valid header, so that the one before is the head. A {@linkplain SealedFlush sealed flush} behind
 * it counts as one with a header. Whether {@code lh_blkno} is the position where the header lies
 * does not matter here; a dirty head's says where the active region ends. On the way it remembers
 * which blocks start with the magic number, so that a replay can check all its metadata before it
 * writes the first.
 */
final class JournalScan {
  private final JournalReader reader;
  private final BitSet magic = new BitSet();
  private long scanned;
  private long lookedAgain;
  private long foundAt;
  private @Nullable LogHeader head;
  private @Nullable SealedHeader sealed;

  private JournalScan(JournalReader reader) {
    this.reader = reader;
    this.lookedAgain = reader.extents().length();
  }

  /** Looks for the head. Only inside a task, and while nobody writes to the journal. */
  static JournalScan find(JournalReader reader) {
    JournalScan scan = new JournalScan(reader);
    reader.forEach(0, reader.extents().length(), scan::look);
    scan.lookForSealed();
    return scan;
  }

  private void lookForSealed() {
    LogHeader found = head;
    if (found != null) {
      sealed = SealedFlush.behind(reader, found, foundAt);
    }
    if (sealed != null) {
      head = sealed.header();
      foundAt = sealed.header().position();
    }
  }

  private boolean look(long position, ByteBuffer content) {
    scanned = position + 1;
    if (!MetaHeader.hasMagic(content)) {
      return true;
    }
    magic.set((int) position);
    LogHeader header = LogHeader.readIfValid(content, LogHeader.ANY_POSITION);
    if (header != null) {
      if (head != null && Long.compareUnsigned(header.sequence(), head.sequence()) < 0) {
        return false;
      }
      head = header;
      foundAt = position;
    }
    return true;
  }

  /**
   * The head, or null when there is no valid header at all. A clean one is at the position where it
   * was found: there the journal goes on.
   */
  @Nullable LogHeader head() {
    LogHeader found = head;
    return found != null && found.isClean() ? found.at(foundAt) : found;
  }

  /** The head as it lies there, if it is sealed: its log header is still to be written. */
  @Nullable SealedHeader sealed() {
    return sealed;
  }

  /** The position where the head lies. */
  long foundAt() {
    return foundAt;
  }

  /**
   * Looks at the part of a wrapped active region that the search for the head did not need.
   *
   * @param from position of the tail
   */
  void lookFrom(long from) {
    lookedAgain = Math.max(from, scanned);
    reader.forEach(
        lookedAgain,
        reader.extents().length(),
        (position, content) -> {
          if (MetaHeader.hasMagic(content)) {
            magic.set((int) position);
          }
          return true;
        });
  }

  /** Whether the block at a position starts with the magic number. Only inside a task. */
  boolean hasMagic(long position) {
    if (position < scanned || position >= lookedAgain) {
      return magic.get((int) position);
    }
    // A descriptor with more tags than its record is long: copies outside the active region.
    return MetaHeader.hasMagic(reader.read(position));
  }
}
