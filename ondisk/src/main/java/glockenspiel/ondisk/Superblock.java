package glockenspiel.ondisk;

import java.nio.ByteBuffer;
import java.util.UUID;

/**
 * The superblock ({@code gfs2_sb}), at byte 65536 of the image. It is read once and hardly ever
 * written, so this is a value, not a view.
 *
 * <pre>
 *     0               4               8
 *     +---------------+---------------+
 *   0 | meta header, type 1           |  24 bytes
 *  24 | sb_fs_format  | sb_multihost  |
 *  32 | 0             | sb_bsize      |
 *  40 | sb_bsize_shift| 0             |
 *  48 | sb_master_dir: formal inode   |
 *  56 |                address        |
 *  64 | 0                             |  16 bytes
 *  80 | sb_root_dir: formal inode     |
 *  88 |              address          |
 *  96 | sb_lockproto, zero-terminated |  64 bytes
 * 160 | sb_locktable, zero-terminated |  64 bytes
 * 224 | 0                             |  32 bytes
 * 256 | sb_uuid                       |  16 bytes
 *     +-------------------------------+
 * </pre>
 *
 * @param geometry the sizes that follow from {@code sb_bsize}
 * @param format {@code sb_fs_format}, 1801 or 1802 (with new extended attribute types)
 * @param master inode of the master directory
 * @param root inode of the root directory
 * @param lockProtocol {@code lock_dlm} or {@code lock_nolock}, at most 63 bytes
 * @param lockTable {@code cluster:fs}, at most 63 bytes; the volume's name
 * @param uuid all zero where an old mkfs did not set it
 */
public record Superblock(
    Geometry geometry,
    int format,
    Inum master,
    Inum root,
    String lockProtocol,
    String lockTable,
    UUID uuid) {
  /** Bytes to read from {@link Geometry#SUPERBLOCK_BYTE}; enough at every block size. */
  public static final int BYTES = Geometry.BLOCK_SIZE_MIN;

  /** Lowest {@code sb_fs_format}. */
  public static final int FORMAT_MIN = 1801;

  /** Highest {@code sb_fs_format}, and the one to write. */
  public static final int FORMAT_MAX = 1802;

  /** {@code sb_multihost_format}. */
  public static final int MULTIHOST_FORMAT = 1900;

  /** Bytes of a lock name with its final zero ({@code GFS2_LOCKNAME_LEN}). */
  public static final int LOCK_NAME_BYTES = 64;

  private static final String STRUCTURE = "superblock";
  private static final long BASIC_BLOCK = Geometry.SUPERBLOCK_BYTE / Geometry.BLOCK_SIZE_MIN;
  private static final int FORMAT_AT = 24;
  private static final int MULTIHOST_AT = 28;
  private static final int BLOCK_SIZE_AT = 36;
  private static final int BLOCK_SHIFT_AT = 40;
  private static final int MASTER_AT = 48;
  private static final int ROOT_AT = 80;
  private static final int PROTOCOL_AT = 96;
  private static final int TABLE_AT = 160;
  private static final int UUID_AT = 256;

  /** Checks what {@link #write} could not write. */
  public Superblock {
    requireName(lockProtocol);
    requireName(lockTable);
    if (format < FORMAT_MIN || format > FORMAT_MAX) {
      throw new IllegalArgumentException("sb_fs_format " + format);
    }
  }

  /**
   * Reads a superblock.
   *
   * @param buffer at least {@link #BYTES} bytes, its first being byte 65536 of the image
   * @throws CorruptBlockException if it is none, or one that Linux would not mount
   */
  public static Superblock read(ByteBuffer buffer) {
    if (buffer.limit() < BYTES) {
      throw new IllegalArgumentException("buffer of " + buffer.limit() + " bytes");
    }
    if (!MetaHeader.hasMagic(buffer)) {
      throw CorruptBlockException.hex(
          BASIC_BLOCK,
          STRUCTURE,
          "mh_magic",
          Integer.toUnsignedLong(buffer.getInt(0)),
          "0x%x: this is no GFS2 image".formatted(MetaHeader.MAGIC));
    }
    MetaHeader.check(buffer, BASIC_BLOCK, MetaType.SUPERBLOCK);
    int blockSize = buffer.getInt(BLOCK_SIZE_AT);
    if (!Geometry.isBlockSize(blockSize)) {
      throw new CorruptBlockException(
          BASIC_BLOCK,
          STRUCTURE,
          "sb_bsize",
          Integer.toUnsignedLong(blockSize),
          "512, 1024, 2048 or 4096");
    }
    Geometry geometry = Geometry.of(blockSize);
    long block = geometry.superblockBlock();
    int shift = buffer.getInt(BLOCK_SHIFT_AT);
    FieldCheck.range(
        block, STRUCTURE, "sb_bsize_shift", shift, geometry.blockShift(), geometry.blockShift());
    int format = buffer.getInt(FORMAT_AT);
    FieldCheck.range(block, STRUCTURE, "sb_fs_format", format, FORMAT_MIN, FORMAT_MAX);
    int multihost = buffer.getInt(MULTIHOST_AT);
    FieldCheck.range(
        block, STRUCTURE, "sb_multihost_format", multihost, MULTIHOST_FORMAT, MULTIHOST_FORMAT);
    return new Superblock(
        geometry,
        format,
        inum(buffer, MASTER_AT, block, "sb_master_dir"),
        inum(buffer, ROOT_AT, block, "sb_root_dir"),
        name(buffer, PROTOCOL_AT, block, "sb_lockproto"),
        name(buffer, TABLE_AT, block, "sb_locktable"),
        new UUID(buffer.getLong(UUID_AT), buffer.getLong(UUID_AT + Long.BYTES)));
  }

  /**
   * Writes the superblock into a whole block, all of it.
   *
   * @param buffer big-endian, position 0, limit = block size
   */
  public void write(ByteBuffer buffer) {
    MetaHeader.zero(buffer, 0, buffer.limit());
    MetaHeader.write(buffer, MetaType.SUPERBLOCK);
    buffer.putInt(FORMAT_AT, format);
    buffer.putInt(MULTIHOST_AT, MULTIHOST_FORMAT);
    buffer.putInt(BLOCK_SIZE_AT, geometry.blockSize());
    buffer.putInt(BLOCK_SHIFT_AT, geometry.blockShift());
    buffer.putLong(MASTER_AT, master.formalInode());
    buffer.putLong(MASTER_AT + Long.BYTES, master.address());
    buffer.putLong(ROOT_AT, root.formalInode());
    buffer.putLong(ROOT_AT + Long.BYTES, root.address());
    putName(buffer, PROTOCOL_AT, lockProtocol);
    putName(buffer, TABLE_AT, lockTable);
    buffer.putLong(UUID_AT, uuid.getMostSignificantBits());
    buffer.putLong(UUID_AT + Long.BYTES, uuid.getLeastSignificantBits());
  }

  /**
   * Checks that both directories lie inside the image.
   *
   * @param blocks of the image
   * @throws CorruptBlockException if one does not, as in an image that was cut off
   */
  public void checkInside(long blocks) {
    checkInside("sb_master_dir", master, blocks);
    checkInside("sb_root_dir", root, blocks);
  }

  private void checkInside(String field, Inum inode, long blocks) {
    if (inode.address() >= blocks) {
      throw CorruptBlockException.hex(
          geometry.superblockBlock(),
          STRUCTURE,
          field,
          inode.address(),
          "a block before 0x%x, where the image ends; is it truncated?".formatted(blocks));
    }
  }

  private static Inum inum(ByteBuffer buffer, int at, long block, String field) {
    long address = buffer.getLong(at + Long.BYTES);
    FieldCheck.pointer(block, STRUCTURE, field, address, block + 1, Long.MAX_VALUE);
    return new Inum(buffer.getLong(at), address);
  }

  private static String name(ByteBuffer buffer, int at, long block, String field) {
    StringBuilder name = new StringBuilder();
    for (int i = 0; i < LOCK_NAME_BYTES; i++) {
      byte b = buffer.get(at + i);
      if (b == 0) {
        return name.toString();
      }
      if (!isNameCharacter(b)) {
        throw CorruptBlockException.hex(block, STRUCTURE, field, b & 0xff, "printable ASCII");
      }
      name.append((char) b);
    }
    throw new CorruptBlockException(
        block, STRUCTURE, field, name.toString(), "a zero byte at its end");
  }

  private static boolean isNameCharacter(int c) {
    return c > ' ' && c < 0x7f;
  }

  private static void requireName(String name) {
    if (name.length() >= LOCK_NAME_BYTES || !name.chars().allMatch(Superblock::isNameCharacter)) {
      throw new IllegalArgumentException(
          "lock name '" + name + "': expected at most 63 printable ASCII characters");
    }
  }

  private static void putName(ByteBuffer buffer, int at, String name) {
    for (int i = 0; i < name.length(); i++) {
      buffer.put(at + i, (byte) name.charAt(i));
    }
  }
}
