package glockenspiel.bench.limit;

import glockenspiel.bench.measure.Samples;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;

/** Overwrites 4 KiB in a file that is there already, and waits until the disk has it. */
public final class SyncLimit {
  private static final int BLOCK = 4096;
  private static final int BLOCKS = 4096;

  private SyncLimit() {}

  /**
   * Measures in a file that is made for it and deleted afterwards.
   *
   * @param folder on the disk that is to be measured
   */
  public static Samples measure(Path folder, int count) throws IOException {
    Path file = Files.createTempFile(folder, "bench-sync", ".dat");
    try (FileChannel channel = FileChannel.open(file, StandardOpenOption.WRITE)) {
      ByteBuffer block = ByteBuffer.allocateDirect(BLOCK);
      for (int i = 0; i < BLOCKS; i++) {
        channel.write(block.clear(), (long) i * BLOCK);
      }
      channel.force(true);
      Samples samples = new Samples(count);
      for (int i = 0; i < count; i++) {
        block.clear().putLong(0, i);
        long begin = System.nanoTime();
        channel.write(block, (long) (i % BLOCKS) * BLOCK);
        channel.force(false);
        samples.add(System.nanoTime() - begin);
      }
      return samples;
    } finally {
      Files.delete(file);
    }
  }
}
