package glockenspiel.ondisk.resourcegroup;

import glockenspiel.ondisk.Checksums;
import glockenspiel.ondisk.CorruptBlockException;
import glockenspiel.ondisk.FieldCheck;
import glockenspiel.ondisk.Geometry;
import glockenspiel.ondisk.MetaHeader;
import glockenspiel.ondisk.MetaType;
import java.nio.ByteBuffer;

/**
 * A view of a resource group's first block ({@code gfs2_rgrp}): 128 bytes of header, then bitmap.
 *
 * <pre>
 *     0               4               8
 *     +---------------+---------------+
 *   0 | meta header, type 2           |  24 bytes
 *  24 | rg_flags      | rg_free       |
 *  32 | rg_dinodes    | rg_skip       |
 *  40 | rg_igeneration                |
 *  48 | rg_data0                      |
 *  56 | rg_data       | rg_bitbytes   |
 *  64 | rg_crc        | 0             |  60 bytes reserved
 * 128 | bitmap                        |
 *     +-------------------------------+
 * </pre>
 *
 * <p>{@code rg_crc} is the CRC-32 of the 128 bytes with itself 0. Whoever changes a field calls
 * {@link #updateCrc} before the block is logged. {@code rg_data0}, {@code rg_data} and {@code
 * rg_bitbytes} repeat the rindex entry; old kernels leave them and the CRC 0.
 */
public final class ResourceGroupHeader {
  /** Flag: nothing is allocated here. */
  public static final int FLAG_NOALLOC = 0x8;

  /** Flag: discarded since the last change. */
  public static final int FLAG_TRIMMED = 0x10;

  private static final String STRUCTURE = "rgrp";
  private static final int FLAGS_AT = 24;
  private static final int FREE_AT = 28;
  private static final int DINODES_AT = 32;
  private static final int SKIP_AT = 36;
  private static final int GENERATION_AT = 40;
  private static final int DATA0_AT = 48;
  private static final int DATA_AT = 56;
  private static final int BIT_BYTES_AT = 60;
  private static final int CRC_AT = 64;

  private final ByteBuffer buffer;
  private final ResourceIndexEntry entry;

  private ResourceGroupHeader(ByteBuffer buffer, ResourceIndexEntry entry) {
    this.buffer = buffer;
    this.entry = entry;
  }

  /**
   * A view of the first block of a resource group. Does not compute the CRC; see {@link #checkCrc}.
   *
   * @param entry the group's rindex entry
   * @throws CorruptBlockException if it is no resource group, or another one than the entry says
   */
  public static ResourceGroupHeader of(ByteBuffer buffer, ResourceIndexEntry entry) {
    long block = entry.address();
    MetaHeader.check(buffer, block, MetaType.RESOURCE_GROUP);
    ResourceGroupHeader header = new ResourceGroupHeader(buffer, entry);
    if (buffer.getLong(DATA0_AT) != 0) {
      FieldCheck.equal(block, STRUCTURE, "rg_data0", buffer.getLong(DATA0_AT), entry.data0());
      FieldCheck.range(
          block, STRUCTURE, "rg_data", buffer.getInt(DATA_AT), entry.data(), entry.data());
      FieldCheck.range(
          block,
          STRUCTURE,
          "rg_bitbytes",
          buffer.getInt(BIT_BYTES_AT),
          entry.bitBytes(),
          entry.bitBytes());
    }
    return header;
  }

  /** Makes the whole block the header of an empty group: all free, with its CRC. */
  public static ResourceGroupHeader format(
      ByteBuffer buffer, Geometry geometry, ResourceIndexEntry entry) {
    MetaHeader.zero(buffer, 0, geometry.blockSize());
    MetaHeader.write(buffer, MetaType.RESOURCE_GROUP);
    buffer.putInt(FREE_AT, entry.data());
    buffer.putLong(DATA0_AT, entry.data0());
    buffer.putInt(DATA_AT, entry.data());
    buffer.putInt(BIT_BYTES_AT, entry.bitBytes());
    ResourceGroupHeader header = new ResourceGroupHeader(buffer, entry);
    header.updateCrc();
    return header;
  }

  /** Makes the whole block a further bitmap block of an empty group. */
  public static void formatBitmapBlock(ByteBuffer buffer, Geometry geometry) {
    MetaHeader.zero(buffer, 0, geometry.blockSize());
    MetaHeader.write(buffer, MetaType.BITMAP);
  }

  /**
   * Checks {@code rg_crc}, once after the block was read.
   *
   * @throws CorruptBlockException if it is neither 0 nor right
   */
  public void checkCrc() {
    int crc = buffer.getInt(CRC_AT);
    int computed = computeCrc();
    if (crc != 0 && crc != computed) {
      throw CorruptBlockException.hex(
          entry.address(),
          STRUCTURE,
          "rg_crc",
          Integer.toUnsignedLong(crc),
          "0x" + Integer.toHexString(computed));
    }
  }

  /** Sets {@code rg_crc}. */
  public void updateCrc() {
    buffer.putInt(CRC_AT, computeCrc());
  }

  private int computeCrc() {
    return Checksums.crc32WithZeroInt(buffer, 0, Geometry.RESOURCE_GROUP_HEADER_BYTES, CRC_AT);
  }

  /** The block that the view lies over. */
  public ByteBuffer buffer() {
    return buffer;
  }

  /** The group's rindex entry. */
  public ResourceIndexEntry entry() {
    return entry;
  }

  /** {@code rg_flags}. */
  public int flags() {
    return buffer.getInt(FLAGS_AT);
  }

  /** Free blocks, 0..{@code ri_data}. */
  public int free() {
    return FieldCheck.range(
        entry.address(), STRUCTURE, "rg_free", buffer.getInt(FREE_AT), 0, entry.data());
  }

  /** Dinodes, unlinked ones included: 0..{@code ri_data}. */
  public int dinodes() {
    return FieldCheck.range(
        entry.address(), STRUCTURE, "rg_dinodes", buffer.getInt(DINODES_AT), 0, entry.data());
  }

  /** Blocks to the next group's header, 0 in the last; a hint, unsigned. */
  public int skip() {
    return buffer.getInt(SKIP_AT);
  }

  /** Generation for the next inode made here. */
  public long generation() {
    return buffer.getLong(GENERATION_AT);
  }

  /** {@code rg_crc} as found. */
  public int crc() {
    return buffer.getInt(CRC_AT);
  }

  /** Sets the flags. */
  public void setFlags(int flags) {
    buffer.putInt(FLAGS_AT, flags);
  }

  /** Sets the number of free blocks. */
  public void setFree(int free) {
    buffer.putInt(FREE_AT, free);
  }

  /** Sets the number of dinodes. */
  public void setDinodes(int dinodes) {
    buffer.putInt(DINODES_AT, dinodes);
  }

  /** Sets the distance to the next group. */
  public void setSkip(int skip) {
    buffer.putInt(SKIP_AT, skip);
  }

  /** Sets the generation. */
  public void setGeneration(long generation) {
    buffer.putLong(GENERATION_AT, generation);
  }
}
