package glockenspiel.journal.core;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import glockenspiel.journal.device.MemoryEpochStore;
import glockenspiel.ondisk.inode.IndirectBlock;
import glockenspiel.ondisk.log.LogHeader;
import glockenspiel.protocol.storage.Appended;
import glockenspiel.protocol.storage.BlockImage;
import glockenspiel.protocol.storage.LogFlush;
import glockenspiel.protocol.storage.OpenedJournal;
import glockenspiel.protocol.storage.ReplayResult;
import glockenspiel.protocol.storage.StatfsCounts;
import glockenspiel.protocol.storage.StorageException;
import glockenspiel.protocol.storage.StorageException.Reason;
import java.nio.ByteBuffer;
import java.util.List;
import org.junit.jupiter.api.Test;

/**
 * Images as they come: of old kernels, of another volume, with other block sizes and more journals.
 */
class OpenVolumeTest {
  private static Appended append(TestVolume test, OpenedJournal journal, LogFlush flush) {
    return test.call(volume -> volume.append(journal.jid(), journal.epoch(), flush));
  }

  @Test
  void journalsOfOldKernelsAreReplayed() {
    TinyImage image = TinyImage.of(512, 1, 64);
    try (TestVolume test = TestVolume.of(image.disk, 1)) {
      OpenedJournal journal = test.call(volume -> volume.openJournal(0, "node"));
      long block = image.firstData;
      List<BlockImage> images = List.of(new BlockImage(block, image.metadata(1)));
      LogFlush flush = new LogFlush(images, List.of(), List.of(), -1, StatfsCounts.ZERO, 2);
      Appended appended = append(test, journal, flush);
      long header = test.volume().journalRanges(0).getFirst().from() / 512 + appended.headBlock();
      image.patch(header, buffer -> LogHeader.read(buffer).writeV1(buffer));
      test.crash(1);
      test.open();
      ReplayResult result = test.call(volume -> volume.replay(0, true, ReplayListener.NONE));
      assertTrue(result.replayed());
      assertEquals(image.metadata(1), image.read(block));
    }
  }

  @Test
  void aStateOfAnotherVolumeIsRefused() {
    TinyImage image = TinyImage.of(512, 1, 64);
    TinyImage other = TinyImage.of(512, 2, 64);
    try (TestVolume test = TestVolume.of(image.disk, 1)) {
      test.call(volume -> volume.openJournal(0, "node"));
      try (TestVolume mixed = new TestVolume(other.disk, test.store, 1)) {
        StorageException refused = assertThrows(StorageException.class, mixed::open);
        assertEquals(Reason.INVALID_ARGUMENT, refused.reason());
      }
    }
  }

  @Test
  void openingChangesNothing() {
    TinyImage image = TinyImage.of(4096, 3, 64);
    try (TestVolume test = TestVolume.of(image.disk, 1)) {
      assertEquals(3, test.volume().info().journals());
      assertEquals("test:tiny", test.volume().info().name());
      assertFalse(test.operations.toString().matches(".*[wse].*"));
      assertTrue(test.store.saved().isFresh());
    }
  }

  /** A replay's plan has no room for larger numbers. */
  @Test
  void aVolumeOfTooManyBlocksIsRefused() {
    TinyImage image = TinyImage.of(1024, 1, 64);
    long blocksMax = (1L << ReplayPlan.BLOCK_BITS) - 1;
    try (TestVolume test = new TestVolume(image.disk, new MemoryEpochStore(), 1)) {
      test.sizeMin = blocksMax << 10;
      test.open();
      test.sizeMin = (blocksMax + 1) << 10;
      StorageException refused = assertThrows(StorageException.class, test::open);
      assertEquals(Reason.JOURNAL_CORRUPT, refused.reason());
    }
  }

  /** Else what one node appends would lie over what another one has. Found by glock fuzz. */
  @Test
  void journalsThatShareABlockAreRefused() {
    TinyImage image = sharing(0);
    StorageException refused =
        assertThrows(StorageException.class, () -> TestVolume.of(image.disk, 1));
    assertEquals(Reason.JOURNAL_CORRUPT, refused.reason());
    assertTrue(String.valueOf(refused.getMessage()).contains("mapped block"), refused::toString);
  }

  @Test
  void aJournalThatHasABlockTwiceIsReadAndNotOpened() {
    try (TestVolume test = TestVolume.of(sharing(1).disk, 1)) {
      assertEquals(64, test.call(volume -> volume.check(1)).blocks());
      StorageException refused =
          assertThrows(
              StorageException.class, () -> test.call(volume -> volume.openJournal(1, "node")));
      assertEquals(Reason.JOURNAL_CORRUPT, refused.reason());
      assertTrue(test.call(volume -> volume.openJournal(0, "node")).epoch() > 0);
    }
  }

  /** An image whose journal 1 has a block of this journal at position 7. */
  private static TinyImage sharing(int jid) {
    TinyImage image = TinyImage.of(1024, 2, 64);
    long taken;
    long pointers;
    try (TestVolume test = TestVolume.of(image.disk, 1)) {
      taken = test.volume().journalRanges(jid).getFirst().from() / 1024;
      // Journal 1 lies in reverse order; the block before all of it holds its pointers.
      pointers = test.volume().journalRanges(1).getLast().from() / 1024 - 1;
    }
    image.patch(
        pointers,
        buffer -> IndirectBlock.of(buffer, pointers, image.geometry).setPointer(7, taken));
    return image;
  }

  @Test
  void blocksComeInTheOrderAskedFor() {
    TinyImage image = TinyImage.of(1024, 1, 64);
    for (int i = 0; i < 5; i++) {
      long content = i;
      image.patch(image.firstData + i, block -> block.put(0, image.metadata(content), 0, 1024));
    }
    try (TestVolume test = TestVolume.of(image.disk, 1)) {
      long first = image.firstData;
      List<ByteBuffer> read =
          test.call(volume -> volume.read(List.of(first + 3, first, first + 1, first + 2, first)));
      assertEquals(
          List.of(
              image.metadata(3),
              image.metadata(0),
              image.metadata(1),
              image.metadata(2),
              image.metadata(0)),
          read);
      StorageException outside =
          assertThrows(
              StorageException.class,
              () -> test.call(volume -> volume.read(List.of(0L, test.volume().info().blocks()))));
      assertEquals(Reason.BAD_BLOCK_RANGE, outside.reason());
    }
  }
}
