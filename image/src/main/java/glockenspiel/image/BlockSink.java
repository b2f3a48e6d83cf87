package glockenspiel.image;

import java.nio.ByteBuffer;

/**
 * Where a new image goes. {@link ImageFormat} calls it with growing block numbers, and writes every
 * block at most once; blocks that it leaves out are free, and may hold anything.
 */
@FunctionalInterface
public interface BlockSink {
  /**
   * Takes whole blocks that lie one after the other. May wait for a device; errors are the
   * implementation's own unchecked exceptions, and end the format.
   *
   * @param first number of the first block
   * @param content from position to limit, a multiple of the block size, at most 1 MiB; reused by
   *     the caller after the return
   */
  void write(long first, ByteBuffer content);
}
