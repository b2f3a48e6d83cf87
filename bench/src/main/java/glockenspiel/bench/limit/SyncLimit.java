package glockenspiel.bench.limit;

import glockenspiel.bench.measure.Samples;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;

/** Overwrites bytes in a file that is there already, and waits until the disk has them. */
public final class SyncLimit {
  private static final int BLOCK = 4096;
  private static final int FILE_WRITES = 4096;

  private SyncLimit() {}

  /**
   * 4 KiB at a time, all over 16 MiB of a file that is made for it and deleted afterwards.
   *
   * @param folder on the disk that is to be measured
   */
  public static Samples measure(Path folder, int count) throws IOException {
    return measure(folder, count, BLOCK, FILE_WRITES);
  }

  /**
   * So many bytes at a time, one piece behind the other, around a file that is made for it and
   * deleted afterwards.
   *
   * @param folder on the disk that is to be measured
   * @param count how often
   * @param bytes of one write
   * @param fileWrites how many of them the file holds
   */
  public static Samples measure(Path folder, int count, int bytes, int fileWrites)
      throws IOException {
    Path file = Files.createTempFile(folder, "bench-sync", ".dat");
    try (FileChannel channel = FileChannel.open(file, StandardOpenOption.WRITE)) {
      ByteBuffer piece = ByteBuffer.allocateDirect(bytes);
      for (int i = 0; i < fileWrites; i++) {
        write(channel, piece.clear(), (long) i * bytes);
      }
      channel.force(true);
      Samples samples = new Samples(count);
      for (int i = 0; i < count; i++) {
        piece.clear().putLong(0, i);
        long begin = System.nanoTime();
        write(channel, piece, (long) (i % fileWrites) * bytes);
        channel.force(false);
        samples.add(System.nanoTime() - begin);
      }
      return samples;
    } finally {
      Files.delete(file);
    }
  }

  private static void write(FileChannel channel, ByteBuffer bytes, long offset) throws IOException {
    long at = offset;
    while (bytes.hasRemaining()) {
      at += channel.write(bytes, at);
    }
  }
}
