package glockenspiel.journal.device;

import java.io.IOException;
import java.io.InputStream;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import org.jspecify.annotations.Nullable;

/**
 * The folder of a state file, and what is done with files there, each step for itself. A crash of
 * the host may undo every step that no sync has made durable: see {@link #sync(String)} and {@link
 * #syncNames}.
 */
interface StateFolder {
  /**
   * What a file holds; null when there is none.
   *
   * @param bytesMax of a longer file as much as this
   */
  byte @Nullable [] read(String name, int bytesMax) throws IOException;

  /** Makes a file with this content, or replaces the content of the one that is there. */
  void write(String name, byte[] content) throws IOException;

  /** Makes a file's content durable; not its name. */
  void sync(String name) throws IOException;

  /** Gives a file another name, in one step; a file that had it is gone. */
  void rename(String from, String to) throws IOException;

  /** Makes durable which names there are, and of which files. */
  void syncNames() throws IOException;

  /** A folder of this machine. */
  static StateFolder of(Path folder) {
    return new StateFolder() {
      @Override
      public byte @Nullable [] read(String name, int bytesMax) throws IOException {
        try (InputStream file = Files.newInputStream(folder.resolve(name))) {
          return file.readNBytes(bytesMax);
        } catch (NoSuchFileException none) {
          return null;
        }
      }

      @Override
      public void write(String name, byte[] content) throws IOException {
        try (FileChannel channel =
            FileChannel.open(
                folder.resolve(name),
                StandardOpenOption.WRITE,
                StandardOpenOption.CREATE,
                StandardOpenOption.TRUNCATE_EXISTING)) {
          ByteBuffer buffer = ByteBuffer.wrap(content);
          while (buffer.hasRemaining()) {
            channel.write(buffer);
          }
        }
      }

      @Override
      public void sync(String name) throws IOException {
        try (FileChannel channel =
            FileChannel.open(folder.resolve(name), StandardOpenOption.WRITE)) {
          channel.force(true);
        }
      }

      @Override
      public void rename(String from, String to) throws IOException {
        Files.move(
            folder.resolve(from),
            folder.resolve(to),
            StandardCopyOption.ATOMIC_MOVE,
            StandardCopyOption.REPLACE_EXISTING);
      }

      @Override
      public void syncNames() throws IOException {
        try (FileChannel channel = FileChannel.open(folder, StandardOpenOption.READ)) {
          channel.force(true);
        }
      }
    };
  }
}
