package glockenspiel.cli.cluster;

import glockenspiel.image.BlockSink;
import glockenspiel.image.FormatParameters;
import glockenspiel.image.ImageFormat;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.UUID;

/**
 * The shape of an image that is made for a local cluster.
 *
 * @param bytes of the image
 * @param journals one for each node, and perhaps some to spare
 * @param journalBytes of each journal
 */
public record NewImage(long bytes, int journals, long journalBytes) {
  /** The name of its volume. */
  public static final String VOLUME = "demo:fs";

  private static final long MEBIBYTE = 1L << 20;

  /** Small groups, so that each node finds one of its own. */
  private static final long GROUP_BYTES = 32 * MEBIBYTE;

  /** An image with journals of 32 MiB, and 256 MiB for files. */
  public static NewImage usual(int journals) {
    return new NewImage((256 + 32L * journals) * MEBIBYTE, journals, 32 * MEBIBYTE);
  }

  /** An image with the smallest journals that Linux mounts: made fast. */
  public static NewImage small(int journals) {
    return new NewImage((128 + 8L * journals) * MEBIBYTE, journals, 8 * MEBIBYTE);
  }

  /** Makes it. What was in the file is gone. */
  public void write(Path path) throws IOException {
    FormatParameters parameters =
        FormatParameters.of(bytes, journals, VOLUME, UUID.randomUUID())
            .withJournalBytes(journalBytes)
            .withResourceGroupBytes(GROUP_BYTES)
            .withSeconds(System.currentTimeMillis() / 1000)
            .requireMountable();
    try (FileChannel file =
        FileChannel.open(
            path,
            StandardOpenOption.CREATE,
            StandardOpenOption.TRUNCATE_EXISTING,
            StandardOpenOption.WRITE)) {
      file.write(ByteBuffer.allocate(1), bytes - 1);
      ImageFormat.format(parameters, sink(file, parameters.blockSize()));
    } catch (UncheckedIOException failure) {
      throw new IOException("cannot make " + path + ": " + failure.getMessage(), failure);
    }
  }

  private static BlockSink sink(FileChannel file, int blockSize) {
    return (first, content) -> {
      try {
        long at = first * blockSize;
        while (content.hasRemaining()) {
          at += file.write(content, at);
        }
      } catch (IOException failure) {
        throw new UncheckedIOException(failure);
      }
    };
  }
}
