package glockenspiel.journal.core;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import glockenspiel.journal.device.FaultPlan.Fault;
import glockenspiel.journal.device.FaultPlan.Operation;
import glockenspiel.journal.device.VolumeState.Standing;
import glockenspiel.protocol.storage.Appended;
import glockenspiel.protocol.storage.BlockImage;
import glockenspiel.protocol.storage.JournalCheck;
import glockenspiel.protocol.storage.JournalState;
import glockenspiel.protocol.storage.LogFlush;
import glockenspiel.protocol.storage.OpenedJournal;
import glockenspiel.protocol.storage.ReplayResult;
import glockenspiel.protocol.storage.StatfsCounts;
import glockenspiel.protocol.storage.StorageException;
import glockenspiel.protocol.storage.StorageException.Reason;
import glockenspiel.runtime.task.Promise;
import java.util.ArrayList;
import java.util.List;
import java.util.SplittableRandom;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Rule 3, and what fences meet on their way. */
class FencingTest {
  private TinyImage image = TinyImage.of(1024, 2, 64);
  private TestVolume test = TestVolume.of(image.disk, 11);

  @AfterEach
  void close() {
    test.close();
  }

  private OpenedJournal open(int jid) {
    return test.call(volume -> volume.openJournal(jid, "node-" + jid));
  }

  private LogFlush flush(long... blocks) {
    List<BlockImage> images = new ArrayList<>();
    for (long block : blocks) {
      images.add(new BlockImage(block, image.metadata(block)));
    }
    return new LogFlush(images, List.of(), List.of(), -1, StatfsCounts.ZERO, 2);
  }

  private Promise<Appended> append(OpenedJournal journal, LogFlush flush) {
    return test.begin(volume -> volume.append(journal.jid(), journal.epoch(), flush));
  }

  private Promise<@Nullable Void> write(OpenedJournal journal, long block) {
    List<BlockImage> images = List.of(new BlockImage(block, image.metadata(block)));
    return test.begin(volume -> volume.write(journal.jid(), journal.epoch(), images));
  }

  private static Reason reason(Promise<?> failed) {
    return assertThrows(StorageException.class, failed::get).reason();
  }

  private JournalCheck check(int jid) {
    return test.call(volume -> volume.check(jid));
  }

  @Test
  void aFenceRefusesAtOnceAndWaitsForWhatIsInFlight() {
    OpenedJournal journal = open(0);
    test.faults.add(Operation.WRITE, Fault.STALL, List.of(), 1);
    Promise<@Nullable Void> before = write(journal, image.firstData);
    Promise<Boolean> fence = test.begin(volume -> volume.fence(0, journal.epoch()));
    assertFalse(fence.isDone());
    assertEquals(Reason.STALE_EPOCH, reason(write(journal, image.firstData + 1)));
    assertEquals(Reason.STALE_EPOCH, reason(append(journal, flush(image.firstData + 1))));
    assertEquals(Standing.OPEN, test.store.saved().journal(0).standing());
    test.owner().execute(test.faults::release);
    test.scheduler.run();
    before.get();
    fence.get();
    assertEquals(Standing.FENCED, test.store.saved().journal(0).standing());
  }

  @Test
  void aHeaderDoesNotFollowItsSealAfterAFence() {
    OpenedJournal journal = open(0);
    append(journal, flush(image.firstData)).get();
    JournalCheck before = check(0);
    test.faults.add(Operation.SYNC, Fault.STALL, List.of(), 1);
    Promise<Appended> sealed = append(journal, flush(image.firstData + 1));
    assertFalse(sealed.isDone());
    // All of it is written and not synced: nothing is in flight, and the fence need not wait.
    test.begin(volume -> volume.fence(0, journal.epoch())).get();
    test.operations.setLength(0);
    test.owner().execute(test.faults::release);
    test.scheduler.run();
    // It lets the flush before go, so that its answer waits for a header that may not come.
    assertEquals(Reason.IO_ERROR, reason(sealed));
    assertFalse(test.operations.toString().contains("w"));
    JournalCheck after = check(0);
    assertEquals(before.headBlock() + 3, after.headBlock());
    assertEquals(JournalState.DIRTY, after.state());
    assertEquals(1, replay(journal.epoch()).get().blocksReplayed());
  }

  @Test
  void aLookThatBeganBeforeAReplayDoesNotHideItsEnd() {
    OpenedJournal journal = open(0);
    append(journal, flush(image.firstData)).get();
    test.begin(volume -> volume.fence(0, journal.epoch())).get();
    test.faults.add(Operation.READ, Fault.ANSWER_LATE, List.of(), 1);
    Promise<JournalCheck> slow = test.begin(volume -> volume.check(0));
    assertFalse(slow.isDone());
    ReplayResult replayed = replay(journal.epoch()).get();
    assertTrue(replayed.replayed());
    test.owner().execute(test.faults::release);
    test.scheduler.run();
    assertEquals(JournalState.CLEAN, slow.get().state());
    assertEquals(JournalState.CLEAN, check(0).state());
    test.begin(volume -> volume.awaitClean(0)).get();
  }

  @Test
  void aFencedEpochStaysFencedAfterACrash() {
    OpenedJournal journal = open(0);
    test.begin(volume -> volume.fence(0, journal.epoch())).get();
    test.crash(1);
    test.open();
    assertEquals(Reason.STALE_EPOCH, reason(write(journal, image.firstData)));
    OpenedJournal next = open(0);
    assertTrue(next.epoch() > journal.epoch());
    assertEquals(Reason.STALE_EPOCH, reason(write(journal, image.firstData)));
    write(next, image.firstData).get();
    // Fencing the old one again does nothing to the new one.
    test.begin(volume -> volume.fence(0, journal.epoch())).get();
    write(next, image.firstData).get();
  }

  @Test
  void anEpochIsSavedBeforeAnybodyKnowsIt() {
    test.operationsLeft = 0;
    Promise<OpenedJournal> lost = test.begin(volume -> volume.openJournal(0, "unlucky"));
    assertFalse(lost.isDone());
    test.crash(1);
    test.open();
    OpenedJournal journal = open(0);
    assertEquals(Standing.OPEN, test.store.saved().journal(0).standing());
    assertEquals(journal.epoch(), test.store.saved().journal(0).epoch());
  }

  @Test
  void aReplayFencesAnEpochThatIsOpen() {
    OpenedJournal journal = open(0);
    append(journal, flush(image.firstData)).get();
    ReplayResult result = test.call(volume -> volume.replay(0, true, ReplayListener.NONE));
    assertTrue(result.wasOpen());
    assertTrue(result.replayed());
    assertEquals(1, result.blocksWritten());
    assertEquals(image.metadata(image.firstData), image.read(image.firstData));
    assertEquals(Reason.STALE_EPOCH, reason(append(journal, flush(image.firstData))));
    assertEquals(
        Reason.STALE_EPOCH, reason(test.begin(volume -> volume.closeJournal(0, journal.epoch()))));
    assertEquals(JournalState.CLEAN, check(0).state());
  }

  private Promise<ReplayResult> replay(long expectedEpoch) {
    return test.begin(volume -> volume.replay(0, expectedEpoch, false, ReplayListener.NONE));
  }

  @Test
  void aReplayThatIsTooLateLeavesTheNextOwnerAlone() {
    OpenedJournal dead = open(0);
    append(dead, flush(image.firstData)).get();
    assertTrue(replay(dead.epoch()).get().replayed());
    OpenedJournal next = open(0);
    int writes = writes();
    assertEquals(Reason.STALE_EPOCH, reason(replay(dead.epoch())));
    assertEquals(Reason.STALE_EPOCH, reason(replay(next.epoch() + 1)));
    assertEquals(Reason.STALE_EPOCH, reason(replay(0)));
    assertEquals(writes, writes(), "nothing is written");
    append(next, flush(image.firstData + 1)).get();
    assertTrue(check(0).open());
    assertTrue(replay(next.epoch()).get().wasOpen());
  }

  @Test
  void aReplayBehindAnOpenThatIsUnderWayIsTooLate() {
    OpenedJournal dead = open(0);
    append(dead, flush(image.firstData)).get();
    replay(dead.epoch()).get();
    test.faults.add(Operation.READ, Fault.STALL, List.of(), 1);
    Promise<OpenedJournal> opening = test.begin(volume -> volume.openJournal(0, "next"));
    Promise<ReplayResult> late = replay(dead.epoch());
    test.owner().execute(test.faults::release);
    test.scheduler.run();
    assertEquals(Reason.STALE_EPOCH, reason(late));
    assertEquals(opening.get().epoch(), check(0).epoch());
    assertTrue(check(0).open());
  }

  @Test
  void aJournalIsClosedOnlyWhenItNeedsNothing() {
    assertTrue(check(0).closed());
    OpenedJournal journal = open(0);
    assertEquals(JournalState.CLEAN, check(0).state());
    assertFalse(check(0).closed(), "its owner may append the next moment");
    test.call(volume -> volume.fence(0, journal.epoch()));
    assertFalse(check(0).open());
    assertFalse(check(0).closed(), "whoever waits for its end still waits");
    assertFalse(replay(journal.epoch()).get().replayed());
    assertTrue(check(0).closed());
  }

  @Test
  void aReplayOfAJournalThatWasNeverOpenedExpectsZero() {
    assertFalse(replay(0).get().replayed());
    open(0);
    assertEquals(Reason.STALE_EPOCH, reason(replay(0)));
  }

  @Test
  void aFenceDuringACloseLeavesTheJournalToTheReplay() {
    OpenedJournal journal = open(0);
    append(journal, flush(image.firstData)).get();
    test.faults.add(Operation.WRITE, Fault.STALL, List.of(), 1);
    Promise<@Nullable Void> closing = test.begin(volume -> volume.closeJournal(0, journal.epoch()));
    Promise<Boolean> fence = test.begin(volume -> volume.fence(0, journal.epoch()));
    assertFalse(fence.isDone());
    test.owner().execute(test.faults::release);
    test.scheduler.run();
    fence.get();
    assertEquals(Reason.STALE_EPOCH, reason(closing));
    Promise<@Nullable Void> clean = test.begin(volume -> volume.awaitClean(0));
    assertFalse(clean.isDone());
    test.call(volume -> volume.replay(0, true, ReplayListener.NONE));
    clean.get();
  }

  @Test
  void onlyOneReplayOfAJournalAtATime() {
    OpenedJournal journal = open(0);
    append(journal, flush(image.firstData)).get();
    test.faults.add(Operation.READ, Fault.STALL, List.of(), 1);
    Promise<ReplayResult> first = test.begin(volume -> volume.replay(0, true, ReplayListener.NONE));
    assertFalse(first.isDone());
    assertEquals(
        Reason.JOURNAL_BUSY,
        reason(test.begin(volume -> volume.replay(0, true, ReplayListener.NONE))));
    test.owner().execute(test.faults::release);
    test.scheduler.run();
    assertTrue(first.get().replayed());
  }

  @Test
  void aReplayThatCannotReadIsAskedAgain() {
    OpenedJournal journal = open(0);
    append(journal, flush(image.firstData)).get();
    test.call(volume -> volume.fence(0, journal.epoch()));
    test.faults.failReads(test.volume().journalRanges(0), 1);
    assertEquals(
        Reason.IO_ERROR, reason(test.begin(volume -> volume.replay(0, true, ReplayListener.NONE))));
    assertEquals(FencingState.FENCED, test.volume().journals().getFirst().fencing());
    assertTrue(test.call(volume -> volume.replay(0, true, ReplayListener.NONE)).replayed());
  }

  /**
   * So a first mounter knows whether it must wait a lease, even if another has fenced before it.
   */
  @Test
  void aFenceSaysWhetherItsOwnerMayNotKnowYet() {
    OpenedJournal journal = open(0);
    assertTrue(fence(journal.epoch()));
    assertEquals(FencingState.FENCED, test.volume().journals().getFirst().fencing());
    test.crash(1);
    test.open();
    assertTrue(fence(journal.epoch()));
    test.call(volume -> volume.replay(0, true, ReplayListener.NONE));
    assertFalse(fence(journal.epoch()));
  }

  private boolean fence(long epoch) {
    return test.call(volume -> volume.fence(0, epoch));
  }

  /** A node that has withdrawn asks again because it has not heard of the end of its replay. */
  @Test
  void aCleanJournalWhoseSecondReplayFailsIsStillSeenClean() {
    OpenedJournal journal = open(0);
    append(journal, flush(image.firstData)).get();
    assertTrue(test.call(volume -> volume.replay(0, true, ReplayListener.NONE)).replayed());
    test.faults.failReads(test.volume().journalRanges(0), 1);
    assertEquals(
        Reason.IO_ERROR, reason(test.begin(volume -> volume.replay(0, true, ReplayListener.NONE))));
    assertEquals(FencingState.CLOSED, test.volume().journals().getFirst().fencing());
    assertTrue(test.begin(volume -> volume.awaitClean(0)).isDone());
  }

  @Test
  void watchersSeeEveryChange() {
    List<String> seen = new ArrayList<>();
    Runnable stop = test.volume().watch(status -> seen.add(status.jid() + " " + status.fencing()));
    OpenedJournal journal = open(0);
    append(journal, flush(image.firstData)).get();
    test.call(volume -> volume.replay(0, true, ReplayListener.NONE));
    stop.run();
    open(1);
    assertEquals(
        List.of("0 OPENING", "0 OPEN", "0 FENCING", "0 FENCED", "0 REPLAYING", "0 CLOSED"), seen);
  }

  @ParameterizedTest
  @ValueSource(longs = {1, 2, 3, 4})
  void nothingOfAFencedEpochReachesTheDevice(long seed) {
    SplittableRandom random = new SplittableRandom(seed);
    for (int run = 0; run < 25; run++) {
      test.close();
      image = TinyImage.of(1024, 2, 64);
      test = TestVolume.of(image.disk, random.nextLong());
      OpenedJournal journal = open(0);
      int calls = 1 + random.nextInt(12);
      int fenceAt = random.nextInt(calls);
      List<Promise<?>> answers = new ArrayList<>();
      int[] writesWhenFenced = {-1};
      test.owner()
          .execute(
              () -> {
                for (int i = 0; i < calls; i++) {
                  long block = image.firstData + i;
                  answers.add(
                      i % 3 == 0
                          ? test.volume().write(0, journal.epoch(), flush(block).metadata())
                          : test.volume().append(0, journal.epoch(), flush(block)));
                  if (i == fenceAt) {
                    test.volume()
                        .fence(0, journal.epoch())
                        .whenDone((done, failure) -> writesWhenFenced[0] = writes());
                  }
                }
              });
      test.scheduler.run();
      assertTrue(writesWhenFenced[0] >= 0);
      assertEquals(writesWhenFenced[0], writes(), "run " + run);
      for (Promise<?> answer : answers) {
        assertTrue(answer.isDone());
      }
    }
  }

  private int writes() {
    return (int) test.operations.chars().filter(each -> each == 'w').count();
  }
}
