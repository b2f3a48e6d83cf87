package glockenspiel.ondisk.inode;

import java.nio.ByteBuffer;

/**
 * Formal inode numbers that are still to be given out ({@code gfs2_inum_range}): the first 16 bytes
 * of the data of a node's {@code inum_range} file, which is stuffed. The master {@code inum} file
 * holds only the next number (u64).
 *
 * <pre>
 *    0               4               8
 *    +---------------+---------------+
 *  0 | ir_start                      |
 *  8 | ir_length                     |
 *    +-------------------------------+
 * </pre>
 *
 * @param start next number
 * @param length numbers left, 0 if a new range must be fetched
 */
public record InumRange(long start, long length) {
  /** Bytes on disk. */
  public static final int BYTES = 16;

  /** Numbers that a node fetches at a time ({@code GFS2_INUM_QUANTUM}). */
  public static final int QUANTUM = 1_048_576;

  /** Reads it from the data of a stuffed dinode. */
  public static InumRange read(Dinode dinode) {
    ByteBuffer data = StatfsChange.stuffed(dinode, BYTES);
    return new InumRange(data.getLong(0), data.getLong(Long.BYTES));
  }

  /** Writes it to the data of a stuffed dinode whose size is at least {@link #BYTES}. */
  public void write(Dinode dinode) {
    StatfsChange.stuffed(dinode, BYTES).putLong(0, start).putLong(Long.BYTES, length);
  }
}
