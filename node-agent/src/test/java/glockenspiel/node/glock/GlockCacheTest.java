package glockenspiel.node.glock;

import static glockenspiel.node.glock.GlockStage.INODE;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import glockenspiel.protocol.lock.GlockName;
import glockenspiel.protocol.lock.LockFlags;
import glockenspiel.protocol.lock.LockMode;
import glockenspiel.protocol.lock.LockOutcome;
import glockenspiel.protocol.lock.LockValue;
import glockenspiel.runtime.state.InvariantViolation;
import java.util.List;
import java.util.Objects;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

class GlockCacheTest {
  private final GlockStage stage = new GlockStage();

  @AfterEach
  void close() {
    stage.close();
  }

  @Test
  void cachedGlockCostsNoMessage() {
    stage.acquire("a", LockMode.SH);
    assertEquals(List.of("-> acquire 2/1e SH"), stage.happened());
    stage.grant(LockMode.SH);
    stage.close("a");
    stage.acquire("b", LockMode.SH);
    stage.acquire("c", LockMode.SH);
    assertEquals(List.of("a holds", "b holds", "c holds"), stage.happened());
  }

  @Test
  void exServesLocalReadersWithoutAMessage() {
    stage.acquire("a", LockMode.EX);
    stage.grant(LockMode.EX);
    stage.acquire("b", LockMode.SH);
    stage.acquire("c", LockMode.SH);
    assertEquals(List.of("-> acquire 2/1e EX", "a holds"), stage.happened());
    stage.close("a");
    assertEquals(List.of("b holds", "c holds"), stage.happened());
    stage.acquire("d", LockMode.EX);
    stage.acquire("e", LockMode.SH);
    stage.close("b");
    assertEquals(List.of(), stage.happened());
    stage.close("c");
    stage.close("d");
    assertEquals(List.of("d holds", "e holds"), stage.happened());
  }

  /** The glock may have given the object to its next user: closing it again would let him go. */
  @Test
  void closingAHolderTwiceIsSeen() {
    stage.acquire("a", LockMode.EX);
    stage.grant(LockMode.EX);
    stage.acquire("b", LockMode.EX);
    Glocks.Holder holder = Objects.requireNonNull(stage.holders.get("a"));
    stage.close("a");
    assertThrows(InvariantViolation.class, holder::close);
    assertEquals(1, stage.cache.snapshot().getFirst().holderCount());
  }

  @Test
  void conversionWaitsForLocalReadersAndKeepsTheCache() {
    stage.acquire("a", LockMode.SH);
    stage.grant(LockMode.SH);
    stage.acquire("b", LockMode.EX);
    stage.acquire("c", LockMode.SH);
    assertEquals(List.of("-> acquire 2/1e SH", "a holds"), stage.happened());
    stage.close("a");
    assertEquals(List.of("-> acquire 2/1e EX"), stage.happened());
    assertEquals("REQUESTING SH", stage.state());
    stage.grant(LockMode.EX);
    stage.close("b");
    assertEquals(List.of("b holds", "c holds"), stage.happened());
  }

  @Test
  void deadlockedConversionDropsTheCacheAndAsksAnew() {
    stage.acquire("a", LockMode.SH);
    stage.grant(LockMode.SH);
    stage.close("a");
    stage.acquire("b", LockMode.EX);
    stage.happened();
    stage.answer(LockOutcome.DEADLOCK);
    assertEquals(
        List.of("invalidate 2/1e", "-> lower 2/1e UN", "-> acquire 2/1e EX"), stage.happened());
    stage.grant(LockMode.EX);
    assertEquals(List.of("b holds"), stage.happened());
  }

  @Test
  void sharedGoesToDeferredByWayOfUn() {
    stage.acquire("a", LockMode.SH);
    stage.grant(LockMode.SH);
    stage.close("a");
    stage.happened();
    stage.acquire("b", LockMode.DF);
    assertEquals(
        List.of("invalidate 2/1e", "-> lower 2/1e UN", "-> acquire 2/1e DF"), stage.happened());
  }

  @Test
  void anyTakesWhicheverSharedModeIsAtHand() {
    stage.acquire("a", LockMode.SH, LockFlags.ANY);
    stage.grant(LockMode.DF);
    stage.acquire("b", LockMode.SH, LockFlags.ANY);
    stage.acquire("c", LockMode.DF);
    assertEquals(
        List.of("-> acquire 2/1e SH ANY", "a holds", "b holds", "c holds"), stage.happened());
  }

  @Test
  void priorityGoesBeforeOtherLocalWaiters() {
    stage.acquire("a", LockMode.EX);
    stage.grant(LockMode.EX);
    stage.acquire("b", LockMode.EX);
    stage.acquire("c", LockMode.EX, LockFlags.PRIORITY);
    stage.acquire("d", LockMode.EX, LockFlags.PRIORITY);
    stage.happened();
    stage.close("a");
    stage.close("c");
    stage.close("d");
    assertEquals(List.of("c holds", "d holds", "b holds"), stage.happened());
  }

  @Test
  void tryFailsWithoutAMessageOnALocalConflict() {
    stage.acquire("a", LockMode.EX);
    stage.acquire("b", LockMode.SH, LockFlags.TRY);
    stage.grant(LockMode.EX);
    stage.acquire("c", LockMode.SH, LockFlags.TRY);
    assertEquals(
        List.of("-> acquire 2/1e EX", "b TRY_FAILED", "a holds", "c TRY_FAILED"), stage.happened());
  }

  @Test
  void tryAsksTheClusterOnceAndLeavesNothingBehind() {
    stage.acquire("a", LockMode.EX, LockFlags.TRY | LockFlags.NOEXP);
    stage.answer(LockOutcome.TRY_FAILED);
    assertEquals(List.of("-> acquire 2/1e EX TRY|NOEXP", "a TRY_FAILED"), stage.happened());
    assertEquals("none", stage.state());
  }

  @Test
  void eachWaiterIsRefusedOnItsOwn() {
    stage.acquire("a", LockMode.EX);
    stage.acquire("b", LockMode.EX);
    stage.answer(LockOutcome.REFUSED);
    assertEquals(
        List.of("-> acquire 2/1e EX", "-> acquire 2/1e EX", "a REFUSED"), stage.happened());
    stage.grant(LockMode.EX);
    assertEquals(List.of("b holds"), stage.happened());
  }

  @Test
  void waiterWhosePatienceIsOverCancelsItsRequest() {
    stage.acquire("a", INODE, LockMode.EX, 0, 5_000_000);
    stage.after(5);
    assertEquals(List.of("-> acquire 2/1e EX", "-> cancel", "a CANCELLED"), stage.happened());
    stage.acquire("b", LockMode.EX);
    stage.answer(LockOutcome.CANCELLED);
    assertEquals(List.of("-> acquire 2/1e EX"), stage.happened());
    stage.grant(LockMode.EX);
    assertEquals(List.of("b holds"), stage.happened());
  }

  @Test
  void grantThatCrossesTheCancelIsKeptForTheNextUser() {
    stage.acquire("a", INODE, LockMode.EX, 0, 5_000_000);
    stage.after(5);
    stage.grant(LockMode.EX);
    stage.happened();
    stage.acquire("b", LockMode.EX);
    assertEquals(List.of("b holds"), stage.happened());
  }

  @Test
  void withoutLeaseNothingIsHandedOut() {
    stage.acquire("a", LockMode.SH);
    stage.grant(LockMode.SH);
    stage.close("a");
    stage.lease = false;
    stage.happened();
    stage.acquire("b", LockMode.SH);
    assertEquals(List.of("b WITHDRAWN"), stage.happened());
  }

  @Test
  void lockValueTravelsWithExAndIsSentWhenItHasChanged() {
    stage.acquire("a", LockMode.EX);
    stage.grant(INODE, LockMode.EX, LockValue.of((byte) 1));
    stage.on(
        () -> {
          assertEquals(LockValue.of((byte) 1), stage.cache.lockValue(INODE));
          stage.cache.setLockValue(INODE, LockValue.of((byte) 2));
        });
    stage.close("a");
    stage.happened();
    stage.demote(LockMode.UN);
    assertEquals(
        List.of("sync 2/1e to UN", "invalidate 2/1e", "-> lower 2/1e UN value 02"),
        stage.happened());
  }

  @Test
  void answerToNoRequestBreaksRule11() {
    stage.acquire("a", LockMode.SH);
    stage.grant(LockMode.SH);
    assertThrows(InvariantViolation.class, () -> stage.grant(LockMode.SH));
  }

  @Test
  void longestUnusedGlocksGoWhenThereAreTooMany() {
    try (GlockStage small = new GlockStage(new GlockSettings(0, 2, 8))) {
      for (int number = 1; number <= 3; number++) {
        GlockName glock = GlockName.inode(number);
        small.acquire("a" + number, glock, LockMode.SH, 0, Long.MAX_VALUE);
        small.grant(glock, LockMode.SH, null);
        if (number != 2) {
          small.close("a" + number);
        }
      }
      assertEquals(
          List.of(
              "-> acquire 2/1 SH",
              "a1 holds",
              "-> acquire 2/2 SH",
              "a2 holds",
              "-> acquire 2/3 SH",
              "invalidate 2/1",
              "-> lower 2/1 UN",
              "a3 holds"),
          small.happened());
    }
  }

  @Test
  void dumpReadsLikeTheKernels() {
    stage.acquire("a", LockMode.SH);
    stage.grant(LockMode.SH);
    stage.acquire("b", LockMode.EX, LockFlags.PRIORITY);
    stage.after(3);
    assertEquals(
        List.of("G:  s:SH n:2/1e f:q t:SH d:EX/0 g:1 r:2 m:3", " H: s:SH f:H", " H: s:EX f:pW"),
        stage.cache.snapshot().getFirst().toLines());
  }
}
