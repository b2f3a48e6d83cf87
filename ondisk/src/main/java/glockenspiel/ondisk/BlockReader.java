package glockenspiel.ondisk;

import java.nio.ByteBuffer;

/**
 * Gives a block's content. The code behind it may wait for a device or a peer; this module itself
 * never does.
 *
 * <p>The caller of a method that takes a reader keeps every buffer it hands out unchanged and valid
 * until that method returns: a walk holds the blocks of a whole path at once.
 */
@FunctionalInterface
public interface BlockReader {
  /**
   * The content of one block.
   *
   * @param block file-system block number; already checked to lie inside the volume
   * @return big-endian, position 0, limit = block size; its content is only read
   */
  ByteBuffer read(long block);
}
