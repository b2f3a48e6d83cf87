package glockenspiel.bench.storage;

import glockenspiel.cli.cluster.NewImage;
import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;

/** Images for loads. */
final class BenchImage {
  private static final long MEBIBYTE = 1L << 20;
  private static final long FREE_BYTES = 256 * MEBIBYTE;

  private BenchImage() {}

  /**
   * Makes an image with room for 256 MiB of blocks beside its journals, durable: what is written
   * back later would disturb what is measured.
   *
   * @param journalMebibytes of each journal
   */
  static Path make(Path path, int journals, int journalMebibytes) throws IOException {
    long journalBytes = journalMebibytes * MEBIBYTE;
    // Each node's quota file and the resource groups take some more.
    long bytes = FREE_BYTES + journals * (journalBytes + 2 * MEBIBYTE);
    new NewImage(bytes, journals, journalBytes).write(path);
    sync(path);
    return path;
  }

  /** Has the disk take all of a file. */
  static void sync(Path path) throws IOException {
    try (FileChannel file = FileChannel.open(path, StandardOpenOption.WRITE)) {
      file.force(true);
    }
  }
}
