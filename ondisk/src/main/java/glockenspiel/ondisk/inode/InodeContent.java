package glockenspiel.ondisk.inode;

import glockenspiel.ondisk.FieldCheck;
import glockenspiel.ondisk.Geometry;
import glockenspiel.ondisk.MetaHeader;
import glockenspiel.ondisk.MetaType;
import java.nio.ByteBuffer;

/**
 * Reads an inode's content by byte position, wherever it lies: stuffed in the dinode, or in data
 * blocks, which in a directory start with a 24-byte metadata header (type 7) and in a file do not.
 * For system files and hash tables; the content of a journaled-data file is read like any other.
 */
public final class InodeContent {
  private final BlockMap map;

  /**
   * @param map finds the blocks; its reader is also asked for data blocks
   */
  public InodeContent(BlockMap map) {
    this.map = map;
  }

  /**
   * Fills the target from its position to its limit, and moves the position there; holes read as
   * zeros.
   *
   * @param offset first byte, not negative; {@code offset + target.remaining()} must not pass
   *     {@link Dinode#size}
   * @throws glockenspiel.ondisk.CorruptBlockException if a structure on the way is damaged, or the
   *     size is smaller
   */
  public void read(Dinode dinode, long offset, ByteBuffer target) {
    Geometry geometry = map.geometry();
    FieldCheck.range(
        dinode.block(),
        "dinode",
        "di_size",
        dinode.size(),
        offset + target.remaining(),
        Long.MAX_VALUE);
    if (dinode.isStuffed()) {
      ByteBuffer data = dinode.stuffedData();
      target.put(data.slice((int) offset, target.remaining()));
      return;
    }
    boolean headers = dinode.isDirectory();
    int header = headers ? MetaHeader.BYTES : 0;
    int perBlock = geometry.blockSize() - header;
    long at = offset;
    while (target.hasRemaining()) {
      long logical = at / perBlock;
      int inBlock = (int) (at % perBlock);
      int length = Math.min(perBlock - inBlock, target.remaining());
      long block = map.map(dinode, logical);
      if (block == BlockMap.HOLE) {
        for (int i = 0; i < length; i++) {
          target.put((byte) 0);
        }
      } else {
        ByteBuffer content = map.reader().read(block);
        if (headers) {
          MetaHeader.check(content, block, MetaType.JOURNALED_DATA);
        }
        target.put(content.slice(header + inBlock, length));
      }
      at += length;
    }
  }
}
