package glockenspiel.ondisk.log;

import glockenspiel.ondisk.CorruptBlockException;
import glockenspiel.ondisk.Geometry;
import glockenspiel.ondisk.MetaHeader;
import glockenspiel.ondisk.MetaType;
import java.nio.ByteBuffer;

/**
 * A view of a log descriptor ({@code gfs2_log_descriptor}): it says what the blocks that follow it
 * are.
 *
 * <pre>
 *     0               4               8
 *     +---------------+---------------+
 *   0 | meta header, type 9           |  24 bytes
 *  24 | ld_type       | ld_length     |
 *  32 | ld_data1      | ld_data2      |
 *  40 | 0                             |  32 bytes
 *  72 | METADATA: block number        |  ld_data1 of them
 *     | JDATA: block number, escaped  |  ld_data1 pairs of u64
 *     | REVOKE: block number          |  ld_data1 of them, going on in continuation blocks
 *     +-------------------------------+
 * </pre>
 *
 * <p>{@code ld_length} counts the log blocks of the record with the descriptor: it says where the
 * next record begins, and of how many blocks a REVOKE record is made. {@code ld_data1} counts tags
 * or revokes. The kernel does not check one against the other, and so do we not: what it replays,
 * we replay. Tags lie inside the block; that they point into the volume, and the record into the
 * journal, is for the caller, who knows these.
 */
public final class LogDescriptor {
  private static final String STRUCTURE = "log descriptor";
  private static final int TYPE_AT = 24;
  private static final int LENGTH_AT = 28;
  private static final int COUNT_AT = 32;
  private static final int TAGS_AT = Geometry.LOG_DESCRIPTOR_BYTES;

  private final ByteBuffer buffer;
  private final Geometry geometry;
  private final DescriptorType type;
  private final int length;
  private final long count;

  private LogDescriptor(
      ByteBuffer buffer, Geometry geometry, DescriptorType type, int length, long count) {
    this.buffer = buffer;
    this.geometry = geometry;
    this.type = type;
    this.length = length;
    this.count = count;
  }

  /**
   * A view of a block that holds a log descriptor.
   *
   * @param block its number in the volume, for messages
   * @throws CorruptBlockException if it holds none, is of length 0, or has more tags than fit
   */
  public static LogDescriptor of(ByteBuffer buffer, long block, Geometry geometry) {
    MetaHeader.check(buffer, block, MetaType.LOG_DESCRIPTOR);
    DescriptorType type = DescriptorType.ofCode(buffer.getInt(TYPE_AT));
    long length = Integer.toUnsignedLong(buffer.getInt(LENGTH_AT));
    // The kernel never gets past a record of length 0.
    if (length == 0 || length > Integer.MAX_VALUE) {
      throw new CorruptBlockException(
          block, STRUCTURE, "ld_length", length, "1.." + Integer.MAX_VALUE);
    }
    long count = Integer.toUnsignedLong(buffer.getInt(COUNT_AT));
    // The kernel reads tags behind the end of the block, whatever lies there in memory.
    switch (type) {
      case METADATA -> requireTags(block, count, geometry.metadataTags());
      case JDATA -> requireTags(block, count, geometry.jdataTags());
      case REVOKE, UNKNOWN -> {}
    }
    return new LogDescriptor(buffer, geometry, type, (int) length, count);
  }

  private static void requireTags(long block, long count, int max) {
    if (count > max) {
      throw new CorruptBlockException(block, STRUCTURE, "ld_data1", count, "0.." + max);
    }
  }

  /**
   * Makes the whole block a descriptor with no tags set yet.
   *
   * @param count tags that will be set with {@link #setTag} or {@link #setJdataTag}, or revokes
   */
  public static LogDescriptor format(
      ByteBuffer buffer, Geometry geometry, DescriptorType type, int count) {
    long length =
        switch (type) {
          case METADATA -> within(count, geometry.metadataTags()) + 1L;
          case JDATA -> within(count, geometry.jdataTags()) + 1L;
          case REVOKE -> Math.max(1, geometry.revokeBlocks(count));
          case UNKNOWN -> throw new IllegalArgumentException("a descriptor of an unknown type");
        };
    MetaHeader.zero(buffer, 0, geometry.blockSize());
    MetaHeader.write(buffer, MetaType.LOG_DESCRIPTOR);
    buffer.putInt(TYPE_AT, type.code());
    buffer.putInt(LENGTH_AT, (int) length);
    buffer.putInt(COUNT_AT, count);
    return new LogDescriptor(buffer, geometry, type, (int) length, count);
  }

  private static int within(int count, int max) {
    if (count < 0 || count > max) {
      throw new IllegalArgumentException("descriptor with " + count + " tags: expected 0.." + max);
    }
    return count;
  }

  /** What the record holds. */
  public DescriptorType type() {
    return type;
  }

  /** {@code ld_length}: log blocks of the record, this one included; at least 1. */
  public int length() {
    return length;
  }

  /**
   * {@code ld_data1}: tags (= block images that follow), or revokes. Of a REVOKE or UNKNOWN record
   * as found, 0..2^32-1; of the others it fits the block.
   */
  public long count() {
    return count;
  }

  /** Tags of a METADATA or JDATA record; else 0. */
  public int tags() {
    return switch (type) {
      case METADATA, JDATA -> (int) count;
      case REVOKE, UNKNOWN -> 0;
    };
  }

  /**
   * The block whose image is the {@code index}-th after the descriptor; METADATA and JDATA only. As
   * found: the caller checks it against the volume.
   *
   * @param index 0..count-1
   */
  public long tag(int index) {
    return buffer.getLong(tagAt(index));
  }

  /** Whether the {@code index}-th image had its magic number zeroed; always false for METADATA. */
  public boolean isEscaped(int index) {
    return type == DescriptorType.JDATA && buffer.getLong(tagAt(index) + Long.BYTES) != 0;
  }

  /** Sets a METADATA tag. */
  public void setTag(int index, long block) {
    requireType(DescriptorType.METADATA);
    buffer.putLong(tagAt(index), block);
  }

  /** Sets a JDATA tag. */
  public void setJdataTag(int index, long block, boolean escaped) {
    requireType(DescriptorType.JDATA);
    int at = tagAt(index);
    buffer.putLong(at, block);
    buffer.putLong(at + Long.BYTES, escaped ? 1 : 0);
  }

  private int tagAt(int index) {
    if (index < 0 || index >= tags()) {
      throw new IndexOutOfBoundsException(
          "tag " + index + " of " + count + " in a " + type + " descriptor");
    }
    return TAGS_AT + index * (type == DescriptorType.JDATA ? 2 * Long.BYTES : Long.BYTES);
  }

  /**
   * How many revokes lie in one of a REVOKE record's blocks, as {@code revoke_lo_scan_elements}
   * counts them: down from {@code ld_data1}, and looking at what is left only after each one. So a
   * block that begins with none left (a count of 0, or a record longer than its count needs) is
   * read to its end.
   *
   * @param recordBlock 0 = the descriptor, 1..length-1 = continuation blocks
   */
  public int revokesIn(int recordBlock) {
    requireType(DescriptorType.REVOKE);
    long before =
        recordBlock == 0
            ? 0
            : geometry.descriptorRevokes() + (recordBlock - 1L) * geometry.continuationRevokes();
    int room = recordBlock == 0 ? geometry.descriptorRevokes() : geometry.continuationRevokes();
    return count <= before ? room : (int) Math.min(room, count - before);
  }

  /**
   * A revoke in the descriptor itself; those in continuation blocks are read by {@link
   * RevokeContinuation}.
   *
   * @param index 0..{@code revokesIn(0)}-1
   */
  public long revoke(int index) {
    if (index < 0 || index >= revokesIn(0)) {
      throw new IndexOutOfBoundsException("revoke " + index);
    }
    return buffer.getLong(TAGS_AT + index * Long.BYTES);
  }

  private void requireType(DescriptorType wanted) {
    if (type != wanted) {
      throw new IllegalStateException(type + " descriptor: expected " + wanted);
    }
  }
}
