package glockenspiel.journal.core;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

import glockenspiel.ondisk.inode.Dinode;
import glockenspiel.ondisk.inode.StatfsChange;
import glockenspiel.protocol.storage.BlockImage;
import glockenspiel.protocol.storage.LogFlush;
import glockenspiel.protocol.storage.OpenedJournal;
import glockenspiel.protocol.storage.StatfsCounts;
import glockenspiel.runtime.task.Promise;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** Master plus local changes is the truth, whatever is replayed in which order. */
class StatfsFoldingTest {
  private final TinyImage image = TinyImage.of(1024, 2, 64);
  private final TestVolume test = TestVolume.of(image.disk, 21);

  @AfterEach
  void close() {
    test.close();
  }

  private static StatfsChange plus(StatfsChange counts, long free, long dinodes) {
    return counts.plus(new StatfsChange(0, free, dinodes));
  }

  private OpenedJournal open(int jid) {
    return test.call(volume -> volume.openJournal(jid, "node-" + jid));
  }

  private void append(OpenedJournal journal, List<BlockImage> images, StatfsCounts local) {
    LogFlush flush = new LogFlush(images, List.of(), List.of(), -1, local, 2);
    assertTrue(
        test.call(volume -> volume.append(journal.jid(), journal.epoch(), flush)).headBlock() >= 0);
  }

  private BlockImage masterWith(StatfsChange counts) {
    ByteBuffer block = image.read(image.masterStatfs);
    counts.write(Dinode.of(block, image.masterStatfs, image.geometry));
    return new BlockImage(image.masterStatfs, block);
  }

  private void replay(int jid, boolean fold) {
    assertTrue(test.call(volume -> volume.replay(jid, fold, ReplayListener.NONE)).replayed());
  }

  @Test
  void aPeersReplayMakesTheLocalFileWhatTheHeadSays() {
    append(open(0), List.of(), new StatfsCounts(0, -7, 3));
    replay(0, false);
    assertEquals(TinyImage.MASTER, image.counts(image.masterStatfs));
    assertEquals(new StatfsChange(0, -7, 3), image.counts(image.localStatfs.getFirst()));
  }

  @Test
  void aFoldWaitsForTheJournalThatMayHoldANewerMaster() {
    OpenedJournal first = open(0);
    OpenedJournal second = open(1);
    append(first, List.of(), new StatfsCounts(0, -7, 3));
    // Node 1 has changed the master in a transaction; its replay will put that copy in place.
    StatfsChange newer = plus(TinyImage.MASTER, 100, 1);
    append(second, List.of(masterWith(newer)), new StatfsCounts(0, 5, 0));
    replay(0, true);
    assertEquals(TinyImage.MASTER, image.counts(image.masterStatfs));
    assertEquals(new StatfsChange(0, -7, 3), image.counts(image.localStatfs.getFirst()));
    replay(1, true);
    assertEquals(plus(newer, -2, 3), image.counts(image.masterStatfs));
    assertEquals(StatfsChange.NONE, image.counts(image.localStatfs.getFirst()));
    assertEquals(StatfsChange.NONE, image.counts(image.localStatfs.getLast()));
  }

  @Test
  void aLocalChangeThatNobodyFoldedIsFoldedByTheNextFirstMounter() {
    append(open(0), List.of(), new StatfsCounts(0, -7, 3));
    replay(0, false);
    test.crash(1);
    test.open();
    test.call(volume -> volume.replay(0, true, ReplayListener.NONE));
    assertEquals(plus(TinyImage.MASTER, -7, 3), image.counts(image.masterStatfs));
    test.call(volume -> volume.replay(1, true, ReplayListener.NONE));
    assertEquals(plus(TinyImage.MASTER, -7, 3), image.counts(image.masterStatfs));
  }

  private void close(OpenedJournal journal) {
    test.call(volume -> volume.closeJournal(journal.jid(), journal.epoch()));
  }

  /** What one node's replay has left, while two more were mounted; they leave now. */
  @Test
  void theCloseOfTheLastOpenJournalFoldsWhatAReplayHasLeft() {
    OpenedJournal last = open(1);
    append(open(0), List.of(), new StatfsCounts(0, -7, 3));
    replay(0, true);
    assertEquals(TinyImage.MASTER, image.counts(image.masterStatfs));
    OpenedJournal again = open(0);
    close(last);
    // The node of the other journal may have the master in its cache.
    assertEquals(TinyImage.MASTER, image.counts(image.masterStatfs));
    close(again);
    assertEquals(plus(TinyImage.MASTER, -7, 3), image.counts(image.masterStatfs));
    assertEquals(StatfsChange.NONE, image.counts(image.localStatfs.getFirst()));
    assertNull(test.store.saved().fold());
  }

  @Test
  void aCloseThatFindsNothingToFoldOnlyReads() {
    OpenedJournal last = open(1);
    test.operations.setLength(0);
    close(last);
    assertEquals("wserr", test.operations.toString());
  }

  @Test
  void aDirtyJournalKeepsACloseFromFolding() {
    OpenedJournal last = open(1);
    OpenedJournal dirty = open(0);
    append(dirty, List.of(), new StatfsCounts(0, -7, 3));
    test.call(volume -> volume.fence(0, dirty.epoch()));
    close(last);
    assertEquals(TinyImage.MASTER, image.counts(image.masterStatfs));
    replay(0, true);
    assertEquals(plus(TinyImage.MASTER, -7, 3), image.counts(image.masterStatfs));
  }

  /** Each of two replays that run at once finds the other's journal not clean. */
  @Test
  void theLastOfTwoReplaysAtOnceFolds() {
    append(open(0), List.of(), new StatfsCounts(0, -7, 3));
    append(open(1), List.of(), new StatfsCounts(0, 5, 0));
    List<Promise<?>> replays = new ArrayList<>();
    test.owner()
        .execute(
            () -> {
              replays.add(test.volume().replay(0, true, ReplayListener.NONE));
              replays.add(test.volume().replay(1, true, ReplayListener.NONE));
            });
    test.scheduler.run();
    assertTrue(replays.stream().allMatch(Promise::isDone));
    assertEquals(plus(TinyImage.MASTER, -2, 3), image.counts(image.masterStatfs));
    assertEquals(StatfsChange.NONE, image.counts(image.localStatfs.getFirst()));
    assertEquals(StatfsChange.NONE, image.counts(image.localStatfs.getLast()));
  }

  /** Wherever the close is cut off, whoever comes next counts the change once. */
  @Test
  void aFoldThatACrashCutsOffInACloseIsCountedOnce() {
    boolean ended = false;
    for (int operations = 0; !ended; operations++) {
      for (boolean replaysNext : List.of(true, false)) {
        TinyImage fresh = TinyImage.of(1024, 2, 64);
        try (TestVolume cut = TestVolume.of(fresh.disk, 21)) {
          OpenedJournal last = cut.call(volume -> volume.openJournal(1, "node-1"));
          OpenedJournal lost = cut.call(volume -> volume.openJournal(0, "node-0"));
          LogFlush flush =
              new LogFlush(List.of(), List.of(), List.of(), -1, new StatfsCounts(0, -7, 3), 2);
          cut.call(volume -> volume.append(0, lost.epoch(), flush));
          cut.call(volume -> volume.replay(0, true, ReplayListener.NONE));
          cut.operationsLeft = operations;
          ended = cut.begin(volume -> volume.closeJournal(1, last.epoch())).isDone();
          cut.crash(operations);
          cut.open();
          // The next first mounter looks at all journals; a node that knows better opens one at
          // once.
          if (replaysNext) {
            cut.call(volume -> volume.replay(1, true, ReplayListener.NONE));
          }
          OpenedJournal next = cut.call(volume -> volume.openJournal(0, "next"));
          cut.call(volume -> volume.replay(1, true, ReplayListener.NONE));
          cut.call(volume -> volume.closeJournal(0, next.epoch()));
          assertEquals(plus(TinyImage.MASTER, -7, 3), fresh.counts(fresh.masterStatfs));
          assertEquals(StatfsChange.NONE, fresh.counts(fresh.localStatfs.getFirst()));
        }
      }
    }
  }

  @Test
  void anInterruptedFoldIsFinishedBeforeAJournalIsOpened() {
    append(open(0), List.of(), new StatfsCounts(0, -7, 3));
    // Fence (save), the end of the log (write, sync), intent (save): then the device dies.
    test.operationsLeft = 4;
    assertTrue(!test.begin(volume -> volume.replay(0, true, ReplayListener.NONE)).isDone());
    test.crash(2);
    assertTrue(test.store.saved().fold() != null);
    test.open();
    OpenedJournal other = open(1);
    StatfsChange folded = plus(TinyImage.MASTER, -7, 3);
    assertEquals(folded, image.counts(image.masterStatfs));
    // Others go on with the master; the replay that is asked again must not undo that.
    StatfsChange later = plus(folded, 50, 0);
    BlockImage changed = masterWith(later);
    append(other, List.of(changed), StatfsCounts.ZERO);
    test.call(volume -> volume.write(1, other.epoch(), List.of(changed)));
    replay(0, true);
    assertEquals(later, image.counts(image.masterStatfs));
    assertEquals(StatfsChange.NONE, image.counts(image.localStatfs.getFirst()));
    assertTrue(test.store.saved().fold() == null);
  }

  @Test
  void aDamagedStatfsFileDoesNotKeepAJournalDirty() {
    append(open(0), List.of(), new StatfsCounts(0, -7, 3));
    image.patch(image.masterStatfs, block -> block.putInt(0, 0));
    replay(0, true);
    assertTrue(test.volume().journals().getFirst().reason().contains("statfs left alone"));
  }
}
