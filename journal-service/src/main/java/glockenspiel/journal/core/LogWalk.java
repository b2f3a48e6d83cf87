package glockenspiel.journal.core;

import glockenspiel.ondisk.CorruptBlockException;
import glockenspiel.ondisk.Geometry;
import glockenspiel.ondisk.MetaHeader;
import glockenspiel.ondisk.MetaType;
import glockenspiel.ondisk.log.DescriptorType;
import glockenspiel.ondisk.log.HeaderValidity;
import glockenspiel.ondisk.log.LogDescriptor;
import glockenspiel.ondisk.log.LogHeader;
import glockenspiel.ondisk.log.RevokeContinuation;
import java.nio.ByteBuffer;

/**
 * Walks a journal's active region from tail to head ({@code foreach_descriptor}). It reads headers,
 * descriptors and revokes, not the block images. Every step goes forward and stays before the head,
 * so that it ends; anything that does not fit is a {@link CorruptBlockException}.
 */
final class LogWalk {
  /** Is shown the region in order. Offsets count blocks from the tail. */
  interface Visitor {
    /** A header inside the region; the head itself is not shown. */
    void header(int offset, LogHeader header);

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

  /**
   * A walk.
   *
   * @param head must be valid
   * @throws CorruptBlockException if its tail is no position of the journal
   */
  LogWalk(JournalReader reader, Geometry geometry, LogHeader head, Visitor visitor) {
    this.reader = reader;
    this.geometry = geometry;
    this.extents = reader.extents();
    this.head = head;
    this.visitor = visitor;
    if (head.tail() >= extents.length()) {
      throw new CorruptBlockException(
          extents.blockAt(head.position()),
          "log header",
          "lh_tail",
          head.tail(),
          "a position below " + extents.length());
    }
    this.length = (int) extents.distance(head.tail(), head.position());
  }

  /** Blocks from tail to head, the head not counted. */
  int length() {
    return length;
  }

  /** Walks. Only inside a task. */
  void run() {
    int offset = 0;
    long sequence = -1;
    boolean first = true;
    while (offset < length) {
      long position = extents.plus(head.tail(), offset);
      long block = extents.blockAt(position);
      ByteBuffer content = reader.read(position);
      MetaType type = MetaHeader.type(content);
      if (type == MetaType.LOG_HEADER) {
        LogHeader header = validHeader(content, position, block);
        if (!first && Long.compareUnsigned(header.sequence(), sequence) <= 0) {
          throw tooOld(header, block, sequence);
        }
        if (Long.compareUnsigned(header.sequence(), head.sequence()) >= 0) {
          throw tooOld(header, block, head.sequence());
        }
        first = false;
        sequence = header.sequence();
        visitor.header(offset, header);
        offset++;
      } else {
        offset += descriptor(offset, content, block);
      }
    }
  }

  private static LogHeader validHeader(ByteBuffer content, long position, long block) {
    HeaderValidity validity = LogHeader.validate(content, position);
    if (!validity.isValid()) {
      throw new CorruptBlockException(
          block,
          "log header",
          "at position 0x" + Long.toHexString(position) + " inside the active region",
          validity.toString(),
          "a valid header");
    }
    return LogHeader.read(content);
  }

  private static CorruptBlockException tooOld(LogHeader header, long block, long other) {
    return CorruptBlockException.hex(
        block,
        "log header",
        "lh_sequence",
        header.sequence(),
        "a growing number below the head's, not one beside 0x" + Long.toHexString(other));
  }

  /** Shows a descriptor; returns how many blocks it and what follows take. */
  private int descriptor(int offset, ByteBuffer content, long block) {
    LogDescriptor descriptor = LogDescriptor.of(content, block, geometry);
    if (descriptor.length() > length - offset) {
      throw new CorruptBlockException(
          block,
          "log descriptor",
          "ld_length",
          descriptor.length(),
          "at most " + (length - offset) + ", the blocks before the head");
    }
    if (descriptor.type() == DescriptorType.REVOKE) {
      revokes(offset, descriptor);
    } else {
      visitor.images(offset, descriptor);
    }
    return descriptor.length();
  }

  private void revokes(int offset, LogDescriptor descriptor) {
    for (int i = 0; i < descriptor.revokesIn(0); i++) {
      visitor.revoke(offset, descriptor.revoke(i));
    }
    for (int further = 1; further < descriptor.length(); further++) {
      long position = extents.plus(head.tail(), offset + further);
      RevokeContinuation block =
          RevokeContinuation.of(reader.read(position), extents.blockAt(position), geometry);
      for (int i = 0; i < descriptor.revokesIn(further); i++) {
        visitor.revoke(offset + further, block.revoke(i));
      }
    }
  }
}
