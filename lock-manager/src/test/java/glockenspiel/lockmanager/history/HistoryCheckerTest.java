package glockenspiel.lockmanager.history;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import glockenspiel.protocol.lock.GateStatus;
import glockenspiel.protocol.lock.GlockName;
import glockenspiel.protocol.lock.GlockType;
import glockenspiel.protocol.lock.LockFlags;
import glockenspiel.protocol.lock.LockManagerMessage;
import glockenspiel.protocol.lock.LockMode;
import glockenspiel.protocol.lock.LockOutcome;
import glockenspiel.protocol.lock.LockValue;
import glockenspiel.protocol.lock.NodeMessage;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** Histories by hand: good ones pass, and each kind of broken one is told what it breaks. */
class HistoryCheckerTest {
  private static final GateStatus OPEN = new GateStatus(1, List.of(), false);
  private static final GateStatus CLOSED = new GateStatus(2, List.of(0), false);
  private static final GlockName META = new GlockName(GlockType.META, 7);
  private static final GlockName INODE = GlockName.inode(7);
  private static final LockValue OLD = LockValue.of((byte) 1);
  private static final LockValue NEW = LockValue.of((byte) 2);

  private final History history = new History();

  @BeforeEach
  void join() {
    for (long session = 1; session <= 3; session++) {
      history.joined(session, OPEN);
    }
  }

  private void ask(long session, long id, LockMode mode, int flags) {
    ask(session, id, META, mode, flags);
  }

  private void ask(long session, long id, GlockName glock, LockMode mode, int flags) {
    history.said(session, new NodeMessage.Acquire(id, glock, mode, flags, ""));
  }

  private void granted(long session, long id, LockMode mode, long number) {
    granted(session, id, META, mode, number, null, true);
  }

  private void granted(
      long session,
      long id,
      GlockName glock,
      LockMode mode,
      long number,
      @Nullable LockValue value,
      boolean valid) {
    history.heard(
        session,
        new LockManagerMessage.Answer(id, glock, LockOutcome.GRANTED, mode, number, value, valid));
  }

  private void refused(long session, long id, LockOutcome outcome) {
    history.heard(
        session, new LockManagerMessage.Answer(id, META, outcome, LockMode.UN, 0, null, true));
  }

  private void lower(long session, LockMode mode, @Nullable LockValue value) {
    history.said(session, new NodeMessage.Lower(META, mode, value));
  }

  private void demoted(long session, long number, LockMode wanted) {
    history.heard(session, new LockManagerMessage.Demote(META, wanted, number, OPEN, ""));
  }

  private void hold(long session, long id, LockMode mode, long number) {
    ask(session, id, mode, 0);
    granted(session, id, mode, number);
  }

  private void assertGood(int requests) {
    assertEquals(requests, HistoryChecker.check(history));
  }

  private void assertBroken(String words) {
    HistoryBreach breach = assertThrows(HistoryBreach.class, () -> HistoryChecker.check(history));
    assertTrue(String.valueOf(breach.getMessage()).contains(words), breach::toString);
  }

  @Test
  void aHandOverIsGood() {
    hold(1, 1, LockMode.EX, 1);
    ask(2, 1, LockMode.SH, 0);
    demoted(1, 1, LockMode.SH);
    lower(1, LockMode.SH, OLD);
    granted(2, 1, META, LockMode.SH, 2, OLD, true);
    lower(2, LockMode.UN, null);
    lower(1, LockMode.UN, null);
    assertGood(2);
  }

  @Test
  void aMovementThatIsHeardLateIsGood() {
    // Session 2 is granted after 1 has lowered, but hears of it before 1's next request is asked.
    hold(1, 1, LockMode.EX, 1);
    ask(2, 1, LockMode.EX, 0);
    ask(3, 1, LockMode.EX, 0);
    lower(1, LockMode.UN, NEW);
    granted(2, 1, META, LockMode.EX, 2, NEW, true);
    lower(2, LockMode.UN, OLD);
    granted(3, 1, META, LockMode.EX, 3, OLD, true);
    assertGood(3);
  }

  @Test
  void aRequestHasOneOutcome() {
    hold(1, 1, LockMode.EX, 1);
    granted(1, 1, LockMode.EX, 2);
    assertBroken("rule 11");
  }

  @Test
  void aRequestHasAnOutcome() {
    ask(1, 1, LockMode.EX, 0);
    assertBroken("no outcome");
  }

  @Test
  void whoHasStoppedNeedsNoOutcome() {
    ask(1, 1, LockMode.EX, 0);
    history.stopped(1);
    hold(2, 1, LockMode.EX, 2);
    assertGood(2);
  }

  @Test
  void nobodyElseCancels() {
    ask(1, 1, LockMode.EX, 0);
    refused(1, 1, LockOutcome.CANCELLED);
    assertBroken("nobody has cancelled");
  }

  @Test
  void aCancelledRequestIsGood() {
    hold(1, 1, LockMode.SH, 1);
    ask(2, 1, LockMode.EX, 0);
    history.said(2, new NodeMessage.Cancel(1));
    refused(2, 1, LockOutcome.CANCELLED);
    assertGood(2);
  }

  @Test
  void aWaitingRequestDoesNotFailLikeATry() {
    ask(1, 1, LockMode.EX, 0);
    refused(1, 1, LockOutcome.TRY_FAILED);
    assertBroken("no try has failed");
  }

  @Test
  void aTryDoesNotWait() {
    hold(1, 1, LockMode.EX, 1);
    ask(2, 1, LockMode.EX, LockFlags.TRY);
    ask(2, 2, INODE, LockMode.EX, 0);
    granted(2, 2, INODE, LockMode.EX, 2, null, true);
    lower(1, LockMode.UN, null);
    granted(2, 1, LockMode.EX, 3);
    assertBroken("a try waits");
  }

  @Test
  void aTryFailsForAReason() {
    ask(1, 1, LockMode.EX, LockFlags.TRY);
    refused(1, 1, LockOutcome.TRY_FAILED);
    assertBroken("no order");
  }

  @Test
  void aTryMayFailBehindAWaiter() {
    hold(1, 1, LockMode.SH, 1);
    ask(2, 1, LockMode.EX, 0);
    demoted(1, 1, LockMode.UN);
    ask(3, 1, LockMode.SH, LockFlags.TRY);
    refused(3, 1, LockOutcome.TRY_FAILED);
    lower(1, LockMode.UN, null);
    granted(2, 1, LockMode.EX, 2);
    assertGood(3);
  }

  @Test
  void incompatibleModesAreNotInUse() {
    hold(1, 1, LockMode.SH, 1);
    hold(2, 1, LockMode.EX, 2);
    assertBroken("rule 1:");
  }

  @Test
  void anOldModeIsNotUsedWhileAConversionMayHaveHappened() {
    hold(1, 1, LockMode.EX, 1);
    ask(1, 2, LockMode.SH, 0);
    ask(2, 1, LockMode.SH, 0);
    granted(2, 1, LockMode.SH, 3);
    granted(1, 2, LockMode.SH, 2);
    assertGood(3);
  }

  @Test
  void whoIsSuspendedUsesNothing() {
    hold(1, 1, LockMode.EX, 1);
    history.add(new HistoryEvent.Suspended(1));
    hold(2, 1, LockMode.EX, 2);
    history.stopped(1);
    assertGood(2);
  }

  @Test
  void whoGoesOnAfterItWasGivenUpIsSeen() {
    hold(1, 1, LockMode.EX, 1);
    history.add(new HistoryEvent.Suspended(1));
    hold(2, 1, LockMode.EX, 2);
    history.add(new HistoryEvent.Resumed(1));
    assertBroken("rule 1:");
  }

  @Test
  void grantNumbersGrowOverAllLocks() {
    ask(1, 1, INODE, LockMode.EX, 0);
    granted(1, 1, INODE, LockMode.EX, 5, null, true);
    hold(2, 1, LockMode.EX, 4);
    assertBroken("grant numbers grow");
  }

  @Test
  void grantNumbersAreInTheOrderOfTheGrants() {
    // Both were asked for together, but 1 can have had it only before 2.
    ask(1, 1, LockMode.EX, 0);
    ask(2, 1, LockMode.EX, 0);
    granted(1, 1, LockMode.EX, 6);
    lower(1, LockMode.UN, null);
    granted(2, 1, LockMode.EX, 5);
    assertBroken("no order");
  }

  @Test
  void aValueIsTheNewest() {
    hold(1, 1, LockMode.EX, 1);
    lower(1, LockMode.UN, OLD);
    ask(2, 1, LockMode.EX, 0);
    granted(2, 1, META, LockMode.EX, 2, OLD, true);
    lower(2, LockMode.UN, NEW);
    ask(3, 1, LockMode.SH, 0);
    granted(3, 1, META, LockMode.SH, 3, OLD, true);
    assertBroken("no order");
  }

  @Test
  void aValueOfADeadHolderIsMarked() {
    hold(1, 1, LockMode.EX, 1);
    lower(1, LockMode.UN, OLD);
    ask(1, 2, LockMode.EX, 0);
    granted(1, 2, META, LockMode.EX, 2, OLD, true);
    history.stopped(1);
    ask(2, 1, LockMode.EX, 0);
    granted(2, 1, META, LockMode.EX, 3, OLD, false);
    assertGood(3);
    lower(2, LockMode.UN, null);
    ask(3, 1, LockMode.EX, 0);
    granted(3, 1, META, LockMode.EX, 4, OLD, true);
    assertBroken("no order");
  }

  @Test
  void aValueIsForgottenOnlyWhenNobodyIsLeft() {
    hold(1, 1, LockMode.EX, 1);
    lower(1, LockMode.UN, OLD);
    hold(1, 2, LockMode.SH, 2);
    assertBroken("no order");
  }

  @Test
  void anEmptyLockspaceMayForgetValues() {
    hold(1, 1, LockMode.EX, 1);
    lower(1, LockMode.UN, OLD);
    history.add(new HistoryEvent.Emptied());
    hold(2, 1, LockMode.SH, 2);
    assertGood(2);
  }

  @Test
  void noGrantPassesTheGate() {
    ask(1, 1, INODE, LockMode.EX, 0);
    history.heard(1, new LockManagerMessage.GateChanged(CLOSED));
    granted(1, 1, INODE, LockMode.EX, 1, null, true);
    assertBroken("rule 2");
  }

  @Test
  void noexpAndOtherLocksPassTheGate() {
    history.heard(1, new LockManagerMessage.GateChanged(CLOSED));
    ask(1, 1, INODE, LockMode.EX, LockFlags.NOEXP);
    granted(1, 1, INODE, LockMode.EX, 1, null, true);
    hold(1, 2, LockMode.EX, 2);
    assertGood(2);
  }

  @Test
  void aTryWithCallbackAsksEachHolderOnce() {
    hold(1, 1, LockMode.SH, 1);
    hold(2, 1, LockMode.SH, 2);
    ask(3, 1, LockMode.EX, LockFlags.TRY_1CB);
    demoted(1, 1, LockMode.UN);
    refused(3, 1, LockOutcome.TRY_FAILED);
    assertBroken("rule 11");
    demoted(2, 2, LockMode.UN);
    assertGood(3);
    demoted(2, 2, LockMode.UN);
    assertBroken("rule 11");
  }

  @Test
  void aTryDisturbsNobody() {
    hold(1, 1, LockMode.SH, 1);
    ask(3, 1, LockMode.EX, LockFlags.TRY);
    refused(3, 1, LockOutcome.TRY_FAILED);
    assertGood(2);
    demoted(1, 1, LockMode.UN);
    assertBroken("rule 11");
  }

  @Test
  void whatIsToBeLoweredWasGranted() {
    hold(1, 1, LockMode.SH, 1);
    demoted(1, 9, LockMode.UN);
    assertBroken("never had");
  }

  @Test
  void onlyHoldersAreToldOfDeadlocks() {
    ask(1, 1, LockMode.EX, 0);
    refused(1, 1, LockOutcome.DEADLOCK);
    assertBroken("no conversion");
  }

  private void restart() {
    history.add(new HistoryEvent.Restarted());
  }

  private void comeBack(long session, LockMode mode) {
    history.add(new HistoryEvent.CameBack(session, Map.of(META, mode)));
  }

  @Test
  void aRestartThatForgetsWhatNobodyBringsBackIsGood() {
    hold(1, 1, LockMode.EX, 1);
    lower(1, LockMode.UN, OLD);
    ask(2, 1, LockMode.SH, 0);
    granted(2, 1, META, LockMode.SH, 2, OLD, true);
    lower(2, LockMode.UN, null);
    ask(3, 1, LockMode.EX, 0);
    restart();
    history.add(new HistoryEvent.CameBack(3, Map.of()));
    ask(3, 2, LockMode.EX, 0);
    granted(3, 2, LockMode.EX, 3);
    assertGood(4);
  }

  @Test
  void aRestartThatLosesABroughtBackValueIsBroken() {
    hold(1, 1, LockMode.EX, 1);
    lower(1, LockMode.SH, OLD);
    restart();
    comeBack(1, LockMode.SH);
    ask(1, 2, new GlockName(GlockType.META, 8), LockMode.SH, 0);
    granted(1, 2, new GlockName(GlockType.META, 8), LockMode.SH, 2, null, true);
    ask(2, 1, LockMode.SH, 0);
    granted(2, 1, LockMode.SH, 3);
    assertBroken("no order");
  }

  @Test
  void aGrantBesideWhoComesBackIsBroken() {
    hold(1, 1, LockMode.EX, 1);
    restart();
    ask(2, 1, LockMode.EX, 0);
    granted(2, 1, LockMode.EX, 2);
    assertBroken("rule 1");
  }

  @Test
  void whoseLeaseIsOverUsesNothing() {
    hold(1, 1, LockMode.EX, 1);
    history.leaseUntil(1, System.nanoTime());
    ask(2, 1, LockMode.EX, 0);
    granted(2, 1, LockMode.EX, 2);
    history.stopped(1);
    assertGood(2);
  }
}
