package glockenspiel.image;

import java.nio.ByteBuffer;

/** Makes the blocks of one new inode: the dinode first, then pointers, then data. */
@FunctionalInterface
interface BlockFiller {
  /**
   * Writes one block.
   *
   * @param ordinal its number within the inode; 0 is the dinode
   * @param block whole, big-endian, all zero
   */
  void fill(long ordinal, ByteBuffer block);
}
