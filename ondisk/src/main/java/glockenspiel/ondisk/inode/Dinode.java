package glockenspiel.ondisk.inode;

import glockenspiel.ondisk.CorruptBlockException;
import glockenspiel.ondisk.FieldCheck;
import glockenspiel.ondisk.Geometry;
import glockenspiel.ondisk.Inum;
import glockenspiel.ondisk.MetaHeader;
import glockenspiel.ondisk.MetaType;
import java.nio.ByteBuffer;

/**
 * A view of an inode's block ({@code gfs2_dinode}): 232 bytes of header, then stuffed data (height
 * 0) or pointers.
 *
 * <pre>
 *     0               4               8
 *     +---------------+---------------+
 *   0 | meta header, type 4           |  24 bytes
 *  24 | di_num: formal inode          |
 *  32 |         address               |
 *  40 | di_mode       | di_uid        |
 *  48 | di_gid        | di_nlink      |
 *  56 | di_size                       |
 *  64 | di_blocks                     |
 *  72 | di_atime                      |
 *  80 | di_mtime                      |
 *  88 | di_ctime                      |
 *  96 | di_major      | di_minor      |
 * 104 | di_goal_meta                  |
 * 112 | di_goal_data                  |
 * 120 | di_generation                 |
 * 128 | di_flags      | di_payload_fmt|
 * 136 | 0     | height| 0             |  u16 di_height at 138
 * 144 | 0     | depth | di_entries    |  u16 di_depth at 146
 * 152 | 0                             |  16 bytes
 * 168 | di_eattr                      |
 * 176 | di_atime_nsec | di_mtime_nsec |
 * 184 | di_ctime_nsec | 0             |  44 bytes reserved
 * 232 | data, pointers or entries     |
 *     +-------------------------------+
 * </pre>
 *
 * <p>Every getter checks its own field; {@link #check} checks all of them and how they fit
 * together. Setters write what they are given: their callers own the transaction. Owner, mode,
 * links, times and device numbers are in {@link InodeAttributes}.
 */
public final class Dinode extends InodeAttributes {
  /** {@code di_payload_format} of directories ({@code GFS2_FORMAT_DE}). */
  public static final int PAYLOAD_DIRECTORY = 1200;

  /** {@code di_payload_format} of the resource index ({@code GFS2_FORMAT_RI}). */
  public static final int PAYLOAD_RESOURCE_INDEX = 1100;

  /** {@code di_payload_format} of the quota file ({@code GFS2_FORMAT_QU}). */
  public static final int PAYLOAD_QUOTA = 1500;

  private static final int FORMAL_INODE_AT = 24;
  private static final int ADDRESS_AT = 32;
  private static final int SIZE_AT = 56;
  private static final int BLOCKS_AT = 64;
  private static final int GOAL_META_AT = 104;
  private static final int GOAL_DATA_AT = 112;
  private static final int GENERATION_AT = 120;
  private static final int FLAGS_AT = 128;
  private static final int PAYLOAD_AT = 132;
  private static final int HEIGHT_AT = 138;
  private static final int DEPTH_AT = 146;
  private static final int ENTRIES_AT = 148;
  private static final int EATTR_AT = 168;

  private final Geometry geometry;

  private Dinode(ByteBuffer buffer, long block, Geometry geometry) {
    super(buffer, block);
    this.geometry = geometry;
  }

  /**
   * A view of a block that holds a dinode.
   *
   * @param buffer a whole block, kept and written through by the setters
   * @param block its number
   * @throws CorruptBlockException if it is no dinode, or one of another block
   */
  public static Dinode of(ByteBuffer buffer, long block, Geometry geometry) {
    MetaHeader.check(buffer, block, MetaType.DINODE);
    requireWholeBlock(buffer, geometry);
    FieldCheck.equal(block, STRUCTURE, "di_num.no_addr", buffer.getLong(ADDRESS_AT), block);
    return new Dinode(buffer, block, geometry);
  }

  /**
   * Makes the whole block a new inode: stuffed, empty, one block, no links; goals point at itself,
   * all else is 0.
   *
   * @param formalInode formal inode number
   * @param mode type and permissions
   */
  public static Dinode format(
      ByteBuffer buffer, long block, Geometry geometry, long formalInode, int mode) {
    requireWholeBlock(buffer, geometry);
    MetaHeader.zero(buffer, 0, geometry.blockSize());
    MetaHeader.write(buffer, MetaType.DINODE);
    buffer.putLong(ADDRESS_AT, block);
    Dinode dinode = new Dinode(buffer, block, geometry);
    dinode.setFormalInode(formalInode);
    dinode.setMode(mode);
    dinode.setBlocks(1);
    dinode.setGoalMeta(block);
    dinode.setGoalData(block);
    if (FileType.ofMode(mode) == FileType.DIRECTORY) {
      dinode.setPayloadFormat(PAYLOAD_DIRECTORY);
    }
    return dinode;
  }

  private static void requireWholeBlock(ByteBuffer buffer, Geometry geometry) {
    if (buffer.limit() != geometry.blockSize()) {
      throw new IllegalArgumentException(
          "buffer of " + buffer.limit() + " bytes: expected " + geometry.blockSize());
    }
  }

  /**
   * Checks every field, and height, depth, size and flags against each other.
   *
   * @throws CorruptBlockException at the first field that is wrong
   */
  public void check() {
    FileType type = type();
    int height = height();
    long size = size();
    blocks();
    links();
    atimeNanos();
    mtimeNanos();
    ctimeNanos();
    eattr();
    depth();
    entries();
    if (height == 0) {
      FieldCheck.range(
          block, STRUCTURE, "di_size of a stuffed inode", size, 0, geometry.stuffedBytesMax());
    }
    if (type != FileType.DIRECTORY) {
      if (isExhash()) {
        throw CorruptBlockException.hex(
            block, STRUCTURE, "di_flags", flags(), "EXHASH in a directory only");
      }
    } else if (isExhash()) {
      FieldCheck.equal(
          block, STRUCTURE, "di_size of a hashed directory", size, (long) Long.BYTES << depth());
    } else if (height != 0) {
      throw new CorruptBlockException(
          block, STRUCTURE, "di_height of a linear directory", height, "0");
    }
  }

  /** The block that the view lies over. */
  public ByteBuffer buffer() {
    return buffer;
  }

  /** The block's number, which is {@code di_num.no_addr}. */
  public long block() {
    return block;
  }

  /** The volume's geometry. */
  public Geometry geometry() {
    return geometry;
  }

  /** {@code di_num.no_formal_ino}. */
  public long formalInode() {
    return buffer.getLong(FORMAL_INODE_AT);
  }

  /** Formal inode number and address. */
  public Inum inum() {
    return new Inum(formalInode(), block);
  }

  /** Bytes in the file, 0..2^63-1; of a hashed directory, bytes of its hash table. */
  public long size() {
    return FieldCheck.range(
        block, STRUCTURE, "di_size", buffer.getLong(SIZE_AT), 0, Long.MAX_VALUE);
  }

  /** Blocks of the inode, this one included: 1..2^63-1. */
  public long blocks() {
    return FieldCheck.range(
        block, STRUCTURE, "di_blocks", buffer.getLong(BLOCKS_AT), 1, Long.MAX_VALUE);
  }

  /** Block near which metadata is allocated next; a hint, unchecked. */
  public long goalMeta() {
    return buffer.getLong(GOAL_META_AT);
  }

  /** Block near which data is allocated next; a hint, unchecked. */
  public long goalData() {
    return buffer.getLong(GOAL_DATA_AT);
  }

  /** Generation for NFS handles. */
  public long generation() {
    return buffer.getLong(GENERATION_AT);
  }

  /** {@link DinodeFlags}. */
  public int flags() {
    return buffer.getInt(FLAGS_AT);
  }

  /** Whether all these {@link DinodeFlags} are set. */
  public boolean hasFlags(int flags) {
    return (flags() & flags) == flags;
  }

  /** Whether it is a hashed directory. */
  public boolean isExhash() {
    return hasFlags(DinodeFlags.EXHASH);
  }

  /** {@code di_payload_format}, unchecked as Linux does not read it. */
  public int payloadFormat() {
    return buffer.getInt(PAYLOAD_AT);
  }

  /** Levels of pointers, 0 (stuffed) to {@link Geometry#heightMax}. */
  public int height() {
    return FieldCheck.range(
        block,
        STRUCTURE,
        "di_height",
        Short.toUnsignedInt(buffer.getShort(HEIGHT_AT)),
        0,
        geometry.heightMax());
  }

  /** Whether data, entries or hash table lie in this block. */
  public boolean isStuffed() {
    return height() == 0;
  }

  /** Bits of the hash that index a hashed directory's table, 0..17. */
  public int depth() {
    return FieldCheck.range(
        block,
        STRUCTURE,
        "di_depth",
        Short.toUnsignedInt(buffer.getShort(DEPTH_AT)),
        0,
        Geometry.DEPTH_MAX);
  }

  /** Entries of a directory, with {@code .} and {@code ..}; 0..2^31-1. */
  public int entries() {
    return FieldCheck.range(
        block, STRUCTURE, "di_entries", buffer.getInt(ENTRIES_AT), 0, Integer.MAX_VALUE);
  }

  /**
   * Block of the extended attributes, or 0. Negative numbers are refused; the limit is its reader's
   * to check.
   */
  public long eattr() {
    return FieldCheck.range(
        block, STRUCTURE, "di_eattr", buffer.getLong(EATTR_AT), 0, Long.MAX_VALUE);
  }

  /**
   * Stuffed content: a writable slice of {@link #size} bytes of this block.
   *
   * @throws CorruptBlockException if the inode is not stuffed or its size does not fit
   */
  public ByteBuffer stuffedData() {
    FieldCheck.range(block, STRUCTURE, "di_height of a stuffed inode", height(), 0, 0);
    long size = size();
    FieldCheck.range(
        block, STRUCTURE, "di_size of a stuffed inode", size, 0, geometry.stuffedBytesMax());
    return buffer.slice(Geometry.DINODE_HEADER_BYTES, (int) size);
  }

  /**
   * A pointer behind the header, as found; unchecked.
   *
   * @param index 0..{@link Geometry#dinodePointers}-1
   */
  public long pointer(int index) {
    return buffer.getLong(pointerAt(index));
  }

  /** Sets a pointer behind the header; 0 makes a hole. */
  public void setPointer(int index, long pointer) {
    buffer.putLong(pointerAt(index), pointer);
  }

  private int pointerAt(int index) {
    if (index < 0 || index >= geometry.dinodePointers()) {
      throw new IndexOutOfBoundsException("pointer " + index + " of " + geometry.dinodePointers());
    }
    return Geometry.DINODE_HEADER_BYTES + index * Long.BYTES;
  }

  /** Sets everything behind the header to zero: no data, no pointers. */
  public void clearPayload() {
    MetaHeader.zero(buffer, Geometry.DINODE_HEADER_BYTES, geometry.blockSize());
  }

  /** Sets {@code di_num.no_formal_ino}. */
  public void setFormalInode(long formalInode) {
    buffer.putLong(FORMAL_INODE_AT, formalInode);
  }

  /** Sets the size in bytes. */
  public void setSize(long size) {
    buffer.putLong(SIZE_AT, size);
  }

  /** Sets the number of blocks. */
  public void setBlocks(long blocks) {
    buffer.putLong(BLOCKS_AT, blocks);
  }

  /** Sets the goal for metadata. */
  public void setGoalMeta(long goal) {
    buffer.putLong(GOAL_META_AT, goal);
  }

  /** Sets the goal for data. */
  public void setGoalData(long goal) {
    buffer.putLong(GOAL_DATA_AT, goal);
  }

  /** Sets the generation. */
  public void setGeneration(long generation) {
    buffer.putLong(GENERATION_AT, generation);
  }

  /** Sets all flags. */
  public void setFlags(int flags) {
    buffer.putInt(FLAGS_AT, flags);
  }

  /** Sets {@code di_payload_format}. */
  public void setPayloadFormat(int format) {
    buffer.putInt(PAYLOAD_AT, format);
  }

  /** Sets the height of the pointer tree. */
  public void setHeight(int height) {
    buffer.putShort(HEIGHT_AT, (short) height);
  }

  /** Sets the number of hash bits. */
  public void setDepth(int depth) {
    buffer.putShort(DEPTH_AT, (short) depth);
  }

  /** Sets the number of directory entries. */
  public void setEntries(int entries) {
    buffer.putInt(ENTRIES_AT, entries);
  }

  /** Sets the block of the extended attributes; 0 for none. */
  public void setEattr(long eattr) {
    buffer.putLong(EATTR_AT, eattr);
  }
}
