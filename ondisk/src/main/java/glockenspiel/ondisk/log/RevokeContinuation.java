package glockenspiel.ondisk.log;

import glockenspiel.ondisk.Geometry;
import glockenspiel.ondisk.MetaHeader;
import glockenspiel.ondisk.MetaType;
import java.nio.ByteBuffer;

/**
 * A view of a further block of a REVOKE record.
 *
 * <pre>
 *     0               4               8
 *     +---------------+---------------+
 *   0 | meta header, type 12          |  24 bytes
 *  24 | block number                  |  (block size - 24) / 8 of them at most; zero behind the last
 *     +-------------------------------+
 * </pre>
 */
public final class RevokeContinuation {
  private final ByteBuffer buffer;
  private final int revokesMax;

  private RevokeContinuation(ByteBuffer buffer, Geometry geometry) {
    this.buffer = buffer;
    this.revokesMax = geometry.continuationRevokes();
  }

  /**
   * A view of a continuation block; {@link LogDescriptor#revokesIn} says how many revokes it holds.
   *
   * @param block its number in the volume, for messages
   * @throws glockenspiel.ondisk.CorruptBlockException if it is none
   */
  public static RevokeContinuation of(ByteBuffer buffer, long block, Geometry geometry) {
    MetaHeader.check(buffer, block, MetaType.LOG_BLOCK);
    return new RevokeContinuation(buffer, geometry);
  }

  /** A revoke, as found: the caller checks it against the volume. */
  public long revoke(int index) {
    if (index < 0 || index >= revokesMax) {
      throw new IndexOutOfBoundsException("revoke " + index + " of " + revokesMax);
    }
    return buffer.getLong(MetaHeader.BYTES + index * Long.BYTES);
  }
}
