package glockenspiel.journal.device;

import java.io.EOFException;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.AccessDeniedException;
import java.nio.file.FileSystemException;
import java.nio.file.Files;
import java.nio.file.OpenOption;
import java.nio.file.Path;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * A file past the page cache. The operating system then takes whole pieces of the file only, to and
 * from addresses that are aligned alike. Writes are therefore gathered in aligned memory; where a
 * run does not begin or end between two pieces, the piece there is read, changed and written as a
 * whole. All of this is done by the one thread that writes, so that no other write comes in
 * between, and what it puts back around the run is what was there: a read beside it sees the same
 * bytes before, meanwhile and after. Reads that do not fit go through {@link BounceBuffers}.
 *
 * <p>The file's size is a multiple of a piece; another file is refused. Its last bytes could be
 * written through the page cache only, by a second descriptor.
 */
final class DirectFile implements ImageFile {
  private static final String OPTIONS = "com.sun.nio.file.ExtendedOpenOption";
  private static final int STAGE_BYTES = 1 << 20;

  /** As many as the platform threads that read, and as many again for small reads. */
  private static final int BOUNCES = 16;

  private static final int BOUNCE_BYTES = 1 << 19;
  private static final int ALIGNMENT_MIN = 512;
  private static final int ALIGNMENT_MAX = 1 << 16;

  private final FileChannel channel;
  private final int alignment;
  private final ByteBuffer stage;
  private final ByteBuffer edge;
  private final BounceBuffers bounces;

  private DirectFile(FileChannel channel, int alignment) {
    this.channel = channel;
    this.alignment = alignment;
    this.stage = AlignedMemory.allocate(STAGE_BYTES, alignment);
    this.edge = AlignedMemory.allocate(alignment, alignment);
    this.bounces = new BounceBuffers(BOUNCES, BOUNCE_BYTES, alignment);
  }

  /**
   * Opens an image for {@link #of}.
   *
   * @throws IOException in one line, when its file system does not do direct I/O, or it cannot be
   *     opened for another reason
   */
  static FileChannel open(Path path, Set<? extends OpenOption> options) throws IOException {
    Set<OpenOption> all = new HashSet<>(options);
    try {
      all.add(option());
      return FileChannel.open(path, all);
    } catch (AccessDeniedException denied) {
      throw denied;
    } catch (FileSystemException refused) {
      throw refused(path, "its file system says: " + refused.getReason(), refused);
    } catch (UnsupportedOperationException refused) {
      throw refused(path, String.valueOf(refused.getMessage()), refused);
    }
  }

  /**
   * The JVM's own option for direct I/O. Its class is named in a text, since the compiler warns of
   * each use of it, and that warning can be neither answered nor suppressed.
   *
   * @throws UnsupportedOperationException when this JVM has none
   */
  static OpenOption option() {
    try {
      for (Object option : Class.forName(OPTIONS).getEnumConstants()) {
        if (option instanceof OpenOption known && option.toString().equals("DIRECT")) {
          return known;
        }
      }
      throw new UnsupportedOperationException("this JVM has no direct I/O");
    } catch (ClassNotFoundException missing) {
      throw new UnsupportedOperationException("this JVM has no " + OPTIONS, missing);
    }
  }

  /**
   * An image that is open for direct I/O.
   *
   * @throws IOException in one line, when its size or its file system's blocks do not fit
   */
  static DirectFile of(Path path, FileChannel channel) throws IOException {
    // What the JVM demands is the block size of the file system that has the name; for a block
    // special file that is the one under /dev.
    long demanded = Files.getFileStore(path).getBlockSize();
    if (demanded < ALIGNMENT_MIN || demanded > ALIGNMENT_MAX || Long.bitCount(demanded) != 1) {
      throw refused(path, "its file system's blocks have " + demanded + " bytes", null);
    }
    if (channel.size() % demanded != 0) {
      throw refused(
          path,
          "its "
              + channel.size()
              + " bytes are not a multiple of "
              + demanded
              + ", the block size"
              + " of the file system that it lies on",
          null);
    }
    return new DirectFile(channel, (int) demanded);
  }

  private static IOException refused(Path path, String why, @Nullable Exception cause) {
    return new IOException(
        "image " + path + " cannot be used with direct I/O: " + why + "; leave direct-io out",
        cause);
  }

  @Override
  public void read(ByteBuffer into, long offset) throws IOException {
    if (isAligned(into, offset)) {
      fill(into, offset);
      return;
    }
    ByteBuffer bounce = bounces.take();
    try {
      long at = offset;
      while (into.hasRemaining()) {
        long piece = alignedDown(at);
        int before = (int) (at - piece);
        int wanted = (int) Math.min(bounce.capacity(), before + (long) into.remaining());
        fill(bounce.clear().limit(alignedUp(wanted)), piece);
        into.put(bounce.position(before).limit(wanted));
        at = piece + wanted;
      }
    } finally {
      bounces.giveBack(bounce);
    }
  }

  private boolean isAligned(ByteBuffer buffer, long offset) {
    return buffer.isDirect()
        && offset % alignment == 0
        && buffer.remaining() % alignment == 0
        && buffer.alignmentOffset(buffer.position(), alignment) == 0;
  }

  private long alignedDown(long offset) {
    return offset & -alignment;
  }

  private int alignedUp(int bytes) {
    return (bytes + alignment - 1) & -alignment;
  }

  /** Reads whole pieces into aligned memory, however few each system call brings. */
  private void fill(ByteBuffer buffer, long offset) throws IOException {
    int first = buffer.position();
    while (buffer.hasRemaining()) {
      int read = channel.read(buffer, offset + buffer.position() - first);
      // The next system call must begin with a whole piece, too.
      int whole = read & -alignment;
      if (whole <= 0) {
        throw new EOFException("the device ends there");
      }
      buffer.position(buffer.position() - (read - whole));
    }
  }

  @Override
  public void write(List<DeviceWrite> run) throws IOException {
    long first = run.getFirst().offset();
    long start = alignedDown(first);
    stage.clear();
    if (start < first) {
      fill(stage.limit(alignment), start);
      stage.clear().position((int) (first - start));
    }
    long at = start;
    for (DeviceWrite write : run) {
      ByteBuffer bytes = write.bytes().duplicate();
      while (bytes.hasRemaining()) {
        int part = Math.min(bytes.remaining(), stage.remaining());
        stage.put(bytes.slice(bytes.position(), part));
        bytes.position(bytes.position() + part);
        if (!stage.hasRemaining()) {
          at = writeAll(stage.flip(), at);
          stage.clear();
        }
      }
    }
    completeLastPiece(at, start < first ? start : -1);
    writeAll(stage.flip(), at);
  }

  /**
   * Puts what is in the file behind the run behind what is on the stage, up to the piece's end.
   *
   * @param at where the stage belongs
   * @param known the piece that was read into the stage before; -1 for none
   */
  private void completeLastPiece(long at, long known) throws IOException {
    int used = stage.position();
    int inPiece = used % alignment;
    if (inPiece == 0) {
      return;
    }
    int pieceOnStage = used - inPiece;
    if (at + pieceOnStage == known) {
      // The run is inside one piece, whose end lies on the stage still.
      stage.position(pieceOnStage + alignment);
    } else {
      fill(edge.clear(), at + pieceOnStage);
      stage.put(edge.position(inPiece));
    }
  }

  /** Writes whole pieces, however few each system call takes. Returns where it ended. */
  private long writeAll(ByteBuffer bytes, long offset) throws IOException {
    long at = offset;
    while (bytes.hasRemaining()) {
      int written = channel.write(bytes, at);
      int whole = written & -alignment;
      if (whole <= 0) {
        throw new IOException("the device takes no more bytes");
      }
      bytes.position(bytes.position() - (written - whole));
      at += whole;
    }
    return at;
  }

  @Override
  public void sync() throws IOException {
    // The device's own cache is not passed by: without this, a power failure may take all of it.
    channel.force(false);
  }
}
