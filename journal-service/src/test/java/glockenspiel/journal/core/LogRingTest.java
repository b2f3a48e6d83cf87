package glockenspiel.journal.core;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import glockenspiel.ondisk.inode.Extent;
import glockenspiel.protocol.storage.LogFlush;
import glockenspiel.protocol.storage.StatfsCounts;
import glockenspiel.protocol.storage.StorageException;
import glockenspiel.protocol.storage.StorageException.Reason;
import java.util.List;
import org.junit.jupiter.api.Test;

/** The space of a journal of 32 blocks. */
class LogRingTest {
  private final LogRing ring =
      new LogRing(new JournalExtents(List.of(new Extent(0, 100, 32)), 32), 0, 20, 20, 7);

  private static LogFlush tail(long tail) {
    return new LogFlush(List.of(), List.of(), List.of(), tail, StatfsCounts.ZERO, 2);
  }

  private void refuse(long length, long newTail) {
    assertEquals(
        Reason.JOURNAL_FULL,
        assertThrows(StorageException.class, () -> ring.requireRoom(length, newTail)).reason());
  }

  @Test
  void theDurableHeadIsNeverOverwrittenEvenWhenTheNewTailIsFarAhead() {
    ring.requireRoom(10, 21);
    ring.advance(10, 21);
    ring.requireRoom(10, 21);
    ring.advance(10, 21);
    assertEquals(8, ring.head());
    // 20 blocks are in use and 12 free. With its own tail a flush of 13 would fit, but until its
    // header is durable a crash needs the 20.
    refuse(13, ring.next());
    refuse(12, ring.next());
    ring.requireRoom(11, ring.next());
  }

  @Test
  void someBlocksAreKeptForMovingTheTail() {
    ring.advance(24, 21);
    refuse(5, 21);
    ring.requireRoom(4, 21);
    ring.advance(4, 21);
    refuse(1, 21);
    ring.requireRoom(1, ring.next());
  }

  @Test
  void aTailIsWhereAFlushBegan() {
    assertEquals(21, ring.tailOf(tail(-1)));
    ring.advance(5, 21);
    ring.advance(5, 21);
    assertEquals(21, ring.tailOf(tail(21)));
    assertEquals(26, ring.tailOf(tail(26)));
    assertThrows(StorageException.class, () -> ring.tailOf(tail(22)));
    ring.advance(3, 26);
    assertThrows(StorageException.class, () -> ring.tailOf(tail(21)));
    assertEquals(31, ring.tailOf(tail(31)));
  }
}
