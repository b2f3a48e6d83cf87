package glockenspiel.node.glock;

import static org.junit.jupiter.api.Assertions.assertEquals;

import glockenspiel.protocol.lock.GlockName;
import glockenspiel.protocol.lock.LockFlags;
import glockenspiel.protocol.lock.LockMode;
import glockenspiel.protocol.lock.LockOutcome;
import glockenspiel.runtime.task.Promise;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

class DemotionTest {
  private final GlockStage stage = new GlockStage();

  @AfterEach
  void close() {
    stage.close();
  }

  private void holdAndClose(LockMode mode) {
    stage.acquire("a", mode);
    stage.grant(mode);
    stage.close("a");
    stage.happened();
  }

  @Test
  void unusedGlockGoesAtOnceWhateverItsAge() {
    holdAndClose(LockMode.EX);
    stage.demote(LockMode.UN);
    assertEquals(
        List.of("sync 2/1e to UN", "invalidate 2/1e", "-> lower 2/1e UN"), stage.happened());
    assertEquals("none", stage.state());
  }

  @Test
  void unusedCleanGlockGoesWithoutATask() {
    holdAndClose(LockMode.EX);
    stage.clean = true;
    stage.demote(LockMode.SH);
    assertEquals(List.of("-> lower 2/1e SH"), stage.happened());
    stage.demote(LockMode.UN);
    assertEquals(List.of("invalidate 2/1e", "-> lower 2/1e UN"), stage.happened());
    assertEquals("none", stage.state());
  }

  @Test
  void cleanGlockThatIsWantedHereKeepsItsHoldTime() {
    stage.acquire("a", LockMode.EX);
    stage.grant(LockMode.EX);
    stage.clean = true;
    stage.happened();
    stage.demote(LockMode.UN);
    assertEquals(List.of(), stage.happened());
    assertEquals("DEMOTE_DEFERRED EX", stage.state());
  }

  @Test
  void readersOfExKeepTheCacheWhenSharedIsEnough() {
    holdAndClose(LockMode.EX);
    stage.demote(LockMode.SH);
    assertEquals(List.of("sync 2/1e to SH", "-> lower 2/1e SH"), stage.happened());
    stage.acquire("b", LockMode.SH);
    assertEquals(List.of("b holds"), stage.happened());
    stage.close("b");
    stage.demote(LockMode.UN);
    assertEquals(List.of("invalidate 2/1e", "-> lower 2/1e UN"), stage.happened());
  }

  @Test
  void deferredModeDropsTheCache() {
    holdAndClose(LockMode.EX);
    stage.demote(LockMode.DF);
    assertEquals(
        List.of("sync 2/1e to DF", "invalidate 2/1e", "-> lower 2/1e DF"), stage.happened());
  }

  @Test
  void usedGlockIsKeptForItsHoldTimeAndHandsOutHoldersMeanwhile() {
    stage.acquire("a", LockMode.EX);
    stage.grant(LockMode.EX);
    stage.demote(LockMode.UN);
    assertEquals("DEMOTE_DEFERRED EX", stage.state());
    stage.close("a");
    stage.acquire("b", LockMode.EX);
    assertEquals(List.of("-> acquire 2/1e EX", "a holds", "b holds"), stage.happened());
    stage.after(10);
    assertEquals("DEMOTE_WAITING EX", stage.state());
    stage.acquire("c", LockMode.EX);
    assertEquals(List.of(), stage.happened());
    stage.close("b");
    assertEquals(
        List.of("sync 2/1e to UN", "invalidate 2/1e", "-> lower 2/1e UN", "-> acquire 2/1e EX"),
        stage.happened());
  }

  @Test
  void holdTimeEndsEarlyWhenOnlyAnotherModeIsWanted() {
    stage.acquire("a", LockMode.SH);
    stage.grant(LockMode.SH);
    stage.demote(LockMode.UN);
    stage.acquire("b", LockMode.EX);
    stage.happened();
    stage.close("a");
    assertEquals(
        List.of("invalidate 2/1e", "-> lower 2/1e UN", "-> acquire 2/1e EX"), stage.happened());
  }

  @Test
  void otherTypesHaveNoHoldTime() {
    stage.acquire("a", GlockName.resourceGroup(0x11), LockMode.EX, 0, Long.MAX_VALUE);
    stage.grant(GlockName.resourceGroup(0x11), LockMode.EX, null);
    stage.on(() -> stage.cache.giveBack(GlockName.resourceGroup(0x11)));
    assertEquals("DEMOTE_WAITING EX", stage.state());
  }

  @Test
  void journalGlockIsLoweredByAMessageAlone() {
    stage.acquire("a", GlockName.journal(1), LockMode.EX, 0, Long.MAX_VALUE);
    stage.grant(GlockName.journal(1), LockMode.EX, null);
    stage.close("a");
    stage.happened();
    stage.on(() -> stage.cache.giveBack(GlockName.journal(1)));
    assertEquals(List.of("-> lower 9/1 UN"), stage.happened());
  }

  @Test
  void requestForAGrantThatIsGoneMeansNothing() {
    holdAndClose(LockMode.EX);
    stage.demote(LockMode.UN);
    stage.happened();
    stage.acquire("b", LockMode.EX);
    stage.grant(LockMode.EX);
    stage.happened();
    stage.demote(LockMode.UN, 1);
    assertEquals(List.of(), stage.happened());
    assertEquals(1, stage.cache.counts().demotesStale());
  }

  @Test
  void demoteToUnAfterSharedWasLoweredFollowsAtOnce() {
    holdAndClose(LockMode.EX);
    Promise<@Nullable Void> waits = new Promise<>();
    stage.syncWaits = waits;
    stage.demote(LockMode.SH);
    stage.demote(LockMode.UN);
    stage.on(() -> waits.complete(null));
    assertEquals(
        List.of("sync 2/1e to SH", "-> lower 2/1e SH", "invalidate 2/1e", "-> lower 2/1e UN"),
        stage.happened());
  }

  @Test
  void demoteDuringAConversionIsForgottenWithTheOldGrant() {
    stage.acquire("a", LockMode.SH);
    stage.grant(LockMode.SH);
    stage.close("a");
    stage.acquire("b", LockMode.EX);
    stage.demote(LockMode.UN);
    stage.happened();
    stage.grant(LockMode.EX);
    stage.close("b");
    assertEquals(List.of("b holds"), stage.happened());
    assertEquals("HELD EX", stage.state());
  }

  @Test
  void demoteDuringATryIsFollowedWhenTheTryFails() {
    stage.acquire("a", LockMode.SH);
    stage.grant(LockMode.SH);
    stage.close("a");
    stage.acquire("b", LockMode.EX, LockFlags.TRY);
    stage.demote(LockMode.UN);
    stage.happened();
    stage.answer(LockOutcome.TRY_FAILED);
    assertEquals(List.of("b TRY_FAILED", "invalidate 2/1e", "-> lower 2/1e UN"), stage.happened());
  }

  @Test
  void failedSyncKeepsTheGlockAndAsksForAWithdraw() {
    holdAndClose(LockMode.EX);
    stage.syncWaits = Promise.failed(new IllegalStateException("disk"));
    stage.demote(LockMode.UN);
    assertEquals(List.of("sync 2/1e to UN", "sync failed 2/1e: disk"), stage.happened());
    assertEquals("SYNCING EX", stage.state());
    stage.on(stage.cache::beginWithdraw);
    assertEquals("HELD_BACK EX", stage.state());
    assertEquals(List.of(), stage.happened());
  }

  @Test
  void withdrawHoldsBackWhatIsHeldSyncedAndGrantedLater() {
    holdAndClose(LockMode.EX);
    stage.syncWaits = new Promise<>();
    stage.demote(LockMode.UN);
    GlockName second = GlockName.resourceGroup(0x11);
    stage.acquire("b", second, LockMode.SH, 0, Long.MAX_VALUE);
    stage.happened();
    stage.on(stage.cache::beginWithdraw);
    assertEquals(List.of("-> cancel", "b WITHDRAWN"), stage.happened());
    stage.grant(second, LockMode.SH, null);
    stage.acquire("c", LockMode.SH);
    assertEquals(List.of("c WITHDRAWN"), stage.happened());
    assertEquals(2, stage.cache.counts().heldBack());
    stage.on(() -> assertEquals(2, stage.cache.letGo()));
    assertEquals(List.of("-> lower 3/11 UN", "-> lower 2/1e UN"), stage.happened());
  }

  @Test
  void withdrawingNodeStillTakesCoordinationGlocks() {
    stage.on(stage.cache::beginWithdraw);
    stage.acquire("w", GlockName.LIVE, LockMode.EX, 0, Long.MAX_VALUE);
    assertEquals(List.of("-> acquire 1/1 EX"), stage.happened());
  }

  @Test
  void endOfTheSessionFailsEveryRequestAndForgetsAll() {
    holdAndClose(LockMode.EX);
    stage.acquire("b", GlockName.inode(9), LockMode.SH, 0, Long.MAX_VALUE);
    stage.acquire("c", GlockName.LIVE, LockMode.SH, 0, Long.MAX_VALUE);
    stage.on(stage.cache::sessionEnded);
    assertEquals(
        List.of("b WITHDRAWN", "c WITHDRAWN"),
        stage.happened().stream().filter(line -> line.endsWith("WITHDRAWN")).toList());
    assertEquals(1, stage.cache.counts().heldBack());
    assertEquals(0, stage.cache.counts().held());
    stage.acquire("d", GlockName.LIVE, LockMode.SH, 0, Long.MAX_VALUE);
    assertEquals(List.of("d WITHDRAWN"), stage.happened());
  }
}
