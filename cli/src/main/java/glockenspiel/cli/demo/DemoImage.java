package glockenspiel.cli.demo;

import glockenspiel.cli.output.ByteSize;
import glockenspiel.cli.output.CommandFailure;
import glockenspiel.cli.output.ExitCode;
import glockenspiel.image.BlockSink;
import glockenspiel.image.FormatParameters;
import glockenspiel.image.ImageFormat;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.Locale;
import java.util.UUID;

/** The images that a demonstration works on: made here, or copies of the user's, which is never touched. */
final class DemoImage {
  /** The volume of an image that is made here. */
  static final String VOLUME = "demo:fs";

  private static final long GROUP_BYTES = 32L << 20;
  private static final int COPY_BYTES = 1 << 20;

  /**
   * The shape of an image that is made.
   *
   * @param bytes of the image
   * @param journalBytes of each journal
   */
  record Shape(long bytes, long journalBytes) {
    /** What people see: journals as large as the limits of design are stated for. */
    static Shape usual(int journals) {
      return new Shape((128L + 32L * journals) << 20, 32L << 20);
    }

    /** Made fast, for tests. */
    static Shape small(int journals) {
      return new Shape((64L + 8L * journals) << 20, 8L << 20);
    }
  }

  private DemoImage() {}

  /** Makes an image. */
  static void make(Path path, int journals, Shape shape, long seed) throws IOException {
    FormatParameters parameters =
        FormatParameters.of(
                shape.bytes(), journals, VOLUME, new UUID(seed, 0x676c6f636bL ^ System.nanoTime()))
            .withJournalBytes(shape.journalBytes())
            .withResourceGroupBytes(GROUP_BYTES)
            .withSeconds(System.currentTimeMillis() / 1000);
    try (FileChannel file =
        FileChannel.open(
            path,
            StandardOpenOption.CREATE_NEW,
            StandardOpenOption.WRITE,
            StandardOpenOption.READ)) {
      file.write(ByteBuffer.allocate(1), shape.bytes() - 1);
      ImageFormat.format(parameters, sink(file, parameters.blockSize()));
    } catch (UncheckedIOException failure) {
      throw new IOException(failure.getMessage(), failure);
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

  /** Copies an image; what is zero in it takes no space in the copy. */
  static void copy(Path from, Path to) throws IOException {
    if (!Files.isReadable(from) || Files.isDirectory(from)) {
      throw CommandFailure.wrongUsage(
          "--image " + from + ": no such file, or not readable; give the path of an image");
    }
    long free = Files.getFileStore(to.toAbsolutePath().getParent()).getUsableSpace();
    try (FileChannel source = FileChannel.open(from, StandardOpenOption.READ);
        FileChannel target =
            FileChannel.open(to, StandardOpenOption.CREATE_NEW, StandardOpenOption.WRITE)) {
      long size = source.size();
      if (size == 0) {
        throw new CommandFailure(ExitCode.BAD_ANSWER, from + ": is empty, not a GFS2 image");
      }
      target.write(ByteBuffer.allocate(1), size - 1);
      ByteBuffer buffer = ByteBuffer.allocateDirect(COPY_BYTES);
      for (long at = 0; at < size; ) {
        buffer.clear();
        int count = source.read(buffer, at);
        if (count <= 0) {
          throw new IOException(from + ": ends at byte " + at + " of " + size);
        }
        buffer.flip();
        if (!isZero(buffer)) {
          writeAll(target, buffer, at);
        }
        at += count;
      }
    } catch (IOException failure) {
      throw new IOException(
          "cannot copy %s to %s (%s free): %s"
              .formatted(
                  from,
                  to,
                  ByteSize.format(free >> 20 << 20).toLowerCase(Locale.ROOT),
                  failure.getMessage()),
          failure);
    }
  }

  private static void writeAll(FileChannel target, ByteBuffer buffer, long at) throws IOException {
    long next = at;
    while (buffer.hasRemaining()) {
      next += target.write(buffer, next);
    }
  }

  private static boolean isZero(ByteBuffer buffer) {
    int at = buffer.position();
    for (; at + Long.BYTES <= buffer.limit(); at += Long.BYTES) {
      if (buffer.getLong(at) != 0) {
        return false;
      }
    }
    for (; at < buffer.limit(); at++) {
      if (buffer.get(at) != 0) {
        return false;
      }
    }
    return true;
  }
}
