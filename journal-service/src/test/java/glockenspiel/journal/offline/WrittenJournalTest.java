package glockenspiel.journal.offline;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import glockenspiel.image.FormatParameters;
import glockenspiel.image.ImageFormat;
import glockenspiel.journal.core.ReplayListener;
import glockenspiel.journal.device.ByteRange;
import glockenspiel.journal.device.FileBlockDevice.Access;
import glockenspiel.ondisk.Geometry;
import glockenspiel.ondisk.MetaHeader;
import glockenspiel.ondisk.MetaType;
import glockenspiel.ondisk.Superblock;
import glockenspiel.protocol.storage.Appended;
import glockenspiel.protocol.storage.BlockImage;
import glockenspiel.protocol.storage.LogFlush;
import glockenspiel.protocol.storage.OpenedJournal;
import glockenspiel.protocol.storage.StatfsCounts;
import glockenspiel.runtime.task.Promise;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;
import java.util.Map;
import java.util.SplittableRandom;
import java.util.TreeMap;
import java.util.UUID;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/**
 * Journals that we wrote, with random transactions, revokes and wraps, in one extent or in hundreds
 * below indirect blocks, are replayed by fsck.gfs2 to the same bytes as by us. With {@code
 * -Dglockenspiel.keep-images=FOLDER} the images before the replay stay there, for {@code
 * tools/kernel-oracle/kernel-oracle compare}.
 */
class WrittenJournalTest {
  private static final Path FSCK = Path.of("/usr/sbin/fsck.gfs2");
  private static final long IMAGE_BYTES = 48L << 20;
  private static final long JOURNAL_BYTES = 8L << 20;
  private static final int LAPS = 2;
  private static final String KEEP = "glockenspiel.keep-images";

  @TempDir private Path folder;

  /**
   * What the blocks at the volume's end hold after a replay: they are free, so fsck leaves them.
   */
  private final Map<Long, ByteBuffer> expected = new TreeMap<>();

  private record Active(long firstBlock, int length, LogFlush flush) {}

  @ParameterizedTest
  @CsvSource({
    "512, 1, false",
    "1024, 2, false",
    "2048, 3, false",
    "4096, 4, false",
    "4096, 5, false",
    "512, 6, true",
    "1024, 7, true",
    "4096, 8, true",
    "4096, 9, true"
  })
  void othersReplayWhatWeWrote(int blockSize, long seed, boolean scattered) throws IOException {
    assumeTrue(Files.isExecutable(FSCK), "gfs2-utils are not installed");
    Geometry geometry = Geometry.of(blockSize);
    Path image = folder.resolve("written.img");
    format(image, geometry);
    if (scattered) {
      scatter(image, geometry, new SplittableRandom(seed));
    }
    Path before = folder.resolve("before.img");
    Files.copy(image, before);
    Deque<Active> active = write(image, geometry, new SplittableRandom(seed));
    expect(active, before, geometry);
    // It shows headers and descriptors.
    assertTrue(Gfs2Edit.assertShowsWhatWeShow(image, 0) >= 2 * active.size());
    String keep = System.getProperty(KEEP);
    if (keep != null) {
      Files.copy(image, Path.of(keep).resolve("written-" + blockSize + "-" + seed + ".img"));
    }
    Path ours = folder.resolve("ours.img");
    Files.copy(image, ours);
    try (OfflineVolume offline = OfflineVolume.open(ours, Access.WRITE)) {
      assertTrue(offline.call(volume -> volume.replay(0, true, ReplayListener.NONE)).replayed());
    }
    assertEquals(1, fsck("-y", image), "fsck.gfs2 replays it and mends nothing else");
    assertEquals(0, fsck("-n", ours));
    for (Path replayed : List.of(ours, image)) {
      try (FileChannel file = FileChannel.open(replayed, StandardOpenOption.READ)) {
        for (Map.Entry<Long, ByteBuffer> block : expected.entrySet()) {
          assertEquals(
              block.getValue(),
              block(file, block.getKey(), blockSize),
              replayed + " block " + block.getKey());
        }
      }
    }
  }

  private static void format(Path image, Geometry geometry) throws IOException {
    FormatParameters parameters =
        FormatParameters.of(IMAGE_BYTES, 1, "test:written", new UUID(1, geometry.blockSize()))
            .withBlockSize(geometry.blockSize())
            .withJournalBytes(JOURNAL_BYTES);
    try (FileChannel file =
        FileChannel.open(
            image,
            StandardOpenOption.CREATE_NEW,
            StandardOpenOption.READ,
            StandardOpenOption.WRITE)) {
      file.write(ByteBuffer.allocate(1), IMAGE_BYTES - 1);
      ImageFormat.format(
          parameters, (first, content) -> put(file, first << geometry.blockShift(), content));
      // Of lock_dlm images fsck.gfs2 replays no journals.
      ByteBuffer block = block(file, geometry.superblockBlock(), geometry.blockSize());
      Superblock made = Superblock.read(block);
      new Superblock(
              made.geometry(),
              made.format(),
              made.master(),
              made.root(),
              "lock_nolock",
              made.lockTable(),
              made.uuid())
          .write(block);
      put(file, Geometry.SUPERBLOCK_BYTE, block);
    }
  }

  private static void scatter(Path image, Geometry geometry, SplittableRandom random)
      throws IOException {
    List<ByteRange> whole = journalRanges(image);
    assertEquals(1, whole.size());
    try (FileChannel file =
        FileChannel.open(image, StandardOpenOption.READ, StandardOpenOption.WRITE)) {
      long first = whole.getFirst().from() >>> geometry.blockShift();
      ScatteredJournal.scatter(file, geometry, first, random);
    }
    assertTrue(journalRanges(image).size() > 100);
    assertEquals(0, fsck("-n", image));
  }

  private static List<ByteRange> journalRanges(Path image) throws IOException {
    try (OfflineVolume offline = OfflineVolume.open(image, Access.READ)) {
      return offline.call(volume -> Promise.of(volume.journalRanges(0)));
    }
  }

  private static void put(FileChannel file, long offset, ByteBuffer content) {
    try {
      long at = offset;
      while (content.hasRemaining()) {
        at += file.write(content, at);
      }
    } catch (IOException failure) {
      throw new UncheckedIOException(failure);
    }
  }

  /**
   * Appends until the journal has wrapped twice. Returns the flushes that are active at the end.
   */
  private static Deque<Active> write(Path image, Geometry geometry, SplittableRandom random)
      throws IOException {
    int journal = (int) (JOURNAL_BYTES >>> geometry.blockShift());
    long end = IMAGE_BYTES >>> geometry.blockShift();
    Deque<Active> active = new ArrayDeque<>();
    try (OfflineVolume offline = OfflineVolume.open(image, Access.WRITE)) {
      OpenedJournal opened = offline.call(volume -> volume.openJournal(0, "test"));
      long written = 0;
      int used = 0;
      while (written < (long) LAPS * journal) {
        while (used > journal / 2 || (used > 0 && random.nextInt(6) == 0)) {
          used -= active.removeFirst().length();
        }
        long tail = active.isEmpty() ? -1 : active.getFirst().firstBlock();
        LogFlush flush = flush(geometry, random, end - journal / 4, journal / 4, tail);
        Appended done = offline.call(volume -> volume.append(0, opened.epoch(), flush));
        int length = (int) ((done.headBlock() - done.firstBlock() + journal) % journal) + 1;
        active.add(new Active(done.firstBlock(), length, flush));
        used += length;
        written += length;
      }
    }
    return active;
  }

  private static LogFlush flush(
      Geometry geometry, SplittableRandom random, long first, int blocks, long tail) {
    List<BlockImage> metadata = new ArrayList<>();
    List<BlockImage> data = new ArrayList<>();
    List<Long> revokes = new ArrayList<>();
    int share = 1 + random.nextInt(12);
    for (int i = 0; i < blocks; i++) {
      switch (random.nextInt(4 * share)) {
        case 0 -> metadata.add(image(geometry, random, first + i, true));
        case 1 -> data.add(image(geometry, random, first + i, random.nextBoolean()));
        case 2 -> revokes.add(first + i);
        default -> {}
      }
    }
    return new LogFlush(metadata, data, revokes, tail, StatfsCounts.ZERO, 2);
  }

  private static BlockImage image(
      Geometry geometry, SplittableRandom random, long block, boolean magic) {
    ByteBuffer content = ByteBuffer.allocate(geometry.blockSize());
    long number = random.nextLong();
    for (int at = 0; at < geometry.blockSize(); at += Long.BYTES) {
      content.putLong(at, number + at);
    }
    if (magic) {
      MetaHeader.write(content, MetaType.INDIRECT);
    }
    return new BlockImage(block, content);
  }

  /** Another way to the same answer: the flushes in their order, each block's last word. */
  private void expect(Deque<Active> active, Path before, Geometry geometry) throws IOException {
    int size = geometry.blockSize();
    try (FileChannel file = FileChannel.open(before, StandardOpenOption.READ)) {
      long blocks = IMAGE_BYTES / size;
      for (long block = blocks - JOURNAL_BYTES / size / 4; block < blocks; block++) {
        expected.put(block, block(file, block, size));
      }
      for (Active each : active) {
        for (BlockImage image : each.flush().metadata()) {
          expected.put(image.block(), image.content().duplicate().position(0));
        }
        for (BlockImage image : each.flush().journaledData()) {
          expected.put(image.block(), image.content().duplicate().position(0));
        }
        for (long revoked : each.flush().revokes()) {
          expected.put(revoked, block(file, revoked, size));
        }
      }
    }
  }

  private static ByteBuffer block(FileChannel file, long block, int size) throws IOException {
    ByteBuffer buffer = ByteBuffer.allocate(size);
    while (buffer.hasRemaining()) {
      if (file.read(buffer, block * size + buffer.position()) < 0) {
        throw new IOException("the image ends");
      }
    }
    return buffer.flip();
  }

  private static int fsck(String mode, Path image) throws IOException {
    Process process =
        new ProcessBuilder(FSCK.toString(), mode, image.toString())
            .redirectErrorStream(true)
            .redirectOutput(image.resolveSibling("fsck.log").toFile())
            .start();
    try {
      int exit = process.waitFor();
      if (exit > 1) {
        throw new IOException(Files.readString(image.resolveSibling("fsck.log")));
      }
      return exit;
    } catch (InterruptedException interrupted) {
      throw new IOException(interrupted);
    }
  }
}
