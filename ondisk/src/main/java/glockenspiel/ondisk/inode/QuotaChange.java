package glockenspiel.ondisk.inode;

import glockenspiel.ondisk.Geometry;
import glockenspiel.ondisk.MetaHeader;
import glockenspiel.ondisk.MetaType;
import java.nio.ByteBuffer;

/**
 * A change of a quota that a node has not yet added to the {@code quota} file ({@code
 * gfs2_quota_change}). A node's {@code quota_change} file is made of blocks with a metadata header
 * (type 14), full of these from byte 24 on.
 *
 * <pre>
 *    0               4               8
 *    +---------------+---------------+
 *  0 | qc_change                     |
 *  8 | qc_flags      | qc_id         |
 *    +-------------------------------+
 * </pre>
 *
 * @param change blocks, signed; 0 in an unused slot
 * @param user whether {@code id} is a user's; else a group's
 * @param id user or group, as unsigned 32 bits
 */
public record QuotaChange(long change, boolean user, int id) {
  /** Bytes on disk. */
  public static final int BYTES = 16;

  private static final int FLAG_USER = 1;
  private static final int FLAGS_AT = 8;
  private static final int ID_AT = 12;

  /** Slots in a block. */
  public static int slots(Geometry geometry) {
    return geometry.journaledDataBytes() / BYTES;
  }

  /** Makes the whole block one of a quota_change file, with no changes. */
  public static void formatBlock(ByteBuffer buffer, Geometry geometry) {
    MetaHeader.zero(buffer, 0, geometry.blockSize());
    MetaHeader.write(buffer, MetaType.QUOTA_CHANGE);
  }

  /**
   * Reads a slot of a block that was checked to be of type {@link MetaType#QUOTA_CHANGE}.
   *
   * @param slot 0..{@link #slots}-1
   */
  public static QuotaChange read(ByteBuffer block, int slot) {
    int at = MetaHeader.BYTES + slot * BYTES;
    return new QuotaChange(
        block.getLong(at),
        (block.getInt(at + FLAGS_AT) & FLAG_USER) != 0,
        block.getInt(at + ID_AT));
  }

  /** Writes a slot. */
  public void write(ByteBuffer block, int slot) {
    int at = MetaHeader.BYTES + slot * BYTES;
    block.putLong(at, change);
    block.putInt(at + FLAGS_AT, user ? FLAG_USER : 0);
    block.putInt(at + ID_AT, id);
  }
}
