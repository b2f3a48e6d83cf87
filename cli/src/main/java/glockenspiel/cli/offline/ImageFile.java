package glockenspiel.cli.offline;

import glockenspiel.cli.output.CommandFailure;
import glockenspiel.cli.output.ExitCode;
import glockenspiel.image.BlockSink;
import glockenspiel.journal.device.ImageInUseException;
import glockenspiel.ondisk.BlockReader;
import glockenspiel.ondisk.CorruptBlockException;
import glockenspiel.ondisk.Geometry;
import glockenspiel.ondisk.Superblock;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.channels.OverlappingFileLockException;
import java.nio.file.Files;
import java.nio.file.OpenOption;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.Set;

/** An image file that this command alone, or with other readers, has open. */
final class ImageFile implements AutoCloseable {
  private final Path path;
  private final FileChannel channel;

  private ImageFile(Path path, FileChannel channel) {
    this.path = path;
    this.channel = channel;
  }

  /**
   * Opens an image for reading; others may read it meanwhile, nobody may have it open for writing.
   */
  static ImageFile read(Path path) throws IOException {
    if (Files.isDirectory(path)) {
      throw CommandFailure.wrongUsage(path + ": is a directory; give the path of an image");
    }
    return open(path, true, Set.of(StandardOpenOption.READ));
  }

  /** Opens a file for a new image of that size. What was in it is gone. */
  static ImageFile create(Path path, long bytes, boolean overwrite) throws IOException {
    Set<OpenOption> options =
        overwrite
            ? Set.of(StandardOpenOption.WRITE, StandardOpenOption.READ, StandardOpenOption.CREATE)
            : Set.of(
                StandardOpenOption.WRITE, StandardOpenOption.READ, StandardOpenOption.CREATE_NEW);
    ImageFile file = open(path, false, options);
    // Only now, under the lock, is it certain that nobody serves what is thrown away here.
    file.channel.truncate(0);
    file.channel.write(ByteBuffer.allocate(1), bytes - 1);
    return file;
  }

  private static ImageFile open(Path path, boolean shared, Set<OpenOption> options)
      throws IOException {
    FileChannel channel = FileChannel.open(path, options);
    try {
      if (channel.tryLock(0, Long.MAX_VALUE, shared) == null) {
        throw inUse(path);
      }
      return new ImageFile(path, channel);
    } catch (OverlappingFileLockException overlapping) {
      channel.close();
      throw inUse(path);
    } catch (IOException failure) {
      channel.close();
      throw failure;
    }
  }

  private static ImageInUseException inUse(Path path) {
    return new ImageInUseException(
        "image " + path + " is open in a journal-service or another command; stop that first");
  }

  /** Bytes. */
  long size() throws IOException {
    return channel.size();
  }

  /** The superblock, checked. */
  Superblock superblock() throws IOException {
    if (size() < Geometry.SUPERBLOCK_BYTE + Geometry.BLOCK_SIZE_MIN) {
      throw new CommandFailure(
          ExitCode.BAD_ANSWER,
          path + ": " + size() + " bytes are too few for a GFS2 image; is it truncated?");
    }
    return named(() -> Superblock.read(bytes(Geometry.SUPERBLOCK_BYTE, Geometry.BLOCK_SIZE_MIN)));
  }

  /** Something that reads the image. */
  interface Looking<T> {
    T look() throws IOException;
  }

  /** Does something with what the image holds; what is corrupt there is told with its name. */
  <T> T named(Looking<T> work) throws IOException {
    try {
      return work.look();
    } catch (CorruptBlockException corrupt) {
      throw new CommandFailure(ExitCode.BAD_ANSWER, "image " + path + ": " + corrupt.getMessage());
    }
  }

  /** Reads blocks of that size. */
  BlockReader blocks(int blockSize) {
    return block -> bytes(block * blockSize, blockSize);
  }

  /** Writes blocks of that size. */
  BlockSink sink(int blockSize) {
    return (first, content) -> {
      try {
        long at = first * blockSize;
        while (content.hasRemaining()) {
          at += channel.write(content, at);
        }
      } catch (IOException failure) {
        throw new UncheckedIOException(failure);
      }
    };
  }

  /** Makes all that was written durable. */
  void sync() throws IOException {
    channel.force(true);
  }

  private ByteBuffer bytes(long offset, int length) {
    ByteBuffer buffer = ByteBuffer.allocate(length);
    try {
      while (buffer.hasRemaining()) {
        int read = channel.read(buffer, offset + buffer.position());
        if (read < 0) {
          throw new CommandFailure(
              ExitCode.BAD_ANSWER,
              path + ": ends inside the " + length + " bytes at " + offset + "; is it truncated?");
        }
      }
    } catch (IOException failure) {
      throw new UncheckedIOException(failure);
    }
    return buffer.flip();
  }

  @Override
  public void close() throws IOException {
    channel.close();
  }
}
