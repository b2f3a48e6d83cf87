package glockenspiel.ondisk.log;

import glockenspiel.ondisk.Geometry;
import glockenspiel.ondisk.MetaHeader;
import glockenspiel.ondisk.MetaType;
import java.nio.ByteBuffer;

/** Lays out a REVOKE record: its descriptor and as many continuation blocks as needed. */
public final class RevokeWriter {
  private RevokeWriter() {}

  /**
   * Writes one block of a record; all of it.
   *
   * @param buffer the block
   * @param recordBlock 0 = the descriptor, then continuation blocks, below {@code
   *     geometry.revokeBlocks(count)}
   * @param revokes block numbers; the first {@code count} are the record
   * @param count 1..revokes.length
   */
  public static void write(
      ByteBuffer buffer, Geometry geometry, int recordBlock, long[] revokes, int count) {
    if (count < 1
        || count > revokes.length
        || recordBlock < 0
        || recordBlock >= geometry.revokeBlocks(count)) {
      throw new IllegalArgumentException(
          "block " + recordBlock + " of a record of " + count + " revokes");
    }
    int from;
    int at;
    if (recordBlock == 0) {
      LogDescriptor.format(buffer, geometry, DescriptorType.REVOKE, count);
      from = 0;
      at = Geometry.LOG_DESCRIPTOR_BYTES;
    } else {
      MetaHeader.zero(buffer, 0, geometry.blockSize());
      MetaHeader.write(buffer, MetaType.LOG_BLOCK);
      from = geometry.descriptorRevokes() + (recordBlock - 1) * geometry.continuationRevokes();
      at = MetaHeader.BYTES;
    }
    for (int i = from; i < count && at < geometry.blockSize(); i++) {
      buffer.putLong(at, revokes[i]);
      at += Long.BYTES;
    }
  }
}
