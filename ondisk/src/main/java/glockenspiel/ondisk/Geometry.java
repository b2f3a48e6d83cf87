package glockenspiel.ondisk;

/**
 * The sizes that follow from a volume's block size. Immutable; one object per volume.
 *
 * <p>A block of size B holds (B - 232) / 8 pointers behind a dinode's header and (B - 24) / 8 in an
 * indirect block. The names are those of {@code struct gfs2_sbd} without {@code sd_}.
 */
public final class Geometry {
  /** Smallest block size, in bytes; also the unit of {@code GFS2_SB_ADDR}. */
  public static final int BLOCK_SIZE_MIN = 512;

  /** Largest block size, in bytes. */
  public static final int BLOCK_SIZE_MAX = 4096;

  /** Bytes of a dinode's header ({@code gfs2_dinode}). */
  public static final int DINODE_HEADER_BYTES = 232;

  /** Bytes of a leaf's header ({@code gfs2_leaf}). */
  public static final int LEAF_HEADER_BYTES = 104;

  /** Bytes of a resource group's header ({@code gfs2_rgrp}). */
  public static final int RESOURCE_GROUP_HEADER_BYTES = 128;

  /** Bytes of a log descriptor's header ({@code gfs2_log_descriptor}). */
  public static final int LOG_DESCRIPTOR_BYTES = 72;

  /** {@code GFS2_MAX_META_HEIGHT}. */
  public static final int HEIGHT_LIMIT = 10;

  /** {@code GFS2_DIR_MAX_DEPTH}. */
  public static final int DEPTH_MAX = 17;

  /** Byte address of the superblock. */
  public static final long SUPERBLOCK_BYTE = 65536;

  private final int blockSize;
  private final int blockShift;
  private final int dinodePointers;
  private final int indirectPointers;
  private final int heightMax;
  private final int directoryHeightMax;

  private Geometry(int blockSize) {
    this.blockSize = blockSize;
    this.blockShift = Integer.numberOfTrailingZeros(blockSize);
    this.dinodePointers = (blockSize - DINODE_HEADER_BYTES) / Long.BYTES;
    this.indirectPointers = (blockSize - MetaHeader.BYTES) / Long.BYTES;
    this.heightMax = heightMax(blockSize);
    this.directoryHeightMax = heightMax(journaledDataBytes());
  }

  /**
   * One more than the greatest height whose bytes still count in 64 bits, as gfs2_read_sb computes
   * {@code sd_max_height}.
   */
  private int heightMax(int dataBytes) {
    long bytes = (long) dataBytes * dinodePointers;
    int height = 1;
    while (Long.compareUnsigned(bytes, Long.divideUnsigned(-1L, indirectPointers)) <= 0) {
      bytes *= indirectPointers;
      height++;
    }
    return Math.min(height + 1, HEIGHT_LIMIT);
  }

  /** Whether this is a block size that GFS2 knows: a power of two, 512 to 4096. */
  public static boolean isBlockSize(int blockSize) {
    return blockSize >= BLOCK_SIZE_MIN
        && blockSize <= BLOCK_SIZE_MAX
        && Integer.bitCount(blockSize) == 1;
  }

  /**
   * The geometry of a block size.
   *
   * @throws IllegalArgumentException if it is not one of 512, 1024, 2048, 4096
   */
  public static Geometry of(int blockSize) {
    if (!isBlockSize(blockSize)) {
      throw new IllegalArgumentException(
          "block size " + blockSize + ": expected 512, 1024, 2048 or 4096");
    }
    return new Geometry(blockSize);
  }

  /** Bytes of a block. */
  public int blockSize() {
    return blockSize;
  }

  /** log2 of the block size. */
  public int blockShift() {
    return blockShift;
  }

  /** The block that holds the superblock. */
  public long superblockBlock() {
    return SUPERBLOCK_BYTE >>> blockShift;
  }

  /** Pointers behind a dinode's header ({@code sd_diptrs}). */
  public int dinodePointers() {
    return dinodePointers;
  }

  /** Pointers in an indirect block ({@code sd_inptrs}). */
  public int indirectPointers() {
    return indirectPointers;
  }

  /** Bytes of data behind a dinode's header: the longest stuffed file. */
  public int stuffedBytesMax() {
    return blockSize - DINODE_HEADER_BYTES;
  }

  /**
   * Bytes behind a metadata header: a directory's data block, a value block ({@code sd_jbsize}).
   */
  public int journaledDataBytes() {
    return blockSize - MetaHeader.BYTES;
  }

  /** Largest {@code di_height} of a file ({@code sd_max_height}); 6 at 4096, 10 at 512. */
  public int heightMax() {
    return heightMax;
  }

  /** Largest {@code di_height} of a directory. */
  public int directoryHeightMax() {
    return directoryHeightMax;
  }

  /**
   * Number of logical blocks that a tree of this height can map; below 2^63 at every block size.
   *
   * @param height 0..{@link #heightMax}; 0 (stuffed) maps none
   */
  public long mappedBlocks(int height) {
    if (height == 0) {
      return 0;
    }
    long blocks = dinodePointers;
    for (int level = 1; level < height; level++) {
      blocks *= indirectPointers;
    }
    return blocks;
  }

  /** The last logical block of the largest file, of 2^63 - 1 bytes. */
  public long logicalBlockMax() {
    return Long.MAX_VALUE >> blockShift;
  }

  /**
   * The lowest height that can hold a file (or a directory's hash table) of this size.
   *
   * @param bytes size, not negative
   * @param directory whether data blocks carry a metadata header
   */
  public int heightFor(long bytes, boolean directory) {
    if (bytes <= stuffedBytesMax()) {
      return 0;
    }
    int perBlock = directory ? journaledDataBytes() : blockSize;
    long blocks = (bytes - 1) / perBlock + 1;
    int height = 1;
    while (mappedBlocks(height) < blocks) {
      height++;
    }
    return height;
  }

  /**
   * The index of the pointer to follow at one level on the way to a logical block.
   *
   * @param height of the tree, at least 1
   * @param level 0 = in the dinode, height - 1 = the block that points at data
   * @param logical block, below {@link #mappedBlocks}
   */
  public int pointerIndex(int height, int level, long logical) {
    long index = logical;
    for (int below = height - 1; below > level; below--) {
      index /= indirectPointers;
    }
    return (int) (level == 0 ? index : index % indirectPointers);
  }

  /** Bytes of a hash table that just fits a dinode ({@code sd_hash_bsize}). */
  public int stuffedHashTableBytes() {
    return blockSize / 2;
  }

  /** Pointers of that table ({@code sd_hash_ptrs}). */
  public int stuffedHashTablePointers() {
    return stuffedHashTableBytes() / Long.BYTES;
  }

  /** Bytes for entries in a leaf. */
  public int leafEntryBytes() {
    return blockSize - LEAF_HEADER_BYTES;
  }

  /** Bytes of bitmap in a resource group's first block; each maps four blocks. */
  public int headerBitmapBytes() {
    return blockSize - RESOURCE_GROUP_HEADER_BYTES;
  }

  /** Bytes of bitmap in a resource group's further blocks. */
  public int bitmapBytes() {
    return blockSize - MetaHeader.BYTES;
  }

  /** Tags (block numbers) in a METADATA log descriptor. */
  public int metadataTags() {
    return (blockSize - LOG_DESCRIPTOR_BYTES) / Long.BYTES;
  }

  /** Tags (block number, escape flag) in a JDATA log descriptor. */
  public int jdataTags() {
    return (blockSize - LOG_DESCRIPTOR_BYTES) / (2 * Long.BYTES);
  }

  /** Revokes in a REVOKE log descriptor itself. */
  public int descriptorRevokes() {
    return (blockSize - LOG_DESCRIPTOR_BYTES) / Long.BYTES;
  }

  /** Revokes in each continuation block of a REVOKE log descriptor. */
  public int continuationRevokes() {
    return (blockSize - MetaHeader.BYTES) / Long.BYTES;
  }

  /** Log blocks of a REVOKE record with this many revokes, descriptor included; 0 for none. */
  public long revokeBlocks(long revokes) {
    if (revokes == 0) {
      return 0;
    }
    long further = Math.max(0, revokes - descriptorRevokes());
    return 1 + ceilDivide(further, continuationRevokes());
  }

  /**
   * Log blocks that one flush takes: descriptors, block images, revokes and the log header.
   *
   * @param metadata number of metadata blocks, 0..2^32
   * @param jdata number of journaled data blocks, 0..2^32
   * @param revokes number of revokes, 0..2^32
   */
  public long flushBlocks(long metadata, long jdata, long revokes) {
    return metadata
        + ceilDivide(metadata, metadataTags())
        + jdata
        + ceilDivide(jdata, jdataTags())
        + revokeBlocks(revokes)
        + 1;
  }

  private static long ceilDivide(long dividend, int divisor) {
    return (dividend + divisor - 1) / divisor;
  }

  @Override
  public String toString() {
    return "Geometry[blockSize=" + blockSize + "]";
  }
}
