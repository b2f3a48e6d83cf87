package glockenspiel.ondisk.inode;

import glockenspiel.ondisk.FieldCheck;
import glockenspiel.ondisk.Geometry;
import java.nio.ByteBuffer;

/**
 * Totals of the volume (the master {@code statfs} file), or a node's not yet added change of them
 * (its {@code statfs_change} file): {@code gfs2_statfs_change}, the first 24 bytes of the data of a
 * stuffed dinode, that is bytes 232 to 255 of the block.
 *
 * <pre>
 *    0               4               8
 *    +---------------+---------------+
 *  0 | sc_total                      |
 *  8 | sc_free                       |
 * 16 | sc_dinodes                    |
 *    +-------------------------------+
 * </pre>
 *
 * @param total blocks that can be allocated, signed in a change
 * @param free blocks that are not allocated, signed in a change
 * @param dinodes inodes, signed in a change
 */
public record StatfsChange(long total, long free, long dinodes) {
  /** Bytes on disk. */
  public static final int BYTES = 24;

  /** No change. */
  public static final StatfsChange NONE = new StatfsChange(0, 0, 0);

  /** Reads it from the data of a stuffed dinode. */
  public static StatfsChange read(Dinode dinode) {
    ByteBuffer data = stuffed(dinode, BYTES);
    return new StatfsChange(
        data.getLong(0), data.getLong(Long.BYTES), data.getLong(2 * Long.BYTES));
  }

  /**
   * Reads it as the kernel's recovery does ({@code update_statfs_inode}): behind the dinode's
   * header, whatever size and height are.
   */
  public static StatfsChange readUnchecked(Dinode dinode) {
    int at = Geometry.DINODE_HEADER_BYTES;
    ByteBuffer block = dinode.buffer();
    return new StatfsChange(
        block.getLong(at), block.getLong(at + Long.BYTES), block.getLong(at + 2 * Long.BYTES));
  }

  /** Writes it where {@link #readUnchecked} reads it. */
  public void writeUnchecked(Dinode dinode) {
    int at = Geometry.DINODE_HEADER_BYTES;
    dinode
        .buffer()
        .putLong(at, total)
        .putLong(at + Long.BYTES, free)
        .putLong(at + 2 * Long.BYTES, dinodes);
  }

  /** Writes it to the data of a stuffed dinode whose size is at least {@link #BYTES}. */
  public void write(Dinode dinode) {
    stuffed(dinode, BYTES)
        .putLong(0, total)
        .putLong(Long.BYTES, free)
        .putLong(2 * Long.BYTES, dinodes);
  }

  /** The sum of both. */
  public StatfsChange plus(StatfsChange other) {
    return new StatfsChange(total + other.total, free + other.free, dinodes + other.dinodes);
  }

  static ByteBuffer stuffed(Dinode dinode, int bytes) {
    ByteBuffer data = dinode.stuffedData();
    FieldCheck.range(
        dinode.block(),
        "dinode",
        "di_size",
        data.limit(),
        bytes,
        dinode.geometry().stuffedBytesMax());
    return data;
  }
}
