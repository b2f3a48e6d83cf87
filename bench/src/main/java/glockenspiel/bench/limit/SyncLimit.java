package glockenspiel.bench.limit;

import glockenspiel.bench.measure.Samples;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;

/**
 * Overwrites bytes in a file that is there already, and waits until the disk has them. The file is
 * made for it, and deleted with the close.
 */
public final class SyncLimit implements AutoCloseable {
  private static final int BLOCK = 4096;
  private static final int FILE_WRITES = 4096;

  private final Path file;
  private final FileChannel channel;
  private final ByteBuffer piece;
  private final int fileWrites;
  private long next;

  private SyncLimit(Path file, FileChannel channel, int bytes, int fileWrites) {
    this.file = file;
    this.channel = channel;
    this.piece = ByteBuffer.allocateDirect(bytes);
    this.fileWrites = fileWrites;
  }

  /**
   * Makes the file.
   *
   * @param folder on the disk that is to be measured
   * @param bytes of one write
   * @param fileWrites how many of them the file holds
   */
  public static SyncLimit open(Path folder, int bytes, int fileWrites) throws IOException {
    Path file = Files.createTempFile(folder, "bench-sync", ".dat");
    SyncLimit limit =
        new SyncLimit(file, FileChannel.open(file, StandardOpenOption.WRITE), bytes, fileWrites);
    for (int i = 0; i < fileWrites; i++) {
      limit.write();
    }
    limit.channel.force(true);
    return limit;
  }

  /** One of 16 MiB, 4 KiB a write. */
  public static SyncLimit ofBlocks(Path folder) throws IOException {
    return open(folder, BLOCK, FILE_WRITES);
  }

  /** 4 KiB at a time, all over 16 MiB. */
  public static Samples measure(Path folder, int count) throws IOException {
    try (SyncLimit limit = ofBlocks(folder)) {
      Samples samples = new Samples(count);
      limit.measure(samples, count);
      return samples;
    }
  }

  /** So many writes, each behind the one before, each synced; adds their times. */
  public void measure(Samples samples, int count) throws IOException {
    for (int i = 0; i < count; i++) {
      long begin = System.nanoTime();
      write();
      channel.force(false);
      samples.add(System.nanoTime() - begin);
    }
  }

  /**
   * So many times a write to each of some places, far from each other, and one sync for all of
   * them; adds the times of each such round.
   */
  public void measureScattered(Samples samples, int count, int places) throws IOException {
    int each = fileWrites / places;
    for (int i = 0; i < count; i++) {
      long begin = System.nanoTime();
      for (int place = 0; place < places; place++) {
        write((long) place * each + next % each);
      }
      channel.force(false);
      samples.add(System.nanoTime() - begin);
      next++;
    }
  }

  private void write() throws IOException {
    write(next % fileWrites);
    next++;
  }

  private void write(long number) throws IOException {
    long at = number * piece.capacity();
    piece.clear().putLong(0, next);
    while (piece.hasRemaining()) {
      at += channel.write(piece, at);
    }
  }

  @Override
  public void close() throws IOException {
    channel.close();
    Files.delete(file);
  }
}
