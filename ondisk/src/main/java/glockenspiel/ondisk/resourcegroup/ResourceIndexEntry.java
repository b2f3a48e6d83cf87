package glockenspiel.ondisk.resourcegroup;

import glockenspiel.ondisk.CorruptBlockException;
import glockenspiel.ondisk.FieldCheck;
import glockenspiel.ondisk.Geometry;
import java.nio.ByteBuffer;

/**
 * An entry of the {@code rindex} file ({@code gfs2_rindex}): where a resource group lies.
 *
 * <pre>
 *    0               4               8
 *    +---------------+---------------+
 *  0 | ri_addr                       |
 *  8 | ri_length     | 0             |
 * 16 | ri_data0                      |
 * 24 | ri_data       | ri_bitbytes   |
 * 32 | 0                             |  64 bytes
 *    +-------------------------------+
 *
 *    ri_addr       ri_addr+1 ...       ri_data0           ri_data0+ri_data
 *    | header, bitmap | bitmap | ...   | blocks it maps ... |
 *    '----- ri_length blocks --------'
 * </pre>
 *
 * @param address first block: the group's header
 * @param length blocks of header and bitmaps, 1..2^31-1
 * @param data0 first block that the bitmap maps
 * @param data blocks that it maps: four per byte of bitmap; 4..2^31-4
 * @param bitBytes bytes of bitmap
 */
public record ResourceIndexEntry(long address, int length, long data0, int data, int bitBytes) {
  /** Bytes on disk. */
  public static final int BYTES = 96;

  /** Blocks per byte of bitmap ({@code GFS2_NBBY}). */
  public static final int BLOCKS_PER_BYTE = 4;

  private static final int LENGTH_AT = 8;
  private static final int DATA0_AT = 16;
  private static final int DATA_AT = 24;
  private static final int BIT_BYTES_AT = 28;

  /**
   * How many entries the file has.
   *
   * @param size {@code di_size} of the rindex inode
   * @param block its dinode, for messages
   * @throws CorruptBlockException if the size is no multiple of an entry's, or beyond 2^31
   */
  public static int count(long size, long block) {
    if (size % BYTES != 0) {
      throw new CorruptBlockException(block, "rindex", "di_size", size, "a multiple of " + BYTES);
    }
    return (int)
        FieldCheck.range(block, "rindex", "entries", size / BYTES, 0, Integer.MAX_VALUE / BYTES);
  }

  /**
   * Reads and checks an entry.
   *
   * @param buffer big-endian
   * @param at where the entry starts in it
   * @param number the entry's number, for messages
   * @param limit blocks of the volume
   * @throws CorruptBlockException if the group does not lie inside the volume or its numbers do not
   *     fit together
   */
  public static ResourceIndexEntry read(
      ByteBuffer buffer, int at, int number, Geometry geometry, long limit) {
    ResourceIndexEntry entry =
        new ResourceIndexEntry(
            buffer.getLong(at),
            buffer.getInt(at + LENGTH_AT),
            buffer.getLong(at + DATA0_AT),
            buffer.getInt(at + DATA_AT),
            buffer.getInt(at + BIT_BYTES_AT));
    entry.check("rindex entry " + number, geometry, limit);
    return entry;
  }

  private void check(String structure, Geometry geometry, long limit) {
    long none = CorruptBlockException.NO_BLOCK;
    FieldCheck.pointer(none, structure, "ri_addr", address, geometry.superblockBlock() + 1, limit);
    FieldCheck.range(
        none, structure, "ri_bitbytes", bitBytes, 1, Integer.MAX_VALUE / BLOCKS_PER_BYTE);
    FieldCheck.range(
        none, structure, "ri_data", data, bitBytes * BLOCKS_PER_BYTE, bitBytes * BLOCKS_PER_BYTE);
    int needed = lengthFor(geometry, bitBytes);
    // Linux lets the last block have no bits of its own.
    FieldCheck.range(
        none,
        structure,
        "ri_length",
        length,
        needed,
        fillsExactly(geometry, needed) ? needed + 1 : needed);
    FieldCheck.pointer(none, structure, "ri_data0", data0, address + length, limit);
    if (dataEnd() > limit) {
      throw new CorruptBlockException(
          none,
          structure,
          "end of data",
          dataEnd(),
          "at most " + limit + ", the blocks of the image; is it truncated?");
    }
  }

  private boolean fillsExactly(Geometry geometry, int blocks) {
    return geometry.headerBitmapBytes() + (blocks - 1L) * geometry.bitmapBytes() == bitBytes;
  }

  /** Blocks of header and bitmaps that this many bytes of bitmap need. */
  public static int lengthFor(Geometry geometry, int bitBytes) {
    int further = Math.max(0, bitBytes - geometry.headerBitmapBytes());
    return 1 + Math.ceilDiv(further, geometry.bitmapBytes());
  }

  /** Writes the entry, all 96 bytes of it. */
  public void write(ByteBuffer buffer, int at) {
    for (int i = 0; i < BYTES; i += Long.BYTES) {
      buffer.putLong(at + i, 0);
    }
    buffer.putLong(at, address);
    buffer.putInt(at + LENGTH_AT, length);
    buffer.putLong(at + DATA0_AT, data0);
    buffer.putInt(at + DATA_AT, data);
    buffer.putInt(at + BIT_BYTES_AT, bitBytes);
  }

  /** The first block behind those that the bitmap maps. */
  public long dataEnd() {
    return data0 + data;
  }

  /** Whether the bitmap has bits for this block. */
  public boolean maps(long block) {
    return block >= data0 && block < dataEnd();
  }
}
