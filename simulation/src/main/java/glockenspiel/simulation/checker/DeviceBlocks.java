package glockenspiel.simulation.checker;

import glockenspiel.journal.device.DeviceWrite;
import glockenspiel.ondisk.Geometry;
import java.nio.ByteBuffer;
import java.util.List;

/** Takes device writes apart into blocks. */
final class DeviceBlocks {
  /** Told of each block that a write touches. */
  @FunctionalInterface
  interface Visitor {
    /**
     * A block.
     *
     * @param content of the part that is written; all of the block when {@code whole}
     */
    void block(long block, ByteBuffer content, boolean whole);
  }

  private DeviceBlocks() {}

  static void forEach(Geometry geometry, List<DeviceWrite> writes, Visitor visitor) {
    int size = geometry.blockSize();
    for (DeviceWrite write : writes) {
      long at = write.offset();
      while (at < write.end()) {
        long end = Math.min(write.end(), (at / size + 1) * size);
        int from = write.bytes().position() + (int) (at - write.offset());
        ByteBuffer part = write.bytes().slice(from, (int) (end - at));
        visitor.block(at / size, part, end - at == size);
        at = end;
      }
    }
  }
}
