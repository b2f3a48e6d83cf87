package glockenspiel.lockmanager.core;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertThrows;

import glockenspiel.protocol.lock.Batch;
import glockenspiel.protocol.lock.GlockName;
import glockenspiel.protocol.lock.GlockType;
import glockenspiel.protocol.lock.Hello;
import glockenspiel.protocol.lock.LockManagerMessage.Answer;
import glockenspiel.protocol.lock.LockManagerMessage.Demote;
import glockenspiel.protocol.lock.LockMode;
import glockenspiel.protocol.lock.NodeMessage;
import glockenspiel.protocol.lock.NodeMessage.Acquire;
import glockenspiel.runtime.state.InvariantViolation;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

class LockManagerTest {
  private final LockManager manager =
      new LockManager(
          new LockManagerConfig(7, 10_000, 1_000_000, 0, LockLimits.DEFAULT.withQueues(50, 100)));

  private List<Effect> step(LockEvent event) {
    List<Effect> effects = new ArrayList<>();
    manager.step(event, 0, effects::add);
    return effects;
  }

  private void join(long stream, String lockspace, String nodeName) {
    step(new LockEvent.StreamOpened(stream, new Hello(lockspace, nodeName, false, 0, 0, 0)));
  }

  private List<Effect> say(long stream, NodeMessage... messages) {
    return step(new LockEvent.BatchReceived(stream, new Batch<>(0, 0, List.of(messages))));
  }

  private static Acquire acquire(long requestId, GlockName glock, LockMode mode) {
    return new Acquire(requestId, glock, mode, 0, "");
  }

  @Test
  void lockspacesAreApart() {
    join(1, "c:one", "a");
    join(2, "c:two", "a");
    say(1, acquire(1, GlockName.FREEZE, LockMode.EX));
    Effect.Send sent =
        assertInstanceOf(
            Effect.Send.class, say(2, acquire(1, GlockName.FREEZE, LockMode.EX)).getFirst());
    Answer answer = assertInstanceOf(Answer.class, sent.batch().messages().getFirst());
    assertEquals(LockMode.EX, answer.mode());
    assertEquals(1_000_002, answer.grantNumber());
    assertEquals(List.of("c:one", "c:two"), manager.lockspaces());
    assertNull(manager.lockspace("c:three"));
    assertEquals(List.of(), manager.sessions("c:three"));
  }

  @Test
  void whoHasTheFreezeGlockIsToldWhoAsksForIt() {
    join(1, "c:one", "a");
    join(2, "c:one", "b");
    say(1, acquire(1, GlockName.FREEZE, LockMode.SH), acquire(2, GlockName.RENAME, LockMode.SH));
    List<Demote> demotes =
        say(2, acquire(1, GlockName.FREEZE, LockMode.EX), acquire(2, GlockName.RENAME, LockMode.EX))
            .stream()
            .flatMap(effect -> effect instanceof Effect.Send send ? Stream.of(send) : Stream.of())
            .flatMap(send -> send.batch().messages().stream())
            .flatMap(message -> message instanceof Demote demote ? Stream.of(demote) : Stream.of())
            .toList();
    assertEquals(List.of("b", ""), demotes.stream().map(Demote::askedBy).toList());
  }

  @Test
  void listsWhatPassesTheFilter() {
    join(1, "c:one", "a");
    join(2, "c:one", "b");
    say(
        1,
        new NodeMessage.ReportFirstMountDone(1),
        acquire(1, GlockName.inode(9), LockMode.EX),
        acquire(2, GlockName.inode(-1), LockMode.EX),
        acquire(3, GlockName.resourceGroup(1), LockMode.SH),
        acquire(4, GlockName.inode(3), LockMode.SH));
    say(2, acquire(1, GlockName.inode(9), LockMode.SH), acquire(2, GlockName.LIVE, LockMode.SH));

    assertEquals("[1/1, 2/3, 2/9, 2/ffffffffffffffff, 3/1]", names(LockFilter.ALL));
    assertEquals("[3/1]", names(new LockFilter(GlockType.RGRP, null, false)));
    assertEquals("[1/1, 2/9]", names(new LockFilter(null, "b", false)));
    assertEquals("[2/9]", names(new LockFilter(null, "a", true)));
    assertEquals("[2/9]", names(new LockFilter(null, null, true)));
    assertEquals("[]", names(new LockFilter(null, "nobody", false)));
  }

  private String names(LockFilter filter) {
    return manager.locks("c:one", filter, LockCursor.START, 9).locks().stream()
        .map(LockInfo::glock)
        .sorted()
        .toList()
        .toString();
  }

  @Test
  void refusesWhatIsNoHello() {
    for (Hello bad :
        List.of(
            new Hello("", "a", false, 0, 0, 0),
            new Hello("c:one", "", false, 0, 0, 0),
            new Hello("c:one", "a".repeat(256), false, 0, 0, 0),
            new Hello("c:one", "a", false, 0, 7, 0),
            new Hello("c:one", "a", false, 0, 0, 1))) {
      Effect.CloseStream closed =
          assertInstanceOf(
              Effect.CloseStream.class, step(new LockEvent.StreamOpened(1, bad)).getFirst());
      assertEquals(CloseCause.INVALID_ARGUMENT, closed.cause());
    }
  }

  @Test
  void ignoresWhatComesTooLate() {
    assertEquals(List.of(), say(5, new NodeMessage.Renew()));
    assertEquals(List.of(), step(new LockEvent.StreamClosed(5)));
    assertEquals(List.of(), step(new LockEvent.TimerFired(5)));
    assertEquals(List.of(), step(new LockEvent.Evict(5, "gone already")));
  }

  @Test
  void doesNothingMoreOnceAnInvariantIsBroken() {
    join(1, "c:one", "a");
    // The shell breaks its contract: one stream twice.
    assertThrows(InvariantViolation.class, () -> join(1, "c:one", "b"));
    assertThrows(InvariantViolation.class, () -> join(2, "c:one", "c"));
  }

  @Test
  void configurationIsChecked() {
    assertThrows(IllegalArgumentException.class, () -> LockManagerConfig.of(0, 1));
    assertThrows(IllegalArgumentException.class, () -> LockManagerConfig.of(1, 0));
    assertThrows(IllegalArgumentException.class, () -> LockLimits.DEFAULT.withQueues(5, 5));
    assertThrows(
        IllegalArgumentException.class,
        () -> new LockManagerConfig(1, 1, -1, 0, LockLimits.DEFAULT));
  }
}
