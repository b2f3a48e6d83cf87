package glockenspiel.ondisk.resourcegroup;

import glockenspiel.ondisk.CorruptBlockException;
import glockenspiel.ondisk.FieldCheck;
import glockenspiel.ondisk.Geometry;
import glockenspiel.ondisk.MetaHeader;
import glockenspiel.ondisk.MetaType;
import java.nio.ByteBuffer;

/**
 * A view of a resource group's bitmap: two bits a block, over the group's header and its further
 * blocks. Bit pairs go from the low to the high end of a byte. Blocks are named by their index in
 * the group: block - {@code ri_data0}.
 *
 * <pre>
 *   header block   | 128 bytes of gfs2_rgrp | bitmap bytes ...               |
 *   further blocks |  24 bytes of header    | bitmap bytes ...               |
 *
 *   one byte, bits  7 6 5 4 3 2 1 0
 *            block  n+3 n+2 n+1  n
 * </pre>
 *
 * <p>Searching and counting go over 32 blocks at a time, and allocate nothing.
 */
public final class Bitmap {
  /** What the searches answer when there is none. */
  public static final int NONE = -1;

  private static final long LOW_BITS = 0x5555555555555555L;
  private static final int BLOCKS_PER_LONG = 32;
  private static final int BITS = 2;

  private final ResourceIndexEntry entry;
  private final ByteBuffer[] blocks;
  private final int headerCapacity;
  private final int furtherCapacity;

  private Bitmap(ResourceIndexEntry entry, Geometry geometry, ByteBuffer[] blocks) {
    this.entry = entry;
    this.blocks = blocks;
    this.headerCapacity = geometry.headerBitmapBytes() * ResourceIndexEntry.BLOCKS_PER_BYTE;
    this.furtherCapacity = geometry.bitmapBytes() * ResourceIndexEntry.BLOCKS_PER_BYTE;
  }

  /**
   * A view of the bitmap in these blocks.
   *
   * @param entry read, so checked, for the same geometry
   * @param blocks the {@code ri_length} blocks from {@code ri_addr}; the array is kept, and its
   *     elements may be replaced by the caller with other buffers of the same blocks
   * @throws CorruptBlockException if one has another type
   */
  public static Bitmap of(ResourceIndexEntry entry, Geometry geometry, ByteBuffer[] blocks) {
    if (blocks.length != entry.length()) {
      throw new IllegalArgumentException(blocks.length + " blocks: expected " + entry.length());
    }
    for (int i = 0; i < blocks.length; i++) {
      MetaHeader.check(
          blocks[i], entry.address() + i, i == 0 ? MetaType.RESOURCE_GROUP : MetaType.BITMAP);
    }
    return new Bitmap(entry, geometry, blocks);
  }

  /** Number of blocks that it maps: indexes go from 0 to this. */
  public int size() {
    return entry.data();
  }

  /** The group's rindex entry. */
  public ResourceIndexEntry entry() {
    return entry;
  }

  /**
   * The index of a block of the volume.
   *
   * @throws CorruptBlockException if the group does not map it
   */
  public int indexOf(long block) {
    return (int)
        (FieldCheck.pointer(entry.address(), "rgrp", "block", block, entry.data0(), entry.dataEnd())
            - entry.data0());
  }

  /** The block of the volume at an index. */
  public long blockAt(int index) {
    return entry.data0() + checkIndex(index);
  }

  /**
   * Which of the group's blocks holds the bits of an index: 0 = header, up to {@code ri_length} -
   * 1.
   */
  public int bitmapBlockOf(int index) {
    return index < headerCapacity ? 0 : 1 + (index - headerCapacity) / furtherCapacity;
  }

  /** The state at an index. */
  public BlockState get(int index) {
    checkIndex(index);
    int in = bitmapBlockOf(index);
    int offset = index - firstIndex(in);
    int bits = blocks[in].get(base(in) + offset / ResourceIndexEntry.BLOCKS_PER_BYTE);
    return BlockState.ofCode(bits >>> (offset % ResourceIndexEntry.BLOCKS_PER_BYTE * BITS));
  }

  /** Sets the state at an index, whatever it was; for mkfs and repair. */
  public void set(int index, BlockState state) {
    checkIndex(index);
    int in = bitmapBlockOf(index);
    int offset = index - firstIndex(in);
    int at = base(in) + offset / ResourceIndexEntry.BLOCKS_PER_BYTE;
    int shift = offset % ResourceIndexEntry.BLOCKS_PER_BYTE * BITS;
    blocks[in].put(at, (byte) ((blocks[in].get(at) & ~(3 << shift)) | (state.code() << shift)));
  }

  /**
   * Changes the state at an index, as a transaction does.
   *
   * @return the state before
   * @throws CorruptBlockException if it cannot become {@code next} ({@link BlockState#mayBecome});
   *     nothing is changed
   */
  public BlockState change(int index, BlockState next) {
    BlockState before = get(index);
    if (!before.mayBecome(next)) {
      throw new CorruptBlockException(
          entry.address() + bitmapBlockOf(index),
          "rgrp bitmap",
          "state of block 0x" + Long.toHexString(blockAt(index)),
          before.name(),
          "one that may become " + next);
    }
    set(index, next);
    return before;
  }

  /** Sets {@code length} states from an index on, whatever they were; for mkfs and repair. */
  public void setRun(int index, int length, BlockState state) {
    if (length < 0 || index < 0 || index > size() - length) {
      throw new IndexOutOfBoundsException("blocks " + index + "+" + length + " of " + size());
    }
    byte full = (byte) (state.code() * 0x55);
    int end = index + length;
    int at = index;
    while (at < end) {
      int in = bitmapBlockOf(at);
      int offset = at - firstIndex(in);
      if (offset % ResourceIndexEntry.BLOCKS_PER_BYTE == 0
          && end - at >= ResourceIndexEntry.BLOCKS_PER_BYTE) {
        blocks[in].put(base(in) + offset / ResourceIndexEntry.BLOCKS_PER_BYTE, full);
        at += ResourceIndexEntry.BLOCKS_PER_BYTE;
      } else {
        set(at, state);
        at++;
      }
    }
  }

  /**
   * The lowest index from {@code from} on that is in this state.
   *
   * @param from 0..size
   * @return the index, or {@link #NONE}
   */
  public int find(BlockState state, int from) {
    return search(pattern(state), 0, from, size());
  }

  /**
   * Searches from a goal to the end, then from the start to the goal.
   *
   * @param goal where to begin; any number, one outside the group counts as 0
   * @return the index, or {@link #NONE}
   */
  public int findFromGoal(BlockState state, int goal) {
    if (goal <= 0 || goal >= size()) {
      return find(state, 0);
    }
    int found = find(state, goal);
    return found != NONE ? found : search(pattern(state), 0, 0, goal);
  }

  /**
   * How many blocks from an index on are in this state in a row.
   *
   * @param lengthMax the answer is at most this
   */
  public int runLength(BlockState state, int index, int lengthMax) {
    checkIndex(index);
    int end = (int) Math.min(size(), (long) index + lengthMax);
    int other = search(pattern(state), LOW_BITS, index, end);
    return (other == NONE ? end : other) - index;
  }

  /** How many blocks are in this state. */
  public int count(BlockState state) {
    long pattern = pattern(state);
    int count = 0;
    for (int in = 0; in < blocks.length; in++) {
      int left = Math.min(size(), firstIndex(in + 1)) - firstIndex(in);
      int at = base(in);
      for (; left >= BLOCKS_PER_LONG; left -= BLOCKS_PER_LONG) {
        count += Long.bitCount(matches(blocks[in], at, pattern));
        at += Long.BYTES;
      }
      if (left > 0) {
        count += Long.bitCount(matches(blocks[in], at, pattern) & ((1L << (left * BITS)) - 1));
      }
    }
    return count;
  }

  /**
   * The lowest index in {@code from..to-1} whose match, inverted where {@code flip} has its bit, is
   * set.
   */
  private int search(long pattern, long flip, int from, int to) {
    int index = from;
    while (index < to) {
      int in = bitmapBlockOf(index);
      int first = firstIndex(in);
      int end = Math.min(to, firstIndex(in + 1));
      int word = (index - first) / BLOCKS_PER_LONG;
      long mask = -1L << ((index - first) % BLOCKS_PER_LONG * BITS);
      ByteBuffer block = blocks[in];
      for (int at = first + word * BLOCKS_PER_LONG; at < end; at += BLOCKS_PER_LONG) {
        long hits = (matches(block, base(in) + word * Long.BYTES, pattern) ^ flip) & mask;
        if (hits != 0) {
          int found = at + Long.numberOfTrailingZeros(hits) / BITS;
          return found < to ? found : NONE;
        }
        mask = -1;
        word++;
      }
      index = end;
    }
    return NONE;
  }

  /** The low bit of every pair that equals the pattern's; the first block is in the lowest bits. */
  private static long matches(ByteBuffer block, int at, long pattern) {
    long differing = Long.reverseBytes(block.getLong(at)) ^ pattern;
    return ~(differing | (differing >>> 1)) & LOW_BITS;
  }

  private static long pattern(BlockState state) {
    return state.code() * LOW_BITS;
  }

  private static int base(int bitmapBlock) {
    return bitmapBlock == 0 ? Geometry.RESOURCE_GROUP_HEADER_BYTES : MetaHeader.BYTES;
  }

  /**
   * The index of a bitmap block's first pair. At most 2^31 + one block's, so that the last sum does
   * not wrap.
   */
  private int firstIndex(int bitmapBlock) {
    return bitmapBlock == 0
        ? 0
        : (int) Math.min(size(), headerCapacity + (bitmapBlock - 1L) * furtherCapacity);
  }

  private int checkIndex(int index) {
    if (index < 0 || index >= size()) {
      throw new IndexOutOfBoundsException("block " + index + " of " + size());
    }
    return index;
  }
}
