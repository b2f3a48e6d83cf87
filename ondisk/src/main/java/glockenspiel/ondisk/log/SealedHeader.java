package glockenspiel.ondisk.log;

import glockenspiel.ondisk.MetaHeader;
import glockenspiel.ondisk.MetaType;
import java.nio.ByteBuffer;
import java.util.zip.CRC32C;
import org.jspecify.annotations.Nullable;

/**
 * A log header in the making, with a checksum of the flush that it ends: header and content can go
 * to a disk together, in any order, and a later look can tell whether all of it is there.
 *
 * <pre>
 *     +---------------+---------------+
 *   0 | the fields of {@link LogHeader}      |  120 bytes; sealed, lh_hash has all its bits inverted
 * 120 | content blocks| content CRC   |  not GFS2's: zero in a header of the kernel
 * 128 | 0                             |  to the end of the block
 *     +-------------------------------+
 * </pre>
 *
 * <p>To Linux a sealed header is no header, as its hash is wrong. The seal is broken by setting the
 * hash right: four bytes of the block's first sector, so that no crash leaves anything between the
 * two. What stays behind the fields is under {@code lh_crc}, which covers the whole block, and
 * means nothing to Linux.
 *
 * @param header what the header says
 * @param contentBlocks log blocks before it that belong to its flush, 0..2^31-1
 * @param contentCrc CRC-32C of these blocks, in their order
 */
public record SealedHeader(LogHeader header, int contentBlocks, int contentCrc) {
  private static final int CONTENT_BLOCKS_AT = LogHeader.V2_BYTES;
  private static final int CONTENT_CRC_AT = CONTENT_BLOCKS_AT + Integer.BYTES;

  /** Checks what no flush has. */
  public SealedHeader {
    if (contentBlocks < 0) {
      throw new IllegalArgumentException("content blocks " + contentBlocks);
    }
  }

  /** The CRC-32C of a flush's content: its log blocks in their order, without the header. */
  public static int checksum(Iterable<ByteBuffer> content) {
    CRC32C crc = new CRC32C();
    for (ByteBuffer block : content) {
      crc.update(block.duplicate());
    }
    return (int) crc.getValue();
  }

  /**
   * The sealed header in a block.
   *
   * @param buffer a whole block of a journal
   * @param position the block's position in the journal
   * @return null when there is none, or one whose seal is broken
   */
  public static @Nullable SealedHeader readIfSealed(ByteBuffer buffer, long position) {
    if (MetaHeader.type(buffer) != MetaType.LOG_HEADER) {
      return null;
    }
    LogHeader header = LogHeader.read(buffer);
    ByteBuffer opened = ByteBuffer.allocate(buffer.limit());
    opened.put(0, buffer, 0, buffer.limit());
    LogHeader.setHash(opened, ~header.hash());
    if (!header.isV2() || !LogHeader.validate(opened, position).isValid()) {
      return null;
    }
    int blocks = buffer.getInt(CONTENT_BLOCKS_AT);
    return blocks < 0 ? null : new SealedHeader(header, blocks, buffer.getInt(CONTENT_CRC_AT));
  }

  /**
   * Writes it sealed.
   *
   * @param buffer a whole block, big-endian
   */
  public void write(ByteBuffer buffer) {
    writeOpened(buffer);
    LogHeader.setHash(buffer, ~LogHeader.hashOf(buffer));
  }

  /**
   * Writes the log header that it becomes: the same bytes, but for {@code lh_hash}.
   *
   * @param buffer a whole block, big-endian
   */
  public void writeOpened(ByteBuffer buffer) {
    header.write(buffer);
    buffer.putInt(CONTENT_BLOCKS_AT, contentBlocks);
    buffer.putInt(CONTENT_CRC_AT, contentCrc);
    LogHeader.mend(buffer);
  }
}
