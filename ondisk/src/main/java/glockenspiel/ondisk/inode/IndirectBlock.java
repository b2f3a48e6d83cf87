package glockenspiel.ondisk.inode;

import glockenspiel.ondisk.CorruptBlockException;
import glockenspiel.ondisk.Geometry;
import glockenspiel.ondisk.MetaHeader;
import glockenspiel.ondisk.MetaType;
import java.nio.ByteBuffer;

/**
 * A view of a block of pointers ({@code GFS2_METATYPE_IN}): below a dinode, or above attribute
 * blocks.
 *
 * <pre>
 *     0               4               8
 *     +---------------+---------------+
 *   0 | meta header, type 5           |  24 bytes
 *  24 | pointer 0                     |  block number, 0 = hole
 *  32 | pointer 1                     |
 *     | ...                           |  (block size - 24) / 8 of them
 *     +-------------------------------+
 * </pre>
 */
public final class IndirectBlock {
  private final ByteBuffer buffer;
  private final long block;
  private final int pointers;

  private IndirectBlock(ByteBuffer buffer, long block, Geometry geometry) {
    this.buffer = buffer;
    this.block = block;
    this.pointers = geometry.indirectPointers();
  }

  /**
   * A view of a block that holds pointers.
   *
   * @throws CorruptBlockException if it does not
   */
  public static IndirectBlock of(ByteBuffer buffer, long block, Geometry geometry) {
    MetaHeader.check(buffer, block, MetaType.INDIRECT);
    return new IndirectBlock(buffer, block, geometry);
  }

  /** Makes the whole block an indirect block of holes. */
  public static IndirectBlock format(ByteBuffer buffer, long block, Geometry geometry) {
    MetaHeader.zero(buffer, 0, geometry.blockSize());
    MetaHeader.write(buffer, MetaType.INDIRECT);
    return new IndirectBlock(buffer, block, geometry);
  }

  /** The block's number. */
  public long block() {
    return block;
  }

  /** The block that the view lies over. */
  public ByteBuffer buffer() {
    return buffer;
  }

  /** How many pointers the block has room for. */
  public int pointers() {
    return pointers;
  }

  /**
   * A pointer as found; unchecked.
   *
   * @param index 0..{@link #pointers}-1
   */
  public long pointer(int index) {
    return buffer.getLong(pointerAt(index));
  }

  /** Sets a pointer; 0 makes a hole. */
  public void setPointer(int index, long pointer) {
    buffer.putLong(pointerAt(index), pointer);
  }

  /** Whether all pointers are holes. */
  public boolean isEmpty() {
    for (int index = 0; index < pointers; index++) {
      if (pointer(index) != 0) {
        return false;
      }
    }
    return true;
  }

  private int pointerAt(int index) {
    if (index < 0 || index >= pointers) {
      throw new IndexOutOfBoundsException("pointer " + index + " of " + pointers);
    }
    return MetaHeader.BYTES + index * Long.BYTES;
  }
}
