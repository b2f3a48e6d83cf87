package glockenspiel.image;

import java.nio.ByteBuffer;

/** Makes the data blocks of a new file. */
@FunctionalInterface
interface DataFiller {
  /**
   * Writes one block of data.
   *
   * @param logical its place in the file
   * @param address its number in the volume
   * @param block whole, big-endian, all zero
   */
  void fill(long logical, long address, ByteBuffer block);
}
