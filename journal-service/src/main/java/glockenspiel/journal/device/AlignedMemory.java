package glockenspiel.journal.device;

import java.nio.ByteBuffer;

/** Direct memory that direct I/O takes as it is. */
final class AlignedMemory {
  private AlignedMemory() {}

  /**
   * A buffer of its own.
   *
   * @param bytes its capacity
   * @param alignment its address is a multiple of this power of two
   */
  static ByteBuffer allocate(int bytes, int alignment) {
    ByteBuffer whole = ByteBuffer.allocateDirect(Math.addExact(bytes, alignment));
    return whole.slice((alignment - whole.alignmentOffset(0, alignment)) % alignment, bytes);
  }
}
