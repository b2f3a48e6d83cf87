package glockenspiel.image;

import java.nio.ByteBuffer;
import java.util.function.Consumer;

/** Gathers blocks that lie one after the other, so that the sink gets long writes. */
final class SequentialWriter {
  private static final int BUFFER_BYTES = 1 << 20;
  private static final byte[] ZEROS = new byte[4096];

  private final BlockSink sink;
  private final int blockSize;
  private final ByteBuffer buffer = ByteBuffer.allocate(BUFFER_BYTES);
  private long next;

  SequentialWriter(BlockSink sink, int blockSize) {
    this.sink = sink;
    this.blockSize = blockSize;
  }

  /**
   * Writes one block.
   *
   * @param block higher than all before
   * @param filler is given the block, all zero
   */
  void write(long block, Consumer<ByteBuffer> filler) {
    if (block < next) {
      throw new IllegalStateException("block " + block + " behind " + next);
    }
    if (block > next || buffer.remaining() < blockSize) {
      flush();
      next = block;
    }
    int at = buffer.position();
    buffer.put(ZEROS, 0, blockSize);
    filler.accept(buffer.slice(at, blockSize));
    next = block + 1;
  }

  /** Writes zeros from a block up to another, exclusive. */
  void zero(long from, long to) {
    for (long block = from; block < to; block++) {
      write(block, zero -> {});
    }
  }

  /** Hands over what is gathered. */
  void flush() {
    if (buffer.position() == 0) {
      return;
    }
    buffer.flip();
    sink.write(next - buffer.limit() / blockSize, buffer);
    buffer.clear();
  }
}
