package glockenspiel.journal.app;

import glockenspiel.image.FormatParameters;
import glockenspiel.image.ImageFormat;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.UUID;

/** A small image in a file. */
final class TestImage {
  static final String VOLUME = "demo:fs";
  static final int BLOCK_SIZE = 4096;
  static final int BLOCKS = 4096;
  static final int JOURNALS = 2;
  static final int JOURNAL_BLOCKS = 256;

  private TestImage() {}

  static void make(Path path) throws IOException {
    make(path, VOLUME);
  }

  static void make(Path path, String volume) throws IOException {
    FormatParameters parameters =
        FormatParameters.of((long) BLOCKS * BLOCK_SIZE, JOURNALS, volume, new UUID(1, 2))
            .withJournalBytes((long) JOURNAL_BLOCKS * BLOCK_SIZE)
            .withResourceGroupBytes(8L << 20);
    try (FileChannel file =
        FileChannel.open(path, StandardOpenOption.CREATE_NEW, StandardOpenOption.WRITE)) {
      file.write(ByteBuffer.allocate(1), (long) BLOCKS * BLOCK_SIZE - 1);
      ImageFormat.format(
          parameters,
          (first, content) -> {
            try {
              long at = first * BLOCK_SIZE;
              while (content.hasRemaining()) {
                at += file.write(content, at);
              }
            } catch (IOException failure) {
              throw new UncheckedIOException(failure);
            }
          });
    }
  }
}
