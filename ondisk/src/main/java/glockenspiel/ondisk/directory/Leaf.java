package glockenspiel.ondisk.directory;

import glockenspiel.ondisk.CorruptBlockException;
import glockenspiel.ondisk.FieldCheck;
import glockenspiel.ondisk.Geometry;
import glockenspiel.ondisk.Inum;
import glockenspiel.ondisk.MetaHeader;
import glockenspiel.ondisk.MetaType;
import glockenspiel.ondisk.inode.FileType;
import java.nio.ByteBuffer;

/**
 * A view of a leaf of a hashed directory ({@code gfs2_leaf}).
 *
 * <pre>
 *     0               4               8
 *     +---------------+---------------+
 *   0 | meta header, type 6           |  24 bytes
 *  24 | depth |entries| lf_dirent_fmt |  u16 lf_depth, lf_entries
 *  32 | lf_next                       |  next leaf of the chain, 0 = last
 *  40 | lf_inode                      |
 *  48 | lf_dist       | lf_nsec       |
 *  56 | lf_sec                        |
 *  64 | 0                             |  40 bytes reserved
 * 104 | directory entries             |
 *     +-------------------------------+
 * </pre>
 */
public final class Leaf {
  /** {@code lf_dirent_format} ({@code GFS2_FORMAT_DE}). */
  public static final int ENTRY_FORMAT = 1200;

  private static final String STRUCTURE = "leaf";
  private static final int DEPTH_AT = 24;
  private static final int ENTRIES_AT = 26;
  private static final int FORMAT_AT = 28;
  private static final int NEXT_AT = 32;
  private static final int DIRECTORY_AT = 40;
  private static final int DISTANCE_AT = 48;
  private static final int NANOS_AT = 52;
  private static final int SECONDS_AT = 56;

  private final ByteBuffer buffer;
  private final long block;
  private final Geometry geometry;
  private final EntryBlock entryBlock;

  private Leaf(ByteBuffer buffer, long block, Geometry geometry) {
    this.buffer = buffer;
    this.block = block;
    this.geometry = geometry;
    this.entryBlock = new EntryBlock(buffer, block, Geometry.LEAF_HEADER_BYTES);
  }

  /**
   * A view of a block that holds a leaf.
   *
   * @throws CorruptBlockException if it holds none
   */
  public static Leaf of(ByteBuffer buffer, long block, Geometry geometry) {
    MetaHeader.check(buffer, block, MetaType.LEAF);
    return new Leaf(buffer, block, geometry);
  }

  /**
   * Makes the whole block an empty leaf, the last of its chain.
   *
   * @param depth hash bits that its entries share
   * @param directory dinode of the directory
   */
  public static Leaf format(
      ByteBuffer buffer, long block, Geometry geometry, int depth, long directory) {
    MetaHeader.zero(buffer, 0, geometry.blockSize());
    MetaHeader.write(buffer, MetaType.LEAF);
    buffer.putShort(DEPTH_AT, (short) depth);
    buffer.putInt(FORMAT_AT, ENTRY_FORMAT);
    buffer.putLong(DIRECTORY_AT, directory);
    buffer.putInt(DISTANCE_AT, 1);
    Leaf leaf = new Leaf(buffer, block, geometry);
    leaf.entryBlock.clear();
    return leaf;
  }

  /** The leaf's block number. */
  public long block() {
    return block;
  }

  /** The block that the view lies over. */
  public ByteBuffer buffer() {
    return buffer;
  }

  /** The part that holds the entries. */
  public EntryBlock entryBlock() {
    return entryBlock;
  }

  /** Hash bits that its entries share, 0..17. */
  public int depth() {
    return FieldCheck.range(
        block,
        STRUCTURE,
        "lf_depth",
        Short.toUnsignedInt(buffer.getShort(DEPTH_AT)),
        0,
        Geometry.DEPTH_MAX);
  }

  /** Entries in use, 0..as many as fit. */
  public int entries() {
    int max = geometry.leafEntryBytes() / DirectoryEntry.HEADER_BYTES;
    return FieldCheck.range(
        block, STRUCTURE, "lf_entries", Short.toUnsignedInt(buffer.getShort(ENTRIES_AT)), 0, max);
  }

  /**
   * {@code lf_next}: the next leaf of the chain, 0 = none. Negative is refused; the limit is its
   * reader's to check.
   */
  public long next() {
    return FieldCheck.range(
        block, STRUCTURE, "lf_next", buffer.getLong(NEXT_AT), 0, Long.MAX_VALUE);
  }

  /** The directory's dinode as found; 0 where an old kernel wrote the leaf. */
  public long directory() {
    return buffer.getLong(DIRECTORY_AT);
  }

  /** The place in the chain as found, from 1; 0 where an old kernel wrote the leaf. */
  public int distance() {
    return buffer.getInt(DISTANCE_AT);
  }

  /** When an entry was inserted or removed last, seconds since the epoch, as found. */
  public long changeSeconds() {
    return buffer.getLong(SECONDS_AT);
  }

  /** Nanoseconds of {@link #changeSeconds}, as found. */
  public int changeNanos() {
    return buffer.getInt(NANOS_AT);
  }

  /**
   * Inserts an entry and counts it in {@code lf_entries}. {@code di_entries} of the directory is
   * the caller's.
   *
   * @return its offset, or {@link EntryBlock#NO_ROOM}, with nothing changed: leaves are not split
   *     here
   */
  public int insert(byte[] name, int hash, Inum inum, FileType type) {
    int entries = entries();
    int offset = entryBlock.insert(name, hash, inum, type);
    if (offset != EntryBlock.NO_ROOM) {
      setEntries(entries + 1);
    }
    return offset;
  }

  /**
   * Removes an entry and counts it off {@code lf_entries}. {@code di_entries} of the directory is
   * the caller's.
   *
   * @param offset of a used entry of {@link #entryBlock}
   * @throws CorruptBlockException if {@code lf_entries} is 0 already; nothing is changed
   */
  public void remove(int offset) {
    int entries = entries();
    FieldCheck.range(block, STRUCTURE, "lf_entries", entries, 1, Integer.MAX_VALUE);
    entryBlock.remove(offset);
    setEntries(entries - 1);
  }

  /** Sets the number of hash bits. */
  public void setDepth(int depth) {
    buffer.putShort(DEPTH_AT, (short) depth);
  }

  /** Sets the number of entries in use. */
  public void setEntries(int entries) {
    buffer.putShort(ENTRIES_AT, (short) entries);
  }

  /** Sets the next leaf of the chain. */
  public void setNext(long next) {
    buffer.putLong(NEXT_AT, next);
  }

  /** Sets the place in the chain. */
  public void setDistance(int distance) {
    buffer.putInt(DISTANCE_AT, distance);
  }

  /** Sets the time of the last change. */
  public void setChangeTime(long seconds, int nanos) {
    buffer.putInt(NANOS_AT, nanos);
    buffer.putLong(SECONDS_AT, seconds);
  }
}
