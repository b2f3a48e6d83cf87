package glockenspiel.image;

import glockenspiel.ondisk.Geometry;
import java.util.UUID;

/**
 * What {@link ImageFormat} is to make. The limits checked here are those of the format; what Linux
 * would mount is narrower, see {@link #requireMountable}. The same parameters give the same image,
 * byte for byte.
 *
 * @param imageBytes size of the image; the last part of a block is not used
 * @param blockSize bytes: 512, 1024, 2048 or 4096
 * @param journals 1..{@link #JOURNALS_MAX}
 * @param journalBytes size of each journal; at least {@link #JOURNAL_BLOCKS_MIN} blocks, rounded
 *     down to whole blocks
 * @param resourceGroupBytes wanted size of the resource groups behind those of the journals; they
 *     become equally large and at most so large; at least {@link #RESOURCE_GROUP_BLOCKS_MIN} blocks
 * @param quotaChangeBytes size of each node's quota_change file; at least one block, at most 64
 *     MiB. fsck.gfs2 calls every size but 1 MiB wrong, whatever mkfs.gfs2 was told
 * @param lockTable {@code cluster:fs}, the volume's name: letters, digits, - and _, with 1..32
 *     characters before the colon and 1..30 behind it, as mkfs.gfs2 demands
 * @param uuid of the superblock; journals' first sequence numbers follow from it too
 * @param seconds time that all inodes get, seconds since the epoch
 */
public record FormatParameters(
    long imageBytes,
    int blockSize,
    int journals,
    long journalBytes,
    long resourceGroupBytes,
    long quotaChangeBytes,
    String lockTable,
    UUID uuid,
    long seconds) {
  /** Most journals: a thousand nodes, and some. */
  public static final int JOURNALS_MAX = 1024;

  /** Smallest journal that this module makes, in blocks; for simulations. */
  public static final int JOURNAL_BLOCKS_MIN = 64;

  /** Smallest resource group, in blocks. */
  public static final int RESOURCE_GROUP_BLOCKS_MIN = 16;

  /** Smallest journal that Linux mounts, in bytes. */
  public static final long MOUNTABLE_JOURNAL_BYTES_MIN = 8L << 20;

  /** Largest journal, in bytes. */
  public static final long JOURNAL_BYTES_MAX = 1L << 30;

  /** Smallest resource group that mkfs.gfs2 makes, in bytes. */
  public static final long MOUNTABLE_RESOURCE_GROUP_BYTES_MIN = 32L << 20;

  /** Largest resource group, in bytes. */
  public static final long RESOURCE_GROUP_BYTES_MAX = 2L << 30;

  /** The size of resource groups where nothing else is said, in bytes; mkfs.gfs2's. */
  public static final long RESOURCE_GROUP_BYTES_DEFAULT = 256L << 20;

  /** The size of a quota_change file where nothing else is said, in bytes; mkfs.gfs2's. */
  public static final long QUOTA_CHANGE_BYTES_DEFAULT = 1L << 20;

  private static final long QUOTA_CHANGE_BYTES_MAX = 64L << 20;
  private static final long IMAGE_BYTES_MAX = 1L << 60;
  private static final int CLUSTER_NAME_MAX = 32;
  private static final int FILE_SYSTEM_NAME_MAX = 30;
  private static final int BLOCK_SIZE_DEFAULT = 4096;

  /** Checks every parameter; what is too small for the image as a whole shows when it is made. */
  public FormatParameters {
    require(Geometry.isBlockSize(blockSize), "block size " + blockSize, "512, 1024, 2048 or 4096");
    requireRange("image size", imageBytes, Geometry.SUPERBLOCK_BYTE * 2, IMAGE_BYTES_MAX);
    requireRange("number of journals", journals, 1, JOURNALS_MAX);
    requireRange(
        "journal size", journalBytes, (long) JOURNAL_BLOCKS_MIN * blockSize, JOURNAL_BYTES_MAX);
    requireRange(
        "resource group size",
        resourceGroupBytes,
        (long) RESOURCE_GROUP_BLOCKS_MIN * blockSize,
        RESOURCE_GROUP_BYTES_MAX);
    requireRange("quota change size", quotaChangeBytes, blockSize, QUOTA_CHANGE_BYTES_MAX);
    requireLockTable(lockTable);
  }

  /**
   * Parameters with mkfs.gfs2's defaults: 4096-byte blocks, a journal size that grows with the
   * image, 256 MiB resource groups, 1 MiB quota changes, time 0.
   */
  public static FormatParameters of(long imageBytes, int journals, String lockTable, UUID uuid) {
    requireRange("number of journals", journals, 1, JOURNALS_MAX);
    return new FormatParameters(
        imageBytes,
        BLOCK_SIZE_DEFAULT,
        journals,
        defaultJournalBytes(imageBytes / journals),
        RESOURCE_GROUP_BYTES_DEFAULT,
        QUOTA_CHANGE_BYTES_DEFAULT,
        lockTable,
        uuid,
        0);
  }

  /** mkfs.gfs2's journal size for 4096-byte blocks, by the image's bytes for each journal. */
  private static long defaultJournalBytes(long share) {
    long[][] sizes = {{512, 8}, {2 << 10, 16}, {8 << 10, 32}, {16 << 10, 64}, {1 << 20, 128}};
    for (long[] size : sizes) {
      if (share < size[0] << 20) {
        return size[1] << 20;
      }
    }
    return share < 10L << 40 ? 512L << 20 : JOURNAL_BYTES_MAX;
  }

  /** The same with another block size. */
  public FormatParameters withBlockSize(int bytes) {
    return new FormatParameters(
        imageBytes,
        bytes,
        journals,
        journalBytes,
        resourceGroupBytes,
        quotaChangeBytes,
        lockTable,
        uuid,
        seconds);
  }

  /** The same with another journal size. */
  public FormatParameters withJournalBytes(long bytes) {
    return new FormatParameters(
        imageBytes,
        blockSize,
        journals,
        bytes,
        resourceGroupBytes,
        quotaChangeBytes,
        lockTable,
        uuid,
        seconds);
  }

  /** The same with another resource group size. */
  public FormatParameters withResourceGroupBytes(long bytes) {
    return new FormatParameters(
        imageBytes,
        blockSize,
        journals,
        journalBytes,
        bytes,
        quotaChangeBytes,
        lockTable,
        uuid,
        seconds);
  }

  /** The same with another size of the quota_change files. */
  public FormatParameters withQuotaChangeBytes(long bytes) {
    return new FormatParameters(
        imageBytes,
        blockSize,
        journals,
        journalBytes,
        resourceGroupBytes,
        bytes,
        lockTable,
        uuid,
        seconds);
  }

  /** The same with another time. */
  public FormatParameters withSeconds(long time) {
    return new FormatParameters(
        imageBytes,
        blockSize,
        journals,
        journalBytes,
        resourceGroupBytes,
        quotaChangeBytes,
        lockTable,
        uuid,
        time);
  }

  /**
   * Checks what an operator's image must keep: journals that Linux mounts, and resource groups of
   * mkfs.gfs2's sizes.
   *
   * @throws IllegalArgumentException if Linux or gfs2-utils would refuse the image
   */
  public FormatParameters requireMountable() {
    requireRange("journal size", journalBytes, MOUNTABLE_JOURNAL_BYTES_MIN, JOURNAL_BYTES_MAX);
    requireRange(
        "resource group size",
        resourceGroupBytes,
        MOUNTABLE_RESOURCE_GROUP_BYTES_MIN,
        RESOURCE_GROUP_BYTES_MAX);
    return this;
  }

  /** The sizes that follow from the block size. */
  public Geometry geometry() {
    return Geometry.of(blockSize);
  }

  /** Blocks of each journal. */
  public long journalBlocks() {
    return journalBytes / blockSize;
  }

  private static void requireLockTable(String table) {
    int colon = table.indexOf(':');
    boolean shaped =
        colon >= 1
            && colon <= CLUSTER_NAME_MAX
            && colon == table.lastIndexOf(':')
            && table.length() - colon - 1 >= 1
            && table.length() - colon - 1 <= FILE_SYSTEM_NAME_MAX;
    require(
        shaped && table.chars().allMatch(FormatParameters::isTableCharacter),
        "lock table '" + table + "'",
        "cluster:fs, with 1..32 and 1..30 letters, digits, - and _");
  }

  private static boolean isTableCharacter(int c) {
    return (c >= 'a' && c <= 'z')
        || (c >= 'A' && c <= 'Z')
        || (c >= '0' && c <= '9')
        || c == '-'
        || c == '_'
        || c == ':';
  }

  private static void requireRange(String what, long value, long min, long max) {
    require(value >= min && value <= max, what + " " + value, min + ".." + max);
  }

  private static void require(boolean holds, String found, String expected) {
    if (!holds) {
      throw new IllegalArgumentException(found + ": expected " + expected);
    }
  }
}
