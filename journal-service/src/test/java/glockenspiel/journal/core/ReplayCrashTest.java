package glockenspiel.journal.core;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import glockenspiel.journal.device.MemoryDisk;
import glockenspiel.journal.device.MemoryEpochStore;
import glockenspiel.ondisk.inode.Dinode;
import glockenspiel.ondisk.inode.StatfsChange;
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
    byte[] crashed = crashedImage();
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
