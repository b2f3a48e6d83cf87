package glockenspiel.ondisk;

import java.nio.ByteBuffer;
import java.util.zip.CRC32;
import java.util.zip.CRC32C;
import java.util.zip.Checksum;

/**
 * The two checksums of GFS2. {@link #crc32} is {@code gfs2_disk_hash}: names, resource groups and
 * {@code lh_hash}. {@link #crc32cUncomplemented} is the kernel's {@code crc32c(~0, ...)}: {@code
 * lh_crc}.
 */
public final class Checksums {
  private Checksums() {}

  /**
   * CRC-32 (IEEE 802.3: seed all ones, final complement) of {@code length} bytes from absolute
   * {@code offset}.
   */
  public static int crc32(ByteBuffer buffer, int offset, int length) {
    CRC32 crc = new CRC32();
    update(crc, buffer, offset, length);
    return (int) crc.getValue();
  }

  /** CRC-32 of the bytes, followed by {@code zeros} zero bytes. */
  public static int crc32ThenZeros(ByteBuffer buffer, int offset, int length, int zeros) {
    CRC32 crc = new CRC32();
    update(crc, buffer, offset, length);
    for (int i = 0; i < zeros; i++) {
      crc.update(0);
    }
    return (int) crc.getValue();
  }

  /** CRC-32 of the bytes, with the four at absolute {@code zeroAt} taken as zero. */
  public static int crc32WithZeroInt(ByteBuffer buffer, int offset, int length, int zeroAt) {
    CRC32 crc = new CRC32();
    update(crc, buffer, offset, zeroAt - offset);
    for (int i = 0; i < Integer.BYTES; i++) {
      crc.update(0);
    }
    int rest = zeroAt + Integer.BYTES;
    update(crc, buffer, rest, offset + length - rest);
    return (int) crc.getValue();
  }

  /** CRC-32 of a byte array, from {@code offset}. */
  public static int crc32(byte[] bytes, int offset, int length) {
    CRC32 crc = new CRC32();
    crc.update(bytes, offset, length);
    return (int) crc.getValue();
  }

  /** CRC-32C (Castagnoli) with seed all ones and <em>without</em> the final complement. */
  public static int crc32cUncomplemented(ByteBuffer buffer, int offset, int length) {
    CRC32C crc = new CRC32C();
    update(crc, buffer, offset, length);
    return ~(int) crc.getValue();
  }

  private static void update(Checksum crc, ByteBuffer buffer, int offset, int length) {
    if (buffer.hasArray()) {
      crc.update(buffer.array(), buffer.arrayOffset() + offset, length);
    } else {
      crc.update(buffer.slice(offset, length));
    }
  }
}
