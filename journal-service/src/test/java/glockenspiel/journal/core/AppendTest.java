package glockenspiel.journal.core;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import glockenspiel.ondisk.log.LogFlags;
import glockenspiel.ondisk.log.LogHeader;
import glockenspiel.protocol.storage.Appended;
import glockenspiel.protocol.storage.BlockImage;
import glockenspiel.protocol.storage.JournalCheck;
import glockenspiel.protocol.storage.JournalState;
import glockenspiel.protocol.storage.LogFlush;
import glockenspiel.protocol.storage.OpenedJournal;
import glockenspiel.protocol.storage.StatfsCounts;
import glockenspiel.protocol.storage.StorageException;
import glockenspiel.protocol.storage.StorageException.Reason;
import glockenspiel.runtime.task.Promise;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** What an append does, in which order, and what it refuses. */
class AppendTest {
  private final TinyImage image = TinyImage.of(1024, 3, 64);
  private final TestVolume test = TestVolume.of(image.disk, 5);

  @AfterEach
  void close() {
    test.close();
  }

  private OpenedJournal open(int jid) {
    return test.call(volume -> volume.openJournal(jid, "node-" + jid));
  }

  private LogFlush flush(long tail, long... blocks) {
    List<BlockImage> images = new ArrayList<>();
    for (long block : blocks) {
      images.add(new BlockImage(block, image.metadata(block)));
    }
    return new LogFlush(images, List.of(), List.of(), tail, StatfsCounts.ZERO, 2);
  }

  private Appended append(OpenedJournal journal, LogFlush flush) {
    return test.call(volume -> volume.append(journal.jid(), journal.epoch(), flush));
  }

  /** Whether Linux would find the flush, in journal 0. */
  private boolean hasHeader(Appended appended) {
    long first = test.volume().journalRanges(0).getFirst().from() / 1024;
    long position = appended.headBlock();
    LogHeader header = LogHeader.readIfValid(image.read(first + position), position);
    return header != null && header.sequence() == appended.sequence();
  }

  private Reason refused(OpenedJournal journal, LogFlush flush) {
    return assertThrows(StorageException.class, () -> append(journal, flush)).reason();
  }

  @Test
  void oneSyncBeforeTheAnswer() {
    OpenedJournal journal = open(0);
    test.operations.setLength(0);
    Appended appended = append(journal, flush(-1, image.firstData, image.firstData + 1));
    assertEquals("ws", test.operations.toString());
    assertEquals(journal.headBlock() + 1 & 63, appended.firstBlock());
    assertEquals(appended.firstBlock() + 3, appended.headBlock());
    assertEquals(journal.sequence() + 1, appended.sequence());
  }

  @Test
  void theHeaderFollowsWhenNothingElseDoes() {
    OpenedJournal journal = open(0);
    test.operations.setLength(0);
    Appended appended = append(journal, flush(-1, image.firstData));
    assertFalse(hasHeader(appended));
    test.run();
    assertEquals("wsws", test.operations.toString());
    assertTrue(hasHeader(appended));
  }

  @Test
  void theNextFlushTakesTheHeaderAlong() {
    OpenedJournal journal = open(0);
    test.operations.setLength(0);
    Appended first = append(journal, flush(-1, image.firstData));
    Appended second = append(journal, flush(first.firstBlock(), image.firstData + 1));
    assertEquals("wsws", test.operations.toString());
    assertTrue(hasHeader(first));
    assertFalse(hasHeader(second));
  }

  @Test
  void whatLetsGoIsAnsweredWhenItsHeaderIsDurable() {
    OpenedJournal journal = open(0);
    Appended first = append(journal, flush(-1, image.firstData));
    test.operations.setLength(0);
    Appended tailMoved = append(journal, flush(-1, image.firstData + 1));
    assertEquals("wsws", test.operations.toString());
    assertTrue(hasHeader(tailMoved));
    LogFlush revoking =
        new LogFlush(
            List.of(),
            List.of(),
            List.of(image.firstData + 1),
            tailMoved.firstBlock(),
            StatfsCounts.ZERO,
            2);
    test.operations.setLength(0);
    Appended revoked = append(journal, revoking);
    assertEquals("wsws", test.operations.toString());
    assertTrue(hasHeader(revoked));
    assertEquals(first.sequence() + 2, revoked.sequence());
  }

  @Test
  void aWriteInPlaceWaitsForTheHeader() {
    OpenedJournal journal = open(0);
    Appended appended = append(journal, flush(-1, image.firstData));
    test.operations.setLength(0);
    BlockImage block = new BlockImage(image.firstData, image.metadata(image.firstData));
    test.call(volume -> volume.write(0, journal.epoch(), List.of(block)));
    assertEquals("wsws", test.operations.toString());
    assertTrue(hasHeader(appended));
  }

  @Test
  void aServiceThatIsStartedAgainFindsTheSeal() {
    OpenedJournal journal = open(0);
    Appended first = append(journal, flush(-1, image.firstData));
    test.stop();
    test.open();
    JournalCheck check = test.call(volume -> volume.check(0));
    assertEquals(first.sequence(), check.sequence());
    Appended second = append(journal, flush(first.firstBlock(), image.firstData + 1));
    assertEquals(first.sequence() + 1, second.sequence());
    assertTrue(hasHeader(first));
  }

  @Test
  void aFlushWithoutContentIsOneHeader() {
    OpenedJournal journal = open(0);
    test.operations.setLength(0);
    Appended appended = append(journal, flush(-1));
    assertEquals("ws", test.operations.toString());
    assertEquals(appended.firstBlock(), appended.headBlock());
  }

  @Test
  void aFlushWithoutContentWaitsForTheHeaderBefore() {
    OpenedJournal journal = open(0);
    Appended first = append(journal, flush(-1, image.firstData));
    test.operations.setLength(0);
    Appended second = append(journal, flush(-1));
    assertEquals("wsws", test.operations.toString());
    assertTrue(hasHeader(first));
    assertTrue(hasHeader(second));
  }

  @Test
  void onlyAFreezeMaySayThatTheJournalIsCleanAndOnlyWhenItIs() {
    OpenedJournal journal = open(0);
    Appended before = append(journal, flush(-1, image.firstData));
    int clean = LogFlags.UNMOUNT | LogFlags.FLUSH_FREEZE;
    LogFlush frozen = flagged(clean, flush(-1));
    assertEquals(
        Reason.INVALID_ARGUMENT,
        refused(journal, flagged(LogFlags.UNMOUNT | LogFlags.FLUSH_SYNC, frozen)));
    assertEquals(
        Reason.INVALID_ARGUMENT, refused(journal, flagged(clean, flush(before.firstBlock()))));
    assertEquals(
        Reason.INVALID_ARGUMENT, refused(journal, flagged(clean, flush(-1, image.firstData))));
    assertEquals(
        Reason.INVALID_ARGUMENT,
        refused(journal, flagged(LogFlags.RECOVERY | LogFlags.FLUSH_FREEZE, frozen)));

    Appended rest = append(journal, frozen);
    assertEquals(before.headBlock() + 1 & 63, rest.headBlock());
    JournalCheck check = test.call(volume -> volume.check(0));
    assertEquals(JournalState.CLEAN, check.state());
    assertTrue(check.open(), "its owner goes on after the thaw");

    var _ = append(journal, flush(-1, image.firstData));
    assertEquals(JournalState.DIRTY, test.call(volume -> volume.check(0)).state());
  }

  private static LogFlush flagged(int flags, LogFlush flush) {
    return new LogFlush(
        flush.metadata(),
        flush.journaledData(),
        flush.revokes(),
        flush.tail(),
        flush.localStatfs(),
        flags);
  }

  @Test
  void severalNodesShareTheirSyncs() {
    List<OpenedJournal> journals = List.of(open(0), open(1), open(2));
    long before = test.volume().deviceSyncs();
    List<Promise<Appended>> answers = new ArrayList<>();
    test.owner()
        .execute(
            () -> {
              for (OpenedJournal journal : journals) {
                answers.add(
                    test.volume()
                        .append(
                            journal.jid(),
                            journal.epoch(),
                            flush(-1, image.firstData + journal.jid())));
              }
            });
    test.scheduler.run();
    answers.forEach(Promise::get);
    assertTrue(
        test.volume().deviceSyncs() - before < 6,
        "syncs " + (test.volume().deviceSyncs() - before));
  }

  @Test
  void appendsOfOneJournalKeepTheirOrder() {
    OpenedJournal journal = open(1);
    List<Promise<Appended>> answers = new ArrayList<>();
    test.owner()
        .execute(
            () -> {
              for (int i = 0; i < 5; i++) {
                answers.add(
                    test.volume().append(1, journal.epoch(), flush(-1, image.firstData + i)));
              }
            });
    test.scheduler.run();
    for (int i = 0; i < 5; i++) {
      assertEquals(journal.sequence() + 1 + i, answers.get(i).get().sequence());
    }
  }

  @Test
  void aFullJournalRefusesAndMovingTheTailMakesRoom() {
    OpenedJournal journal = open(0);
    Appended first = append(journal, flush(-1, image.firstData));
    int flushes = 1;
    while (true) {
      try {
        append(journal, flush(first.firstBlock(), image.firstData + flushes));
        flushes++;
      } catch (StorageException full) {
        assertEquals(Reason.JOURNAL_FULL, full.reason());
        break;
      }
    }
    assertEquals(20, flushes);
    String before = test.operations.toString();
    assertEquals(Reason.JOURNAL_FULL, refused(journal, flush(first.firstBlock(), image.firstData)));
    assertEquals(before, test.operations.toString(), "nothing is written of what does not fit");
    // Everything is in place: one header says so, and there is room again, around the end.
    append(journal, flush(-1));
    for (int i = 0; i < 40; i++) {
      append(journal, flush(-1, image.firstData + i));
    }
  }

  @Test
  void whatCouldNotBeReplayedIsRefused() {
    OpenedJournal journal = open(0);
    long journalBlock = test.volume().journalRanges(1).getFirst().from() / 1024;
    assertEquals(Reason.BAD_BLOCK_RANGE, refused(journal, flush(-1, 64)));
    assertEquals(Reason.BAD_BLOCK_RANGE, refused(journal, flush(-1, 0)));
    assertEquals(Reason.BAD_BLOCK_RANGE, refused(journal, flush(-1, journalBlock)));
    assertEquals(Reason.BAD_BLOCK_RANGE, refused(journal, flush(-1, 1L << 40)));
    long block = image.firstData;
    assertEquals(Reason.INVALID_ARGUMENT, refused(journal, flush(-1, block, block)));
    assertEquals(Reason.INVALID_ARGUMENT, refused(journal, flush(17, block)));
    BlockImage good = new BlockImage(block, image.metadata(1));
    LogFlush revokedToo =
        new LogFlush(List.of(good), List.of(), List.of(block), -1, StatfsCounts.ZERO, 2);
    assertEquals(Reason.INVALID_ARGUMENT, refused(journal, revokedToo));
    LogFlush notMetadata =
        new LogFlush(
            List.of(new BlockImage(block, image.data(2))),
            List.of(),
            List.of(),
            -1,
            StatfsCounts.ZERO,
            2);
    assertEquals(Reason.INVALID_ARGUMENT, refused(journal, notMetadata));
    LogFlush clean = new LogFlush(List.of(), List.of(), List.of(), -1, StatfsCounts.ZERO, 1);
    assertEquals(Reason.INVALID_ARGUMENT, refused(journal, clean));
    append(journal, flush(-1, block));
  }

  @Test
  void aFailedJournalWriteEndsTheEpoch() {
    OpenedJournal journal = open(0);
    OpenedJournal other = open(1);
    test.faults.failWrites(test.volume().journalRanges(0), 1);
    assertEquals(Reason.IO_ERROR, refused(journal, flush(-1, image.firstData)));
    assertEquals(Reason.IO_ERROR, refused(journal, flush(-1, image.firstData)));
    append(other, flush(-1, image.firstData));
    test.call(volume -> volume.fence(0, journal.epoch()));
    assertEquals(Reason.STALE_EPOCH, refused(journal, flush(-1, image.firstData)));
  }

  @Test
  void aFailedSyncEndsTheVolume() {
    OpenedJournal journal = open(0);
    OpenedJournal other = open(1);
    test.faults.failSyncs(1);
    assertEquals(Reason.VOLUME_FAILED, refused(journal, flush(-1, image.firstData)));
    assertEquals(Reason.VOLUME_FAILED, refused(other, flush(-1, image.firstData)));
    assertThrows(
        StorageException.class,
        () -> test.call(volume -> volume.replay(0, true, ReplayListener.NONE)));
    test.crash(3);
    test.open();
    append(other, flush(-1, image.firstData));
  }

  @Test
  void anOpenEpochGoesOnAfterTheServiceWasStartedAgain() {
    OpenedJournal journal = open(1);
    Appended first = append(journal, flush(-1, image.firstData));
    Appended second = append(journal, flush(first.firstBlock(), image.firstData + 1));
    test.crash(4);
    test.open();
    Appended third = append(journal, flush(second.firstBlock(), image.firstData + 2));
    assertEquals(second.sequence() + 1, third.sequence());
    JournalCheck check = test.call(volume -> volume.check(1));
    assertEquals(JournalState.DIRTY, check.state());
    assertTrue(check.open());
    assertEquals(second.firstBlock(), check.tail());
    test.call(volume -> volume.closeJournal(1, journal.epoch()));
    JournalCheck closed = test.call(volume -> volume.check(1));
    assertEquals(JournalState.CLEAN, closed.state());
    assertFalse(closed.open());
  }

  @Test
  void aDirtyJournalIsNotOpened() {
    OpenedJournal journal = open(0);
    append(journal, flush(-1, image.firstData));
    Reason reason =
        assertThrows(
                StorageException.class, () -> test.call(volume -> volume.openJournal(0, "another")))
            .reason();
    assertEquals(Reason.JOURNAL_DIRTY, reason);
    assertEquals(Reason.STALE_EPOCH, refused(journal, flush(-1, image.firstData)));
    test.call(volume -> volume.replay(0, false, ReplayListener.NONE));
    assertTrue(open(0).epoch() > journal.epoch());
  }
}
