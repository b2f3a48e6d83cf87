package glockenspiel.node.glock;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import glockenspiel.protocol.lock.Batch;
import glockenspiel.protocol.lock.GateStatus;
import glockenspiel.protocol.lock.Hello;
import glockenspiel.protocol.lock.LockManagerMessage;
import glockenspiel.protocol.lock.LockManagerPort;
import glockenspiel.protocol.lock.NodeMessage;
import glockenspiel.protocol.lock.Welcome;
import glockenspiel.runtime.task.Promise;
import glockenspiel.runtime.task.deterministic.DeterministicOwner;
import glockenspiel.runtime.task.deterministic.DeterministicScheduler;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

class LockSessionTest {
  private static final GateStatus OPEN_GATE = new GateStatus(1, List.of(), false);
  private static final long MILLI = 1_000_000;

  /** A stream whose other end is the test. */
  private static final class TestStream implements LockManagerPort.Stream {
    final Hello hello;
    final LockManagerPort.Listener listener;
    final List<Batch<NodeMessage>> sent = new ArrayList<>();
    boolean ready = true;
    boolean closed;

    TestStream(Hello hello, LockManagerPort.Listener listener) {
      this.hello = hello;
      this.listener = listener;
    }

    @Override
    public void send(Batch<NodeMessage> batch) {
      sent.add(batch);
    }

    @Override
    public boolean isReady() {
      return ready;
    }

    @Override
    public void close() {
      closed = true;
    }
  }

  private final DeterministicScheduler scheduler = DeterministicScheduler.inOrder();
  private final DeterministicOwner owner = scheduler.owner("node");
  private final List<TestStream> streams = new ArrayList<>();
  private final List<String> told = new ArrayList<>();
  private final LockSession session =
      new LockSession(
          owner,
          (hello, listener) -> {
            TestStream stream = new TestStream(hello, listener);
            streams.add(stream);
            return stream;
          },
          new SessionSettings(
              5_000 * MILLI, 500 * MILLI, 10 * MILLI, 100 * MILLI, 5 * MILLI, 4, 100),
          SessionMember.node("c:fs", "n", false),
          new SessionListener() {
            @Override
            public void received(LockManagerMessage message) {
              told.add(message.getClass().getSimpleName());
            }

            @Override
            public long generation() {
              return 0;
            }

            @Override
            public void reassert(Welcome answer) {
              told.add("reassert");
            }

            @Override
            public void reasserted() {
              told.add("reasserted");
            }

            @Override
            public void resumed() {
              told.add("resumed");
            }

            @Override
            public void broken(String reason) {
              told.add("broken");
            }

            @Override
            public void lost(String reason) {
              told.add("lost: " + reason);
            }
          });

  @AfterEach
  void close() {
    scheduler.close();
  }

  private void on(Runnable piece) {
    owner.execute(piece);
    scheduler.runFor(0);
  }

  private TestStream stream() {
    return streams.getLast();
  }

  private Promise<Welcome> join() {
    List<Promise<Welcome>> joined = new ArrayList<>();
    on(() -> joined.add(session.join()));
    return joined.getFirst();
  }

  private void welcome(long received) {
    on(() -> stream().listener.welcomed(new Welcome(7, 1, 2, 1_000, received, false, OPEN_GATE)));
  }

  private void joined() {
    join();
    welcome(0);
  }

  private void acknowledge(long count) {
    on(() -> stream().listener.received(new Batch<>(0, count, List.of())));
  }

  private void receive(long first, LockManagerMessage... messages) {
    on(() -> stream().listener.received(new Batch<>(first, 0, List.of(messages))));
  }

  private void breakStream(boolean lost) {
    on(() -> stream().listener.closed(lost, "gone"));
  }

  private static NodeMessage message(long id) {
    return new NodeMessage.Cancel(id);
  }

  @Test
  void joins() {
    Promise<Welcome> joined = join();
    assertEquals(new Hello("c:fs", "n", false, 0, 0, 0), stream().hello);
    assertEquals(SessionState.JOINING, session.state());
    assertFalse(session.holdsLease());
    welcome(0);
    assertEquals(2, joined.get().slot());
    assertTrue(session.holdsLease());
    assertEquals(SessionState.OPEN, session.state());
  }

  @Test
  void joiningIsTriedAgainUntilPatienceIsOver() {
    Promise<Welcome> joined = join();
    breakStream(false);
    scheduler.runFor(200 * MILLI);
    assertEquals(2, streams.size());
    scheduler.runFor(600 * MILLI);
    assertEquals(3, streams.size());
    scheduler.runFor(6_000 * MILLI);
    assertThrows(SessionException.class, joined::get);
    assertEquals(SessionState.LEFT, session.state());
    assertEquals(List.of(), told);
  }

  @Test
  void messagesOfOneTurnGoInOneBatch() {
    joined();
    on(
        () -> {
          session.send(message(1));
          session.send(message(2));
        });
    on(() -> session.send(message(3)));
    assertEquals(
        List.of(
            new Batch<>(1, 0, List.of(message(1), message(2))),
            new Batch<>(3, 0, List.of(message(3)))),
        stream().sent);
  }

  @Test
  void gathersWhileTheStreamIsNotReady() {
    joined();
    stream().ready = false;
    on(() -> session.send(message(1)));
    on(() -> session.send(message(2)));
    assertEquals(List.of(), stream().sent);
    stream().ready = true;
    on(() -> stream().listener.ready());
    assertEquals(List.of(new Batch<>(1, 0, List.of(message(1), message(2)))), stream().sent);
  }

  @Test
  void noMoreThanTheLimitWaitsForItsAcknowledgement() {
    joined();
    on(
        () -> {
          for (int id = 1; id <= 6; id++) {
            session.send(message(id));
          }
        });
    assertEquals(4, stream().sent.getFirst().messages().size());
    acknowledge(3);
    assertEquals(new Batch<>(5, 0, List.of(message(5), message(6))), stream().sent.getLast());
  }

  @Test
  void resumesWithWhatWasNotHandled() {
    joined();
    on(() -> session.send(message(1)));
    on(() -> session.send(message(2)));
    receive(1, new LockManagerMessage.GateChanged(OPEN_GATE));
    breakStream(false);
    on(() -> session.send(message(3)));
    assertEquals(SessionState.RESUMING, session.state());
    assertEquals(new Hello("c:fs", "n", false, false, 7, 1, 1, 2, 0), stream().hello);
    welcome(1);
    assertEquals(List.of(new Batch<>(2, 1, List.of(message(2), message(3)))), stream().sent);
    List<LockManagerMessage> again =
        List.of(
            new LockManagerMessage.GateChanged(OPEN_GATE),
            new LockManagerMessage.BecomeFirstMounter(OPEN_GATE));
    on(() -> stream().listener.received(new Batch<>(1, 3, again)));
    assertEquals(List.of("GateChanged", "broken", "resumed", "BecomeFirstMounter"), told);
  }

  @Test
  void whatAnOldStreamSaysIsNotHeard() {
    joined();
    TestStream old = stream();
    breakStream(false);
    on(
        () ->
            old.listener.received(
                new Batch<>(1, 0, List.of(new LockManagerMessage.GateChanged(OPEN_GATE)))));
    assertEquals(List.of("broken"), told);
  }

  private void findRestarted() {
    joined();
    on(() -> session.send(message(1)));
    breakStream(false);
    scheduler.runFor(100 * MILLI);
    on(() -> stream().listener.welcomed(new Welcome(9, 2, 2, 1_000, 0, false, OPEN_GATE)));
  }

  @Test
  void aRestartedLockManagerIsToldAnew() {
    findRestarted();
    assertEquals(List.of("broken", "reassert", "reasserted"), told);
    assertEquals(
        List.of(new Batch<>(1, 0, List.of(new NodeMessage.ReassertDone(false)))), stream().sent);
    assertEquals(9, session.sessionId());
  }

  @Test
  void theLeaseIsTheOldOneUntilAllIsTakenBack() {
    findRestarted();
    scheduler.runFor(900 * MILLI);
    assertEquals("lost: the lease of 1000 ms ran out", told.getLast());
  }

  @Test
  void theLeaseIsTheNewOneOnceAllIsTakenBack() {
    findRestarted();
    acknowledge(1);
    scheduler.runFor(890 * MILLI);
    assertTrue(session.holdsLease());
    assertEquals("reasserted", told.getLast());
  }

  @Test
  void acknowledgesSoonWhenItHasNothingToSay() {
    joined();
    receive(1, new LockManagerMessage.GateChanged(OPEN_GATE));
    assertEquals(List.of(), stream().sent);
    scheduler.runFor(5 * MILLI);
    assertEquals(List.of(new Batch<>(1, 1, List.of())), stream().sent);
  }

  @Test
  void renewsEachThirdOfTheLease() {
    joined();
    for (int count = 1; count <= 9; count++) {
      scheduler.runFor(334 * MILLI);
      acknowledge(stream().sent.size());
    }
    assertEquals(SessionState.OPEN, session.state());
    assertEquals(9, stream().sent.size());
    assertEquals(List.of(new NodeMessage.Renew()), stream().sent.getFirst().messages());
  }

  @Test
  void stopsBeforeTheLockManagerGivesUp() {
    joined();
    scheduler.runFor(899 * MILLI);
    assertTrue(session.holdsLease());
    scheduler.runFor(1 * MILLI);
    assertFalse(session.holdsLease());
    assertEquals(List.of("lost: the lease of 1000 ms ran out"), told);
    assertEquals(SessionState.LOST, session.state());
    assertTrue(stream().closed);
  }

  @Test
  void acknowledgementCountsFromTheSending() {
    joined();
    scheduler.runFor(100 * MILLI);
    on(() -> session.send(message(1)));
    scheduler.runFor(700 * MILLI);
    acknowledge(1);
    scheduler.runFor(199 * MILLI);
    assertTrue(session.holdsLease());
    scheduler.runFor(2 * MILLI);
    assertFalse(session.holdsLease());
  }

  @Test
  void brokenStreamIsTriedAgainUntilTheLeaseEnds() {
    joined();
    breakStream(false);
    for (int attempt = 0; attempt < 6; attempt++) {
      breakStream(false);
      scheduler.runFor(100 * MILLI);
    }
    assertTrue(streams.size() > 4, () -> streams.size() + " attempts");
    scheduler.runFor(500 * MILLI);
    assertEquals("lost: the lease of 1000 ms ran out", told.getLast());
  }

  @Test
  void unknownSessionIsLostAtOnce() {
    joined();
    breakStream(true);
    assertEquals(List.of("lost: gone"), told);
  }

  @Test
  void nonsenseInTheNumberingEndsTheSession() {
    joined();
    receive(5, new LockManagerMessage.GateChanged(OPEN_GATE));
    assertTrue(told.getLast().startsWith("lost: the lock-manager broke the numbering"));
  }

  @Test
  void leavesInOrder() {
    joined();
    List<Promise<?>> left = new ArrayList<>();
    on(() -> left.add(session.leave()));
    assertEquals(List.of(new NodeMessage.Leave()), stream().sent.getLast().messages());
    receive(1, new LockManagerMessage.Left());
    assertTrue(left.getFirst().isDone());
    assertEquals(SessionState.LEFT, session.state());
    assertEquals(List.of(), told);
  }

  @Test
  void sessionThatIsLostWhileItLeavesHasLeft() {
    joined();
    List<Promise<?>> left = new ArrayList<>();
    on(() -> left.add(session.leave()));
    breakStream(false);
    breakStream(true);
    assertTrue(left.getFirst().isDone());
    assertEquals(List.of("broken"), told);
  }

  @Test
  void leavingBeforeTheWelcomeEndsTheJoin() {
    Promise<Welcome> joined = join();
    on(() -> session.leave());
    assertTrue(joined.isFailed());
    assertTrue(stream().closed);
  }
}
