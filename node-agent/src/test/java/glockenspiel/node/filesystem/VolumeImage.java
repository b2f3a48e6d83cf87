package glockenspiel.node.filesystem;

import static org.junit.jupiter.api.Assertions.assertEquals;

import glockenspiel.ondisk.MetaHeader;
import glockenspiel.ondisk.MetaType;
import glockenspiel.ondisk.log.LogHeader;
import java.io.DataInputStream;
import java.io.EOFException;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.zip.GZIPInputStream;
import org.jspecify.annotations.Nullable;

/** An image in memory; blocks that are all zero are not kept. */
final class VolumeImage {
  private static final long IMAGE_BYTES = 100 << 20;
  private static final long JOURNAL_BYTES = 8 << 20;
  private static final Path FSCK = Path.of("/usr/sbin/fsck.gfs2");

  private final int blockSize;
  private final @Nullable ByteBuffer[] blocks;

  private VolumeImage(int blockSize, long count) {
    this.blockSize = blockSize;
    this.blocks = new @Nullable ByteBuffer[(int) count];
  }

  /** What {@code mkfs.gfs2 -p lock_dlm -t demo:fs -j 2 -J 8 -r 32} makes of 100 MiB. */
  static VolumeImage empty(int blockSize) {
    VolumeImage image = new VolumeImage(blockSize, IMAGE_BYTES / blockSize);
    String name = "/images/empty-" + blockSize + ".img.gz";
    try (InputStream resource = VolumeImage.class.getResourceAsStream(name)) {
      if (resource == null) {
        throw new IllegalStateException("no resource " + name);
      }
      DataInputStream in = new DataInputStream(new GZIPInputStream(resource, 1 << 16));
      byte[] block = new byte[blockSize];
      for (int number = 0; ; number++) {
        in.readFully(block);
        if (!isZero(block)) {
          image.blocks[number] = ByteBuffer.wrap(block.clone());
        }
      }
    } catch (EOFException end) {
      image.fillJournals();
      return image;
    } catch (IOException failure) {
      throw new UncheckedIOException(failure);
    }
  }

  private static boolean isZero(byte[] block) {
    for (byte b : block) {
      if (b != 0) {
        return false;
      }
    }
    return true;
  }

  /**
   * The resources hold only the first header of each journal: the others are random bytes to a
   * packer.
   */
  private void fillJournals() {
    long length = JOURNAL_BYTES / blockSize;
    for (int number = 0; number < blocks.length; number++) {
      ByteBuffer first = blocks[number];
      if (first == null || !MetaHeader.is(first, MetaType.LOG_HEADER)) {
        continue;
      }
      LogHeader header = LogHeader.read(first);
      for (int i = 1; i < length; i++) {
        ByteBuffer next = ByteBuffer.allocate(blockSize);
        LogHeader.of(
                (header.sequence() + i) % length,
                header.flags(),
                0,
                i,
                0,
                0,
                number + i,
                header.journalInode(),
                0,
                0,
                header.localStatfs())
            .write(next);
        blocks[number + i] = next;
      }
      number += (int) length - 1;
    }
  }

  int blockSize() {
    return blockSize;
  }

  long count() {
    return blocks.length;
  }

  /** A copy of a block. */
  ByteBuffer get(long block) {
    ByteBuffer copy = ByteBuffer.allocate(blockSize);
    ByteBuffer content = blocks[(int) block];
    if (content != null) {
      copy.put(0, content, 0, blockSize);
    }
    return copy;
  }

  void put(long block, ByteBuffer content) {
    assertEquals(blockSize, content.limit());
    ByteBuffer copy = ByteBuffer.allocate(blockSize);
    copy.put(0, content, 0, blockSize);
    blocks[(int) block] = copy;
  }

  /** Fails unless fsck.gfs2 has nothing to say; does nothing where it is not installed. */
  void fsck(String when) {
    if (!Files.isExecutable(FSCK)) {
      return;
    }
    try {
      Path file = Files.createTempFile("glockenspiel", ".img");
      try {
        write(file);
        Process process =
            new ProcessBuilder(FSCK.toString(), "-n", file.toString())
                .redirectErrorStream(true)
                .start();
        String said = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
        int exit = process.waitFor();
        boolean quiet = said.lines().allMatch(VolumeImage::isProgress);
        if (exit != 0 || !quiet) {
          throw new AssertionError("fsck.gfs2 " + when + " exit=" + exit + "\n" + said);
        }
      } finally {
        Files.delete(file);
      }
    } catch (IOException failure) {
      throw new UncheckedIOException(failure);
    } catch (InterruptedException failure) {
      Thread.currentThread().interrupt();
      throw new IllegalStateException(failure);
    }
  }

  private static boolean isProgress(String line) {
    return line.matches(
        "Initializing fsck|Validating resource group index\\.|Level 1 resource group check: .*"
            + "|\\(level 1 passed\\)|Starting (pass\\d\\w?|check_statfs)|Reconciling bitmaps\\."
            + "|\\w+ completed in .*|fsck.gfs2 complete|.*percent complete.*|");
  }

  void write(Path file) throws IOException {
    try (FileChannel channel = FileChannel.open(file, StandardOpenOption.WRITE)) {
      for (int number = 0; number < blocks.length; number++) {
        ByteBuffer content = blocks[number];
        if (content != null) {
          channel.write(content.duplicate().clear(), (long) number * blockSize);
        }
      }
      channel.write(ByteBuffer.allocate(1), (long) blocks.length * blockSize - 1);
    }
  }
}
