package glockenspiel.ondisk.inode;

import java.nio.ByteBuffer;

/**
 * Is shown an inode's pointer tree by {@link BlockMap#walk}, in the order of logical blocks,
 * parents first.
 */
public interface TreeVisitor {
  /**
   * An indirect block, before what it points at.
   *
   * @param block its number
   * @param level 1 = pointed at by the dinode, up to height - 1
   * @param firstLogical the lowest logical block that it can map
   * @param content the block
   */
  void indirect(long block, int level, long firstLogical, ByteBuffer content);

  /**
   * A block of data (of a directory: of its hash table).
   *
   * @param logical its place in the inode
   * @param block its number
   */
  void data(long logical, long block);
}
