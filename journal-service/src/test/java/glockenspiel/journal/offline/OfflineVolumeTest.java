package glockenspiel.journal.offline;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import glockenspiel.journal.core.ReplayListener;
import glockenspiel.journal.device.FileBlockDevice.Access;
import glockenspiel.ondisk.MetaHeader;
import glockenspiel.ondisk.MetaType;
import glockenspiel.protocol.storage.BlockImage;
import glockenspiel.protocol.storage.JournalCheck;
import glockenspiel.protocol.storage.JournalState;
import glockenspiel.protocol.storage.LogFlush;
import glockenspiel.protocol.storage.OpenedJournal;
import glockenspiel.protocol.storage.ReplayResult;
import glockenspiel.protocol.storage.StatfsCounts;
import glockenspiel.protocol.storage.StorageException;
import glockenspiel.runtime.task.Promise;
import java.io.IOException;
import java.io.InputStream;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.tukaani.xz.XZInputStream;

/** Image files, opened by a command; and what gfs2-utils makes of journals that we wrote. */
class OfflineVolumeTest {
  private static final Path FSCK = Path.of("/usr/sbin/fsck.gfs2");
  private static final int BLOCK_SIZE = 4096;

  @TempDir private Path folder;

  private Path image(String name) throws IOException {
    Path image = folder.resolve("image");
    String resource = "/images/" + name + "/before.img.xz";
    try (InputStream packed =
        new XZInputStream(
            Objects.requireNonNull(OfflineVolumeTest.class.getResourceAsStream(resource)))) {
      Files.copy(packed, image);
    }
    return image;
  }

  @Test
  void checkChangesNothingAndReplayCleans() throws IOException {
    Path image = image("27-jid1-nolock-4k");
    try (OfflineVolume offline = OfflineVolume.open(image, Access.READ)) {
      JournalCheck check = offline.call(volume -> volume.check(1));
      assertEquals(JournalState.DIRTY, check.state());
      assertEquals(59, offline.call(volume -> volume.rehearse(1)).blocksReplayed());
      List<String> lines = new ArrayList<>();
      offline.call(volume -> volume.dump(1, false, lines::add));
      assertEquals("head: position 0x5f5 sequence 0x803 tail 0x592 DIRTY", lines.getFirst());
      assertTrue(lines.get(1).contains("(j+ 592): Log descriptor, type 300 (Metadata)"));
      assertTrue(lines.getLast().contains("(j+ 5f5): Log header: Seq: 0x803"));
      assertThrows(
          StorageException.class,
          () -> offline.call(volume -> volume.replay(1, true, ReplayListener.NONE)));
    }
    try (OfflineVolume offline = OfflineVolume.open(image, Access.WRITE)) {
      assertThrows(IOException.class, () -> OfflineVolume.open(image, Access.READ));
      ReplayResult result = offline.call(volume -> volume.replay(1, true, ReplayListener.NONE));
      assertEquals(55, result.blocksWritten());
    }
    try (OfflineVolume offline = OfflineVolume.open(image, Access.READ)) {
      assertEquals(JournalState.CLEAN, offline.call(volume -> volume.check(1)).state());
    }
    if (Files.isExecutable(FSCK)) {
      assertEquals(0, fsck("-n", image), "fsck.gfs2 has nothing to say (rule 10)");
    }
  }

  @Test
  void noGfs2ImageIsSaidInOneLine() throws IOException {
    Path image = folder.resolve("image");
    Files.write(image, new byte[1 << 20]);
    StorageException refused =
        assertThrows(StorageException.class, () -> OfflineVolume.open(image, Access.READ));
    assertTrue(String.valueOf(refused.getMessage()).contains("mh_magic"));
    Files.write(image, new byte[10]);
    assertThrows(StorageException.class, () -> OfflineVolume.open(image, Access.READ));
  }

  @Test
  void aTruncatedImageIsRefused() throws IOException {
    Path image = image("17-clean-umount-4k");
    try (FileChannel channel = FileChannel.open(image, StandardOpenOption.WRITE)) {
      channel.truncate(channel.size() - (1 << 20));
    }
    assertThrows(StorageException.class, () -> OfflineVolume.open(image, Access.READ));
  }

  /**
   * The last blocks of the volume are free: what a replay puts there stays there after fsck.gfs2.
   */
  @Test
  void fsckReplaysAJournalThatWeWroteAsWeDo() throws IOException {
    assumeTrue(Files.isExecutable(FSCK), "gfs2-utils are not installed");
    Path image = image("17-clean-umount-4k");
    Path ours = folder.resolve("ours");
    List<BlockImage> images = new ArrayList<>();
    try (OfflineVolume offline = OfflineVolume.open(image, Access.WRITE)) {
      long blocks = offline.call(volume -> Promise.of(volume.info())).blocks();
      OpenedJournal journal = offline.call(volume -> volume.openJournal(0, "test"));
      long tail = -1;
      for (int flush = 0; flush < 5; flush++) {
        List<BlockImage> metadata = new ArrayList<>();
        List<BlockImage> data = new ArrayList<>();
        List<Long> revokes = new ArrayList<>();
        for (int i = 0; i < 440; i++) {
          long block = blocks - 700 + i;
          ByteBuffer content = content(block * 10 + flush, i % 3 != 0);
          if (i % 5 == flush) {
            revokes.add(block);
          } else {
            (i % 2 == 0 && i % 3 != 0 ? metadata : data).add(new BlockImage(block, content));
          }
        }
        images.addAll(data);
        long from = tail;
        LogFlush content = new LogFlush(metadata, data, revokes, from, StatfsCounts.ZERO, 2);
        long first =
            offline.call(volume -> volume.append(0, journal.epoch(), content)).firstBlock();
        tail = flush == 0 ? first : tail;
      }
    }
    Files.copy(image, ours);
    try (OfflineVolume offline = OfflineVolume.open(ours, Access.WRITE)) {
      assertTrue(offline.call(volume -> volume.replay(0, true, ReplayListener.NONE)).replayed());
    }
    assertEquals(1, fsck("-y", image), "fsck.gfs2 replayed it and mended nothing else");
    assertFalse(images.isEmpty());
    try (FileChannel theirs = FileChannel.open(image, StandardOpenOption.READ);
        FileChannel replayed = FileChannel.open(ours, StandardOpenOption.READ)) {
      long blocks = theirs.size() / BLOCK_SIZE;
      for (long block = blocks - 700; block < blocks; block++) {
        assertEquals(block(theirs, block), block(replayed, block), "block " + block);
      }
    }
    assertEquals(0, fsck("-n", ours));
  }

  @Test
  void aDumpReadsLikeGfs2Edit() throws IOException {
    assumeTrue(Gfs2Edit.isInstalled(), "gfs2-utils are not installed");
    Path image = image("06-revoke-many-512");
    assertTrue(Gfs2Edit.assertShowsWhatWeShow(image, 0) > 10_000);
  }

  private static ByteBuffer block(FileChannel channel, long block) throws IOException {
    ByteBuffer buffer = ByteBuffer.allocate(BLOCK_SIZE);
    while (buffer.hasRemaining()) {
      if (channel.read(buffer, block * BLOCK_SIZE + buffer.position()) < 0) {
        throw new IOException("the image ends");
      }
    }
    return buffer.flip();
  }

  private static ByteBuffer content(long number, boolean magic) {
    ByteBuffer buffer = ByteBuffer.allocate(BLOCK_SIZE);
    for (int at = 0; at < BLOCK_SIZE; at += 8) {
      buffer.putLong(at, number + at);
    }
    if (magic) {
      MetaHeader.write(buffer, MetaType.INDIRECT);
    }
    return buffer;
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
