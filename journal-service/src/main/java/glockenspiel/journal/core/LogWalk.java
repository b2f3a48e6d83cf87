package glockenspiel.journal.core;

import glockenspiel.ondisk.CorruptBlockException;
import glockenspiel.ondisk.Geometry;
import glockenspiel.ondisk.MetaHeader;
import glockenspiel.ondisk.MetaType;
import glockenspiel.ondisk.log.HeaderValidity;
import glockenspiel.ondisk.log.LogDescriptor;
import glockenspiel.ondisk.log.LogHeader;
import glockenspiel.ondisk.log.RevokeContinuation;
import java.nio.ByteBuffer;
import java.util.BitSet;

/**
 * Walks a journal's active region from tail to head ({@code foreach_descriptor}). It reads headers,
 * descriptors and revokes, not the block images. It takes what the kernel takes: sequences are not
 * compared, records of unknown types are skipped, and a record that leads over the head goes on
 * around the ring. What the kernel refuses, or would walk for ever, is a {@link
 * CorruptBlockException}.
 */
final class LogWalk {
  /** Is shown the region in order. Offsets count blocks from the tail, around the ring. */
  interface Visitor {
    /** A header inside the region; the head itself is not shown. */
    void header(int offset);

    /** A METADATA or JDATA descriptor: the images follow it. */
    void images(int offset, LogDescriptor descriptor);

    /** A revoke, in the block at this offset. */
    void revoke(int offset, long block);
  }

  private final JournalReader reader;
  private final Geometry geometry;
  private final JournalExtents extents;
  private final LogHeader head;
  private final Visitor visitor;
  private final int length;
  private boolean overHead;

  /**
   * A walk.
   *
   * @param head must be valid and dirty
   * @param foundAt the position where it lies
   * @throws CorruptBlockException if its tail or its own position is none of the journal
   */
  LogWalk(JournalReader reader, Geometry geometry, LogHeader head, long foundAt, Visitor visitor) {
    this.reader = reader;
    this.geometry = geometry;
    this.extents = reader.extents();
    this.head = head;
    this.visitor = visitor;
    requirePosition(foundAt, "lh_blkno", head.position());
    requirePosition(foundAt, "lh_tail", head.tail());
    this.length = (int) extents.distance(head.tail(), head.position());
  }

  private void requirePosition(long foundAt, String field, long position) {
    if (position >= extents.length()) {
      throw new CorruptBlockException(
          extents.blockAt(foundAt),
          "log header",
          field,
          position,
          "a position below " + extents.length());
    }
  }

  /** Walks. Only inside a task. */
  void run() {
    BitSet seen = new BitSet(extents.length());
    int offset = 0;
    while (offset != length) {
      long position = extents.plus(head.tail(), offset);
      long block = extents.blockAt(position);
      if (seen.get(offset)) {
        throw new CorruptBlockException(
            block,
            "log record",
            "at position 0x" + Long.toHexString(position),
            "reached twice",
            "a way from tail to head");
      }
      seen.set(offset);
      ByteBuffer content = reader.read(position);
      if (MetaHeader.type(content) == MetaType.LOG_HEADER) {
        requireValid(content, position, block);
        visitor.header(offset);
        offset = plus(offset, 1);
      } else {
        int blocks = descriptor(offset, content, block);
        overHead |= offset + (long) blocks > length;
        offset = plus(offset, blocks);
      }
    }
  }

  /** Whether a record led over the head: blocks behind it count, too. */
  boolean ledOverHead() {
    return overHead;
  }

  private int plus(int offset, int more) {
    return (int) extents.plus(offset, more);
  }

  private static void requireValid(ByteBuffer content, long position, long block) {
    // The kernel cannot tell position 0 from any.
    long expected = position == 0 ? LogHeader.ANY_POSITION : position;
    HeaderValidity validity = LogHeader.validate(content, expected);
    if (!validity.isValid()) {
      throw new CorruptBlockException(
          block,
          "log header",
          "at position 0x" + Long.toHexString(position) + " inside the active region",
          validity.toString(),
          "a valid header");
    }
  }

  /** Shows a descriptor; returns how many blocks it and what follows take. */
  private int descriptor(int offset, ByteBuffer content, long block) {
    LogDescriptor descriptor = LogDescriptor.of(content, block, geometry);
    switch (descriptor.type()) {
      case METADATA, JDATA -> visitor.images(offset, descriptor);
      case REVOKE -> revokes(offset, descriptor);
      case UNKNOWN -> {}
    }
    return descriptor.length();
  }

  private void revokes(int offset, LogDescriptor descriptor) {
    for (int i = 0; i < descriptor.revokesIn(0); i++) {
      visitor.revoke(offset, descriptor.revoke(i));
    }
    // Ends: at the latest the descriptor itself, reached around the ring, is no continuation.
    for (int further = 1; further < descriptor.length(); further++) {
      int at = plus(offset, further);
      long position = extents.plus(head.tail(), at);
      RevokeContinuation block =
          RevokeContinuation.of(reader.read(position), extents.blockAt(position), geometry);
      for (int i = 0; i < descriptor.revokesIn(further); i++) {
        visitor.revoke(at, block.revoke(i));
      }
    }
  }
}
