package glockenspiel.ondisk.inode;

import java.nio.ByteBuffer;

/**
 * An entry of the {@code quota} file ({@code gfs2_quota}). That of user N is number 2N of the file,
 * that of group N is number 2N + 1.
 *
 * <pre>
 *    0               4               8
 *    +---------------+---------------+
 *  0 | qu_limit                      |
 *  8 | qu_warn                       |
 * 16 | qu_value                      |
 * 24 | 0                             |  64 bytes
 *    +-------------------------------+
 * </pre>
 *
 * @param limit blocks that may be allocated, 0 = any number
 * @param warn blocks from which on to warn, 0 = never
 * @param value blocks allocated, signed
 */
public record Quota(long limit, long warn, long value) {
  /** Bytes on disk. */
  public static final int BYTES = 88;

  /** Reads an entry at a byte offset. */
  public static Quota read(ByteBuffer buffer, int at) {
    return new Quota(
        buffer.getLong(at), buffer.getLong(at + Long.BYTES), buffer.getLong(at + 2 * Long.BYTES));
  }

  /** Writes the entry, all 88 bytes of it. */
  public void write(ByteBuffer buffer, int at) {
    for (int i = 3 * Long.BYTES; i < BYTES; i += Long.BYTES) {
      buffer.putLong(at + i, 0);
    }
    buffer.putLong(at, limit);
    buffer.putLong(at + Long.BYTES, warn);
    buffer.putLong(at + 2 * Long.BYTES, value);
  }
}
