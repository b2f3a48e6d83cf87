package glockenspiel.ondisk.log;

import glockenspiel.ondisk.Checksums;
import glockenspiel.ondisk.MetaHeader;
import glockenspiel.ondisk.MetaType;
import glockenspiel.ondisk.inode.StatfsChange;
import java.nio.ByteBuffer;
import org.jspecify.annotations.Nullable;

/**
 * A log header ({@code gfs2_log_header}): it ends a flush, and makes it count.
 *
 * <pre>
 *     0               4               8
 *     +---------------+---------------+
 *   0 | meta header, type 8           |  24 bytes
 *  24 | lh_sequence                   |
 *  32 | lh_flags      | lh_tail       |
 *  40 | lh_blkno      | lh_hash       |  version 1 ends here
 *  48 | lh_crc        | lh_nsec       |
 *  56 | lh_sec                        |
 *  64 | lh_addr                       |
 *  72 | lh_jinode                     |
 *  80 | lh_statfs_addr                |
 *  88 | lh_quota_addr                 |
 *  96 | lh_local_total                |
 * 104 | lh_local_free                 |
 * 112 | lh_local_dinodes              |
 * 120 | 0                             |  to the end of the block
 *     +-------------------------------+
 * </pre>
 *
 * <p>{@code lh_hash} is the CRC-32 of bytes 0 to 43 and four zero bytes. {@code lh_crc} is the
 * CRC-32C of bytes 52 to the block's end, seed all ones, without the final complement; 0 is not
 * checked, and marks version 1.
 *
 * @param sequence number of the flush, one more than that of the header before; unsigned
 * @param flags {@link LogFlags}
 * @param tail position of the oldest block that replay needs, 0..2^32-1
 * @param position {@code lh_blkno}: this block's position in the journal, 0..2^32-1
 * @param hash {@code lh_hash} as found; not used by {@link #write}, which computes it
 * @param crc {@code lh_crc} as found, 0 in version 1; not used by {@link #write}
 * @param seconds when it was written, seconds since the epoch
 * @param nanos and nanoseconds, as found
 * @param address {@code lh_addr}: this block's number in the volume, as found
 * @param journalInode dinode of the journal, as found
 * @param statfsAddress dinode of the node's statfs_change file, as found
 * @param quotaAddress dinode of the node's quota_change file, as found
 * @param localStatfs what the node has not yet added to the master statfs file
 */
public record LogHeader(
    long sequence,
    int flags,
    long tail,
    long position,
    int hash,
    int crc,
    long seconds,
    int nanos,
    long address,
    long journalInode,
    long statfsAddress,
    long quotaAddress,
    StatfsChange localStatfs) {
  /** Bytes of a version 1 header. */
  public static final int V1_BYTES = 48;

  /** Bytes of a version 2 header. */
  public static final int V2_BYTES = 120;

  /**
   * For {@link #validate}: take the header at any position, as the kernel does while it looks for
   * the head.
   */
  public static final long ANY_POSITION = -1;

  private static final long U32_MAX = 0xffffffffL;
  private static final int SEQUENCE_AT = 24;
  private static final int FLAGS_AT = 32;
  private static final int TAIL_AT = 36;
  private static final int POSITION_AT = 40;
  private static final int HASH_AT = 44;
  private static final int CRC_AT = 48;
  private static final int NANOS_AT = 52;
  private static final int SECONDS_AT = 56;
  private static final int ADDRESS_AT = 64;
  private static final int JOURNAL_INODE_AT = 72;
  private static final int STATFS_AT = 80;
  private static final int QUOTA_AT = 88;
  private static final int LOCAL_TOTAL_AT = 96;
  private static final int LOCAL_FREE_AT = 104;
  private static final int LOCAL_DINODES_AT = 112;

  /** Checks what would not fit on disk. */
  public LogHeader {
    if (tail < 0 || tail > U32_MAX || position < 0 || position > U32_MAX) {
      throw new IllegalArgumentException(
          "lh_tail " + tail + " lh_blkno " + position + ": expected 32 bits");
    }
  }

  /**
   * Whether the block is a log header ({@code __get_log_header}). Allocates nothing that lives.
   *
   * @param buffer a whole block of a journal
   * @param expectedPosition its position, or {@link #ANY_POSITION}
   */
  public static HeaderValidity validate(ByteBuffer buffer, long expectedPosition) {
    if (!MetaHeader.hasMagic(buffer)) {
      return HeaderValidity.NO_MAGIC;
    }
    if (MetaHeader.typeCode(buffer) != MetaType.LOG_HEADER.code()) {
      return HeaderValidity.OTHER_TYPE;
    }
    if (expectedPosition != ANY_POSITION && position(buffer) != expectedPosition) {
      return HeaderValidity.WRONG_POSITION;
    }
    if (buffer.getInt(HASH_AT) != computeHash(buffer)) {
      return HeaderValidity.BAD_HASH;
    }
    int crc = buffer.getInt(CRC_AT);
    if (crc != 0 && crc != computeCrc(buffer)) {
      return HeaderValidity.BAD_CRC;
    }
    return HeaderValidity.VALID;
  }

  /** The header in this block if it is {@link HeaderValidity#VALID} at this position, else null. */
  public static @Nullable LogHeader readIfValid(ByteBuffer buffer, long expectedPosition) {
    return validate(buffer, expectedPosition).isValid() ? read(buffer) : null;
  }

  /** The fields of a block that was found valid, or is to be shown as it is. */
  public static LogHeader read(ByteBuffer buffer) {
    return new LogHeader(
        sequence(buffer),
        flags(buffer),
        Integer.toUnsignedLong(buffer.getInt(TAIL_AT)),
        position(buffer),
        buffer.getInt(HASH_AT),
        buffer.getInt(CRC_AT),
        buffer.getLong(SECONDS_AT),
        buffer.getInt(NANOS_AT),
        buffer.getLong(ADDRESS_AT),
        buffer.getLong(JOURNAL_INODE_AT),
        buffer.getLong(STATFS_AT),
        buffer.getLong(QUOTA_AT),
        new StatfsChange(
            buffer.getLong(LOCAL_TOTAL_AT),
            buffer.getLong(LOCAL_FREE_AT),
            buffer.getLong(LOCAL_DINODES_AT)));
  }

  /** {@code lh_sequence} of a block, without reading the rest; unsigned. */
  public static long sequence(ByteBuffer buffer) {
    return buffer.getLong(SEQUENCE_AT);
  }

  /** {@code lh_flags} of a block, without reading the rest. */
  public static int flags(ByteBuffer buffer) {
    return buffer.getInt(FLAGS_AT);
  }

  /** The same header, found at a position that {@code lh_blkno} does not tell. */
  public LogHeader at(long foundAt) {
    return new LogHeader(
        sequence,
        flags,
        tail,
        foundAt,
        hash,
        crc,
        seconds,
        nanos,
        address,
        journalInode,
        statfsAddress,
        quotaAddress,
        localStatfs);
  }

  private static long position(ByteBuffer buffer) {
    return Integer.toUnsignedLong(buffer.getInt(POSITION_AT));
  }

  /** A header to write; hash and CRC are computed by {@link #write}. */
  public static LogHeader of(
      long sequence,
      int flags,
      long tail,
      long position,
      long seconds,
      int nanos,
      long address,
      long journalInode,
      long statfsAddress,
      long quotaAddress,
      StatfsChange localStatfs) {
    return new LogHeader(
        sequence,
        flags,
        tail,
        position,
        0,
        0,
        seconds,
        nanos,
        address,
        journalInode,
        statfsAddress,
        quotaAddress,
        localStatfs);
  }

  /** Whether the header has the fields of version 2, under a CRC. */
  public boolean isV2() {
    return crc != 0;
  }

  /** Whether all these {@link LogFlags} are set. */
  public boolean hasFlags(int wanted) {
    return (flags & wanted) == wanted;
  }

  /** Whether it ended a replay. */
  public boolean endedReplay() {
    return hasFlags(LogFlags.UNMOUNT | LogFlags.RECOVERY);
  }

  /** Whether it says that nothing is to be replayed. */
  public boolean isClean() {
    return hasFlags(LogFlags.UNMOUNT);
  }

  /**
   * Writes a version 2 header with hash and CRC; the rest of the block becomes zero.
   *
   * @param buffer a whole block, big-endian
   */
  public void write(ByteBuffer buffer) {
    writeV1Fields(buffer);
    buffer.putInt(NANOS_AT, nanos);
    buffer.putLong(SECONDS_AT, seconds);
    buffer.putLong(ADDRESS_AT, address);
    buffer.putLong(JOURNAL_INODE_AT, journalInode);
    buffer.putLong(STATFS_AT, statfsAddress);
    buffer.putLong(QUOTA_AT, quotaAddress);
    buffer.putLong(LOCAL_TOTAL_AT, localStatfs.total());
    buffer.putLong(LOCAL_FREE_AT, localStatfs.free());
    buffer.putLong(LOCAL_DINODES_AT, localStatfs.dinodes());
    buffer.putInt(CRC_AT, computeCrc(buffer));
  }

  /** Writes a version 1 header, as Linux before 4.16 did: all from {@code lh_crc} on is zero. */
  public void writeV1(ByteBuffer buffer) {
    writeV1Fields(buffer);
  }

  private void writeV1Fields(ByteBuffer buffer) {
    MetaHeader.zero(buffer, 0, buffer.limit());
    MetaHeader.write(buffer, MetaType.LOG_HEADER);
    buffer.putLong(SEQUENCE_AT, sequence);
    buffer.putInt(FLAGS_AT, flags);
    buffer.putInt(TAIL_AT, (int) tail);
    buffer.putInt(POSITION_AT, (int) position);
    buffer.putInt(HASH_AT, computeHash(buffer));
  }

  /**
   * Makes hash and CRC of a block fit what is in it, whatever that is.
   *
   * @param buffer a whole block, big-endian
   */
  public static void mend(ByteBuffer buffer) {
    buffer.putInt(HASH_AT, computeHash(buffer));
    buffer.putInt(CRC_AT, computeCrc(buffer));
  }

  /**
   * What {@code lh_hash} of a block would have to be.
   *
   * @param buffer a whole block, big-endian
   */
  static int hashOf(ByteBuffer buffer) {
    return computeHash(buffer);
  }

  /** Sets {@code lh_hash}, and nothing else: in the block's first sector. */
  static void setHash(ByteBuffer buffer, int hash) {
    buffer.putInt(HASH_AT, hash);
  }

  private static int computeHash(ByteBuffer buffer) {
    return Checksums.crc32ThenZeros(buffer, 0, HASH_AT, Integer.BYTES);
  }

  private static int computeCrc(ByteBuffer buffer) {
    return Checksums.crc32cUncomplemented(buffer, NANOS_AT, buffer.limit() - NANOS_AT);
  }
}
