package glockenspiel.bench.storage;

import glockenspiel.journal.device.ByteRange;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;

/** Reads some bytes of a file in order, writes others in order, and syncs: no replay does less. */
final class CopyLimit {
  private static final int PIECE_BYTES = 1 << 20;

  private CopyLimit() {}

  /** Returns how long it took, in milliseconds. What is written has no meaning. */
  static double millis(Path image, ByteRange read, ByteRange written) throws IOException {
    ByteBuffer piece = ByteBuffer.allocateDirect(PIECE_BYTES);
    long begin = System.nanoTime();
    try (FileChannel file =
        FileChannel.open(image, StandardOpenOption.READ, StandardOpenOption.WRITE)) {
      for (long at = read.from(); at < read.to(); ) {
        at += file.read(sized(piece, read.to() - at), at);
      }
      for (long at = written.from(); at < written.to(); ) {
        at += file.write(sized(piece, written.to() - at), at);
      }
      file.force(false);
    }
    return (System.nanoTime() - begin) / 1e6;
  }

  private static ByteBuffer sized(ByteBuffer piece, long left) {
    return piece.clear().limit((int) Math.min(PIECE_BYTES, left));
  }
}
