package glockenspiel.journal.core;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import glockenspiel.journal.core.ReplayListener.Phase;
import glockenspiel.journal.device.ByteRange;
import glockenspiel.journal.device.FaultPlan.Fault;
import glockenspiel.journal.device.FaultPlan.Operation;
import glockenspiel.journal.device.MemoryDisk;
import glockenspiel.journal.device.MemoryEpochStore;
import glockenspiel.protocol.storage.BlockImage;
import glockenspiel.protocol.storage.LogFlush;
import glockenspiel.protocol.storage.OpenedJournal;
import glockenspiel.protocol.storage.ReplayResult;
import glockenspiel.protocol.storage.StatfsCounts;
import glockenspiel.runtime.task.Promise;
import java.util.ArrayList;
import java.util.EnumSet;
import java.util.List;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Journals of one volume are replayed at the same time, and share the memory for it. */
class ReplaysAtOnceTest {
  private static final int JOURNALS = 3;
  private static final int COPIES = 30;

  private final TinyImage image = TinyImage.of(1024, JOURNALS, 64);
  private final MemoryEpochStore store = new MemoryEpochStore();
  private final byte[] crashed = crashed();

  private byte[] crashed() {
    try (TestVolume test = new TestVolume(image.disk, store, 9)) {
      test.open();
      for (int jid = 0; jid < JOURNALS; jid++) {
        int number = jid;
        OpenedJournal journal = test.call(volume -> volume.openJournal(number, "node-" + number));
        List<BlockImage> metadata = new ArrayList<>();
        List<BlockImage> data = new ArrayList<>();
        for (int i = 0; i < COPIES; i++) {
          // Downwards in the log, so that the writes must be sorted; every third is escaped.
          long block = image.firstData + 100L * jid + 2L * (COPIES - i);
          if (i % 3 == 0) {
            data.add(new BlockImage(block, image.metadata(i)));
          } else {
            metadata.add(new BlockImage(block, image.metadata(jid * 1000L + i)));
          }
        }
        LogFlush flush = new LogFlush(metadata, data, List.of(), -1, StatfsCounts.ZERO, 2);
        test.call(volume -> volume.append(number, journal.epoch(), flush));
      }
      test.stop();
      return bytes(image.disk);
    }
  }

  private static byte[] bytes(MemoryDisk disk) {
    return disk.bytes(0, (int) disk.size());
  }

  private TestVolume open(long seed) {
    TestVolume test = new TestVolume(MemoryDisk.of(crashed), store.copy(), seed);
    test.open();
    return test;
  }

  private byte[] oneAfterAnother() {
    try (TestVolume test = open(1)) {
      for (int jid = 0; jid < JOURNALS; jid++) {
        int number = jid;
        test.call(volume -> volume.replay(number, true, ReplayListener.NONE));
      }
      return bytes(test.disk);
    }
  }

  @ParameterizedTest
  @ValueSource(longs = {2, 3, 4, 5, 6, 7, 8})
  void allWriteAtOnceAndEachIsExact(long seed) {
    byte[] expected = oneAfterAnother();
    try (TestVolume test = open(seed)) {
      // Of each one the first write in place is not answered; no two are of the same replay.
      ByteRange data =
          new ByteRange(image.firstData << 10, (image.firstData + TinyImage.DATA_BLOCKS) << 10);
      var _ = test.faults.add(Operation.WRITE, Fault.ANSWER_LATE, List.of(data), JOURNALS);
      List<Set<Phase>> phases = new ArrayList<>();
      List<Promise<ReplayResult>> ends = new ArrayList<>();
      test.owner()
          .execute(
              () -> {
                for (int jid = 0; jid < JOURNALS; jid++) {
                  Set<Phase> seen = EnumSet.noneOf(Phase.class);
                  phases.add(seen);
                  ends.add(
                      test.volume().replay(jid, true, (phase, done, total) -> seen.add(phase)));
                }
              });
      test.scheduler.run();
      for (int jid = 0; jid < JOURNALS; jid++) {
        assertTrue(phases.get(jid).contains(Phase.WRITING), "journal " + jid + " " + phases);
        assertFalse(ends.get(jid).isDone());
      }
      assertTrue(test.memory.taken() > 0);
      test.faults.release();
      test.scheduler.run();
      for (Promise<ReplayResult> end : ends) {
        assertEquals(COPIES, end.get().blocksWritten());
      }
      assertEquals(0, test.memory.taken());
      assertArrayEquals(expected, bytes(test.disk));
    }
  }

  @Test
  void oneThatFailsGivesItsMemoryBack() {
    try (TestVolume test = open(2)) {
      var _ = test.faults.add(Operation.WRITE, Fault.FAIL, List.of(), 1);
      Promise<ReplayResult> failed =
          test.begin(volume -> volume.replay(0, true, ReplayListener.NONE));
      assertTrue(failed.isFailed());
      assertEquals(0, test.memory.taken());
      test.call(volume -> volume.replay(0, true, ReplayListener.NONE));
      assertEquals(0, test.memory.taken());
    }
  }
}
