package glockenspiel.journal.device;

import java.nio.ByteBuffer;
import java.util.Deque;
import java.util.concurrent.ConcurrentLinkedDeque;
import java.util.concurrent.Semaphore;

/**
 * The aligned memory that reads take their bytes through, when the memory that they are for does
 * not fit direct I/O. It is made at once and never grows: who comes when all is taken waits until
 * another read is done. No read takes two of them, so none waits for itself.
 */
final class BounceBuffers {
  private final Semaphore free;
  private final Deque<ByteBuffer> idle = new ConcurrentLinkedDeque<>();

  /**
   * So many.
   *
   * @param bytes of each, a multiple of the alignment
   * @param alignment of their addresses, a power of two
   */
  BounceBuffers(int count, int bytes, int alignment) {
    this.free = new Semaphore(count);
    for (int i = 0; i < count; i++) {
      idle.push(AlignedMemory.allocate(bytes, alignment));
    }
  }

  /** One of them, cleared, with any content. Waits for it. */
  ByteBuffer take() {
    free.acquireUninterruptibly();
    return idle.pop().clear();
  }

  /** Gives one back that nobody reads into or copies from any more. */
  void giveBack(ByteBuffer buffer) {
    idle.push(buffer);
    free.release();
  }
}
