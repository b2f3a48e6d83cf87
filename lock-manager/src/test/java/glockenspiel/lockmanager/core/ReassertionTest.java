package glockenspiel.lockmanager.core;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import glockenspiel.protocol.lock.Batch;
import glockenspiel.protocol.lock.GlockName;
import glockenspiel.protocol.lock.Hello;
import glockenspiel.protocol.lock.LockFlags;
import glockenspiel.protocol.lock.LockManagerMessage;
import glockenspiel.protocol.lock.LockManagerMessage.Answer;
import glockenspiel.protocol.lock.LockManagerMessage.CheckJournals;
import glockenspiel.protocol.lock.LockMode;
import glockenspiel.protocol.lock.LockOutcome;
import glockenspiel.protocol.lock.NodeMessage;
import glockenspiel.protocol.lock.NodeMessage.Acquire;
import glockenspiel.protocol.lock.NodeMessage.Lower;
import glockenspiel.protocol.lock.NodeMessage.Reassert;
import glockenspiel.protocol.lock.NodeMessage.ReassertDone;
import glockenspiel.protocol.lock.NodeMessage.ReportFirstMountDone;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

/** What a restarted lock-manager takes back, and from whom. */
class ReassertionTest {
  private static final long SECOND = 1_000_000_000L;
  private static final GlockName INODE = GlockName.inode(10);

  private final LockManager manager =
      new LockManager(new LockManagerConfig(8, 10_000, 1_000, 10_000, LockLimits.DEFAULT));
  private final List<Effect> effects = new ArrayList<>();
  private long now;

  private void step(LockEvent event) {
    effects.clear();
    manager.step(event, now, effects::add);
    manager.validate();
  }

  /** A member of incarnation 7 comes back. */
  private void comeBack(long stream, String name, int slot) {
    step(
        new LockEvent.StreamOpened(
            stream, new Hello("c:fs", name, slot < 0, false, slot + 2, 7, 3, slot, 40)));
  }

  private void send(long stream, long first, NodeMessage... messages) {
    step(new LockEvent.BatchReceived(stream, new Batch<>(first, 0, List.of(messages))));
  }

  private void reassert(long stream, int slot, GlockName... held) {
    List<NodeMessage> messages = new ArrayList<>();
    messages.add(reassert(GlockName.LIVE, LockMode.SH));
    messages.add(reassert(GlockName.journal(slot), LockMode.EX));
    for (GlockName glock : held) {
      messages.add(reassert(glock, LockMode.EX));
    }
    messages.add(new ReassertDone(false));
    send(stream, 1, messages.toArray(NodeMessage[]::new));
  }

  private static Reassert reassert(GlockName glock, LockMode mode) {
    return new Reassert(glock, mode, 900 + glock.number(), null, true, 0);
  }

  private void endGrace() {
    now = 10 * SECOND;
    step(new LockEvent.TimerFired(0));
  }

  private <M extends LockManagerMessage> List<M> sent(Class<M> kind) {
    return effects.stream()
        .filter(Effect.Send.class::isInstance)
        .flatMap(effect -> ((Effect.Send) effect).batch().messages().stream())
        .filter(kind::isInstance)
        .map(kind::cast)
        .toList();
  }

  private List<CloseCause> closed() {
    return effects.stream()
        .filter(Effect.CloseStream.class::isInstance)
        .map(effect -> ((Effect.CloseStream) effect).cause())
        .toList();
  }

  @Test
  void nothingIsGrantedBeforeTheGracePeriodHasEnded() {
    comeBack(1, "a", 0);
    reassert(1, 0, INODE);
    send(1, 5, new Acquire(1, GlockName.FREEZE, LockMode.SH, LockFlags.NOEXP, ""));
    assertTrue(sent(Answer.class).isEmpty());
    LockspaceInfo info = manager.lockspace("c:fs");
    assertTrue(info != null && info.inGrace());
    now = 10 * SECOND - 1;
    step(new LockEvent.TimerFired(0));
    assertTrue(sent(Answer.class).isEmpty());
    endGrace();
    assertEquals(LockOutcome.GRANTED, sent(Answer.class).getFirst().outcome());
  }

  @Test
  void whoDoesNotComeBackInTimeIsNoMember() {
    comeBack(1, "a", 0);
    reassert(1, 0, INODE);
    endGrace();
    comeBack(2, "b", 1);
    assertEquals(List.of(CloseCause.NOT_A_MEMBER), closed());
  }

  @Test
  void whoHasNotFinishedWhenTheGracePeriodEndsIsGivenUp() {
    comeBack(1, "a", 0);
    send(1, 1, reassert(INODE, LockMode.EX));
    endGrace();
    assertEquals(List.of(CloseCause.LEASE_ENDED), closed());
  }

  @Test
  void nobodyJoinsInTheGracePeriod() {
    step(new LockEvent.StreamOpened(1, new Hello("c:fs", "new", false, 0, 0, 0)));
    assertEquals(List.of(CloseCause.IN_GRACE), closed());
    assertFalse(CloseCause.IN_GRACE.losesSession());
    endGrace();
    step(new LockEvent.StreamOpened(2, new Hello("c:fs", "new", false, 0, 0, 0)));
    assertTrue(
        effects.stream()
            .anyMatch(e -> e instanceof Effect.Welcome(long stream, var w) && w.firstMounter()));
  }

  @Test
  void theGateOpensWhenTheOldestHasSeenToEveryJournalThatIsNotOwned() {
    comeBack(1, "a", 0);
    comeBack(2, "b", 1);
    reassert(1, 0, INODE);
    reassert(2, 1);
    endGrace();
    CheckJournals check = sent(CheckJournals.class).getFirst();
    assertEquals(List.of(0, 1), check.ownedJids());
    assertTrue(check.gate().generation() > 40, "reports of before must mean nothing");
    assertFalse(check.gate().isOpen());
    send(1, 5, new ReportFirstMountDone(40));
    assertFalse(isOpen());
    send(1, 6, new ReportFirstMountDone(check.gate().generation()));
    assertTrue(isOpen());
  }

  private boolean isOpen() {
    LockspaceInfo info = manager.lockspace("c:fs");
    return info != null && info.gate().isOpen();
  }

  @Test
  void whatDoesNotGoTogetherIsRefused() {
    comeBack(1, "a", 0);
    comeBack(2, "b", 1);
    reassert(1, 0, INODE);
    reassert(2, 1, INODE);
    assertEquals(List.of(CloseCause.INVALID_ARGUMENT), closed());
  }

  @Test
  void ofAnOwnerAndAPeerThatReplaysItsJournalThePeerStays() {
    comeBack(1, "a", 0);
    comeBack(2, "b", 1);
    reassert(1, 0);
    reassert(2, 1, GlockName.journal(0));
    assertEquals(List.of(CloseCause.NOT_A_MEMBER), closed());
    assertEquals(
        List.of("b"), manager.sessions("c:fs").stream().map(SessionInfo::nodeName).toList());
  }

  @Test
  void nobodyKeepsASlotThatTwoClaim() {
    comeBack(1, "a", 0);
    comeBack(2, "b", 0);
    assertEquals(List.of(CloseCause.NOT_A_MEMBER, CloseCause.NOT_A_MEMBER), closed());
    assertTrue(manager.sessions("c:fs").isEmpty());
  }

  @Test
  void theSameHelloTwiceIsOneSession() {
    comeBack(1, "a", 0);
    comeBack(2, "a", 0);
    assertEquals(List.of(CloseCause.SUPERSEDED), closed());
    reassert(2, 0, INODE);
    comeBack(3, "a", 0);
    assertEquals(List.of(CloseCause.SUPERSEDED), closed());
    assertEquals(1, manager.sessions("c:fs").size());
    assertEquals(SessionState.MEMBER, manager.sessions("c:fs").getFirst().state());
  }

  @Test
  void grantNumbersGrowPastWhatWasReasserted() {
    comeBack(1, "a", 0);
    send(1, 1, new Reassert(INODE, LockMode.EX, 5_000, null, true, 0), new ReassertDone(false));
    send(1, 3, new Acquire(1, GlockName.FREEZE, LockMode.SH, LockFlags.NOEXP, ""));
    endGrace();
    assertTrue(sent(Answer.class).getFirst().grantNumber() > 5_000);
  }

  /** The next number would be negative, and every fencing number after it. */
  @Test
  void aGrantNumberThatNobodyWasGivenIsRefused() {
    comeBack(1, "a", 0);
    send(1, 1, new Reassert(INODE, LockMode.EX, Long.MAX_VALUE, null, true, 0));
    assertEquals(List.of(CloseCause.INVALID_ARGUMENT), closed());
  }

  @Test
  void aVolumesNodeHoldsNoApplicationLock() {
    comeBack(1, "a", 0);
    send(1, 1, new Reassert(GlockName.application("x"), LockMode.EX, 900, null, true, 0));
    assertEquals(List.of(CloseCause.INVALID_ARGUMENT), closed());
  }

  @Test
  void whoWithdrawsSeesToNobodysJournal() {
    comeBack(1, "a", 0);
    comeBack(2, "b", 1);
    send(1, 1, reassert(INODE, LockMode.EX), new ReassertDone(true));
    reassert(2, 1);
    endGrace();
    CheckJournals check = sent(CheckJournals.class).getFirst();
    assertEquals(List.of(1), check.ownedJids(), "the one that withdraws has given its journal up");
    assertEquals(
        List.of(2L),
        effects.stream()
            .filter(e -> e instanceof Effect.Send send && hasCheck(send))
            .map(e -> ((Effect.Send) e).streamId())
            .toList());
  }

  private static boolean hasCheck(Effect.Send send) {
    return send.batch().messages().stream().anyMatch(CheckJournals.class::isInstance);
  }

  @Test
  void aWithdrawThatWasNotAnnouncedBeforeClosesTheGateNow() {
    comeBack(1, "a", 0);
    comeBack(2, "b", 1);
    send(
        1,
        1,
        reassert(GlockName.LIVE, LockMode.SH),
        reassert(GlockName.journal(0), LockMode.EX),
        new ReassertDone(true));
    reassert(2, 1);
    endGrace();
    send(2, 4, new ReportFirstMountDone(sent(CheckJournals.class).getFirst().gate().generation()));
    assertTrue(isOpen());
    send(
        1,
        4,
        new Lower(GlockName.journal(0), LockMode.UN, null),
        new Lower(GlockName.LIVE, LockMode.UN, null),
        new Acquire(
            1, GlockName.LIVE, LockMode.EX, LockFlags.TRY_1CB | LockFlags.NOEXP, "its trace"));
    assertFalse(isOpen());
    LockspaceInfo info = manager.lockspace("c:fs");
    assertEquals(List.of(0), info == null ? List.of() : info.gate().pendingJids());
  }

  @Test
  void applicationsComeBackToo() {
    GlockName lock = GlockName.application("x");
    step(new LockEvent.StreamOpened(1, new Hello("shop", "a", false, true, 5, 7, 3, -1, 0)));
    step(new LockEvent.StreamOpened(2, new Hello("shop", "b", false, true, 6, 7, 3, -1, 0)));
    send(1, 1, new Reassert(lock, LockMode.EX, 2_000, null, true, 1_500), new ReassertDone(false));
    send(2, 1, new ReassertDone(false));
    send(2, 2, new Acquire(1, lock, LockMode.EX, 0, 0, ""));
    endGrace();
    assertTrue(sent(Answer.class).isEmpty(), "the first one has it");
    assertEquals(1_500, manager.lock("shop", lock).holders().getFirst().lockDelayMillis());
    send(1, 3, new Lower(lock, LockMode.UN, null));
    Answer granted = sent(Answer.class).getFirst();
    assertEquals(LockOutcome.GRANTED, granted.outcome());
    assertTrue(granted.grantNumber() > 2_000, "it is the fencing number");
  }
}
