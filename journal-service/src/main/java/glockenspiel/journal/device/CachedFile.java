package glockenspiel.journal.device;

import java.io.EOFException;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.util.List;

/** A file through the operating system's page cache. */
final class CachedFile implements ImageFile {
  private static final int STAGE_BYTES = 1 << 20;

  private final FileChannel channel;
  private final int copyBelowBytes;
  private final ByteBuffer stage = ByteBuffer.allocateDirect(STAGE_BYTES);

  /**
   * A file that is open.
   *
   * @param copyBelowBytes smaller pieces of a run are copied together, others go by themselves
   */
  CachedFile(FileChannel channel, int copyBelowBytes) {
    this.channel = channel;
    this.copyBelowBytes = copyBelowBytes;
  }

  @Override
  public void read(ByteBuffer into, long offset) throws IOException {
    int first = into.position();
    while (into.hasRemaining()) {
      if (channel.read(into, offset + into.position() - first) < 0) {
        throw new EOFException("the device ends there");
      }
    }
  }

  @Override
  public void write(List<DeviceWrite> run) throws IOException {
    stage.clear();
    long at = run.getFirst().offset();
    for (DeviceWrite write : run) {
      ByteBuffer bytes = write.bytes().duplicate();
      if (bytes.remaining() > stage.remaining()) {
        at = writeAll(stage.flip(), at);
        stage.clear();
      }
      if (bytes.remaining() >= copyBelowBytes && stage.position() == 0) {
        at = writeAll(bytes, at);
      } else {
        stage.put(bytes);
      }
    }
    writeAll(stage.flip(), at);
  }

  /** Writes to the end, however little each system call takes. Returns where it ended. */
  private long writeAll(ByteBuffer bytes, long offset) throws IOException {
    long at = offset;
    while (bytes.hasRemaining()) {
      int written = channel.write(bytes, at);
      if (written <= 0) {
        throw new IOException("the device takes no more bytes");
      }
      at += written;
    }
    return at;
  }

  @Override
  public void sync() throws IOException {
    channel.force(false);
  }
}
