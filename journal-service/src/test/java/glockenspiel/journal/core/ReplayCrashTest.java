package glockenspiel.journal.core;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

import glockenspiel.journal.device.MemoryDisk;
import glockenspiel.journal.device.MemoryEpochStore;
import glockenspiel.ondisk.inode.Dinode;
import glockenspiel.ondisk.inode.StatfsChange;
import glockenspiel.ondisk.log.SealedHeader;
import glockenspiel.protocol.storage.Appended;
import glockenspiel.protocol.storage.BlockImage;
import glockenspiel.protocol.storage.LogFlush;
import glockenspiel.protocol.storage.OpenedJournal;
import glockenspiel.protocol.storage.StatfsCounts;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

/** A replay that dies at any operation, once or twice, and is run again, gives the same bytes. */
class ReplayCrashTest {
  private static final long NOT_IN_PLACE = 3;

  private final TinyImage image = TinyImage.of(1024, 2, 64);

  @Test
  void interruptedReplaysEndWithTheSameBytes() {
    assertSameHoweverInterrupted(crashedImage());
  }

  /**
   * The header that is written for the first seal must not bring the flush behind it to light: the
   * replay that died would have folded one statfs change, and the next would fold the other. Found
   * by CrashTest.
   */
  @Test
  void aSecondSealedFlushIsLeftOutByEveryReplay() {
    assertSameHoweverInterrupted(twoSeals());
  }

  /** The device had taken the second flush, but not the header of the first that came with it. */
  private byte[] twoSeals() {
    try (TestVolume test = TestVolume.of(image.disk, 9)) {
      OpenedJournal journal = test.call(volume -> volume.openJournal(0, "node"));
      long from = test.volume().journalRanges(0).getFirst().from();
      long sealAt = 0;
      byte[] seal = {};
      for (int i = 0; i < 2; i++) {
        List<BlockImage> metadata = List.of(new BlockImage(image.firstData + i, image.metadata(i)));
        StatfsCounts local = new StatfsCounts(0, -5 - i, 2 + i);
        LogFlush flush = new LogFlush(metadata, List.of(), List.of(), -1, local, 2);
        Appended appended = append(test, journal, flush);
        if (i == 0) {
          sealAt = from + appended.headBlock() * image.geometry.blockSize();
          seal = image.disk.bytes(sealAt, image.geometry.blockSize());
          assertNotNull(SealedHeader.readIfSealed(ByteBuffer.wrap(seal), appended.headBlock()));
        }
      }
      test.stop();
      image.disk.overwrite(sealAt, seal);
      return bytes(image.disk);
    }
  }

  private static void assertSameHoweverInterrupted(byte[] crashed) {
    byte[] expected;
    int operations;
    try (TestVolume whole = TestVolume.of(MemoryDisk.of(crashed), 1)) {
      whole.operations.setLength(0);
      assertTrue(whole.call(volume -> volume.replay(0, true, ReplayListener.NONE)).replayed());
      operations = (int) whole.operations.chars().filter(each -> each != 'r').count();
      expected = bytes(whole.disk);
    }
    assertTrue(operations >= 6, "fence is saved before; intent, statfs, sync, header, sync remain");
    for (int first = 0; first < operations; first++) {
      for (int second = 0; second <= operations; second++) {
        assertArrayEquals(
            expected, replayed(crashed, first, second), "died after " + first + ", " + second);
      }
    }
  }

  private static byte[] replayed(byte[] crashed, int first, int second) {
    TestVolume test =
        new TestVolume(MemoryDisk.of(crashed), new MemoryEpochStore(), first * 1000L + second);
    try (test) {
      for (int left : new int[] {first, second}) {
        test.open();
        test.operationsLeft = left;
        var _ = test.begin(volume -> volume.replay(0, true, ReplayListener.NONE)).isDone();
        test.crash(first * 31L + second);
      }
      test.open();
      test.call(volume -> volume.replay(0, true, ReplayListener.NONE));
      return bytes(test.disk);
    }
  }

  /**
   * Two journals at once, by two peers; whoever is left when they die begins with the other one.
   * Whether the fold was begun by the one or by the other makes no difference.
   */
  @Test
  void interruptedReplaysOfTwoJournalsEndWithTheSameBytes() {
    MemoryEpochStore store = new MemoryEpochStore();
    byte[] crashed = twoCrashedNodes(store);
    byte[] expected;
    int operations;
    try (TestVolume whole = new TestVolume(MemoryDisk.of(crashed), store.copy(), 1)) {
      whole.open();
      whole.operations.setLength(0);
      replayBoth(whole, 0);
      operations = (int) whole.operations.chars().filter(each -> each != 'r').count();
      expected = bytes(whole.disk);
    }
    assertTrue(operations >= 14, operations + " operations");
    assertEquals(
        TinyImage.MASTER.plus(new StatfsChange(0, -7, 4)), counts(expected, image.masterStatfs));
    for (int first = 0; first < operations; first++) {
      for (int second = 0; second <= operations; second += 2 + first % 3) {
        TestVolume test =
            new TestVolume(MemoryDisk.of(crashed), store.copy(), first * 1000L + second);
        try (test) {
          dieInReplays(test, 0, first);
          dieInReplays(test, 1, second);
          test.open();
          replayBoth(test, first % 2);
          assertArrayEquals(expected, bytes(test.disk), "died after " + first + ", " + second);
        }
      }
    }
  }

  private static void dieInReplays(TestVolume test, int from, int left) {
    test.open();
    test.operationsLeft = left;
    for (int jid : new int[] {from, 1 - from}) {
      test.owner()
          .execute(
              () -> {
                var _ = test.volume().replay(jid, true, ReplayListener.NONE);
              });
    }
    test.scheduler.run();
    test.crash(left * 37L + from);
  }

  private static void replayBoth(TestVolume test, int from) {
    for (int jid : new int[] {from, 1 - from}) {
      test.call(volume -> volume.replay(jid, true, ReplayListener.NONE));
    }
  }

  private byte[] twoCrashedNodes(MemoryEpochStore store) {
    try (TestVolume test = new TestVolume(image.disk, store, 9)) {
      test.open();
      for (int jid : new int[] {0, 1}) {
        OpenedJournal journal = test.call(volume -> volume.openJournal(jid, "node-" + jid));
        long block = image.firstData + 10L * jid;
        List<BlockImage> metadata = List.of(new BlockImage(block, image.metadata(jid)));
        List<BlockImage> data = List.of(new BlockImage(block + 1, image.data(4)));
        StatfsCounts local = new StatfsCounts(0, -3 - jid, 2);
        append(test, journal, new LogFlush(metadata, data, List.of(), -1, local, 2));
      }
      test.stop();
      return bytes(image.disk);
    }
  }

  private StatfsChange counts(byte[] disk, long block) {
    int size = image.geometry.blockSize();
    ByteBuffer content = ByteBuffer.wrap(disk, (int) block * size, size).slice();
    return StatfsChange.read(Dinode.of(content, block, image.geometry));
  }

  private static byte[] bytes(MemoryDisk disk) {
    return disk.bytes(0, (int) disk.size());
  }

  /** Two flushes with everything in them: metadata, escaped data, revokes, both statfs files. */
  private byte[] crashedImage() {
    try (TestVolume test = TestVolume.of(image.disk, 9)) {
      OpenedJournal journal = test.call(volume -> volume.openJournal(0, "node"));
      List<BlockImage> metadata = new ArrayList<>();
      List<BlockImage> data = new ArrayList<>();
      for (int i = 0; i < 6; i++) {
        long block = image.firstData + i;
        (i < 3 ? metadata : data)
            .add(new BlockImage(block, i < 3 ? image.metadata(i) : image.data(i)));
      }
      Appended first =
          append(
              test,
              journal,
              new LogFlush(metadata, data, List.of(), -1, new StatfsCounts(0, -5, 2), 2));
      List<BlockImage> statfs =
          List.of(
              counts(image.masterStatfs, TinyImage.MASTER.plus(new StatfsChange(0, 40, 1))),
              counts(image.localStatfs.getFirst(), new StatfsChange(0, -9, 4)));
      List<Long> revokes = List.of(image.firstData, image.firstData + NOT_IN_PLACE);
      Appended second =
          append(
              test,
              journal,
              new LogFlush(
                  statfs, List.of(), revokes, first.firstBlock(), new StatfsCounts(0, -9, 4), 2));
      assertFalse(second.headBlock() == first.headBlock());
      test.stop();
      return bytes(image.disk);
    }
  }

  private BlockImage counts(long block, StatfsChange counts) {
    ByteBuffer content = image.read(block);
    counts.write(Dinode.of(content, block, image.geometry));
    return new BlockImage(block, content);
  }

  private static Appended append(TestVolume test, OpenedJournal journal, LogFlush flush) {
    return test.call(volume -> volume.append(journal.jid(), journal.epoch(), flush));
  }
}
