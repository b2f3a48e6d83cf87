package glockenspiel.lockmanager.app;

import static glockenspiel.lockmanager.app.TestNode.LOCKSPACE;
import static glockenspiel.lockmanager.app.TestNode.hello;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import glockenspiel.lock.v1.Acquire;
import glockenspiel.lock.v1.LockErrorReason;
import glockenspiel.lock.v1.NodeBatch;
import glockenspiel.lock.v1.SessionRequest;
import glockenspiel.protocol.lock.Batch;
import glockenspiel.protocol.lock.GlockName;
import glockenspiel.protocol.lock.Hello;
import glockenspiel.protocol.lock.LockFlags;
import glockenspiel.protocol.lock.LockManagerMessage;
import glockenspiel.protocol.lock.LockManagerMessage.Answer;
import glockenspiel.protocol.lock.LockMode;
import glockenspiel.protocol.lock.LockOutcome;
import glockenspiel.protocol.lock.NodeMessage;
import glockenspiel.protocol.lock.Welcome;
import glockenspiel.protocol.wire.SessionWire;
import glockenspiel.runtime.config.HostPort;
import glockenspiel.runtime.grpc.GrpcChannel;
import glockenspiel.runtime.grpc.TransportSecurity;
import glockenspiel.runtime.telemetry.Telemetry;
import io.grpc.inprocess.InProcessChannelBuilder;
import io.grpc.inprocess.InProcessServerBuilder;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** Sessions over real stubs. */
@Timeout(60)
class LockManagerServerTest {
  private static final LockManagerSettings SETTINGS =
      new LockManagerSettings(
          new HostPort("127.0.0.1", 0),
          LockManagerSettings.LEASE_MILLIS,
          TransportSecurity.INSECURE);
  private static final GlockName GLOCK = new GlockName(GlockName.LIVE.type(), 77);

  private LockManagerServer server;
  private GrpcChannel channel;

  @BeforeEach
  void start() throws Exception {
    server =
        LockManagerServer.start(InProcessServerBuilder.forName("locks"), SETTINGS, Telemetry.NONE);
    channel = GrpcChannel.open(InProcessChannelBuilder.forName("locks"), Telemetry.NONE);
  }

  @AfterEach
  void stop() {
    channel.close();
    server.close();
  }

  private TestNode join(String nodeName) throws InterruptedException {
    TestNode node = new TestNode(channel);
    Welcome welcome = node.greet(hello(nodeName));
    assertNotEquals(0, welcome.sessionId());
    return node;
  }

  @Test
  void aSessionFromHelloToLeave() throws Exception {
    TestNode node = new TestNode(channel);
    Welcome welcome = node.greet(hello("node-1"));
    assertEquals(0, welcome.slot());
    assertTrue(welcome.firstMounter());
    assertEquals(SETTINGS.leaseMillis(), welcome.leaseMillis());

    node.acquire(1, GLOCK, LockMode.EX, 0);
    Answer answer = node.next(Answer.class);
    assertEquals(LockOutcome.GRANTED, answer.outcome());
    assertEquals(GLOCK, answer.glock());
    assertTrue(answer.grantNumber() > 0);

    node.say(new NodeMessage.Lower(GLOCK, LockMode.UN, null), new NodeMessage.Leave());
    var _ = node.next(LockManagerMessage.Left.class);
    node.assertCompleted();
  }

  @Test
  void aConflictBringsADemoteRequest() throws Exception {
    TestNode first = join("node-1");
    TestNode second = join("node-2");
    first.acquire(1, GLOCK, LockMode.EX, 0);
    Answer granted = first.next(Answer.class);
    second.acquire(1, GLOCK, LockMode.SH, 0);

    LockManagerMessage.Demote demote = first.next(LockManagerMessage.Demote.class);
    assertEquals(GLOCK, demote.glock());
    assertEquals(LockMode.SH, demote.wanted());
    assertEquals(granted.grantNumber(), demote.grantNumber());
    first.say(new NodeMessage.Lower(GLOCK, LockMode.SH, null));

    assertEquals(LockOutcome.GRANTED, second.next(Answer.class).outcome());
    second.acquire(2, GLOCK, LockMode.EX, LockFlags.TRY);
    assertEquals(LockOutcome.TRY_FAILED, second.next(Answer.class).outcome());
  }

  @Test
  void aBrokenStreamIsResumedAndNothingIsLost() throws Exception {
    TestNode before = new TestNode(channel, 1);
    Welcome welcome = before.greet(hello("node-1"));
    // The answer is never let in: it is on its way when the stream breaks.
    before.acquire(1, GLOCK, LockMode.EX, 0);
    before.breakOff();

    TestNode after = new TestNode(channel);
    Welcome resumed =
        after.greet(
            new Hello(LOCKSPACE, "node-1", false, welcome.sessionId(), welcome.incarnation(), 0));
    assertEquals(welcome.sessionId(), resumed.sessionId());
    assertEquals(welcome.slot(), resumed.slot());
    if (resumed.received() == 0) {
      // The stream broke before the request was read; a node sends it again.
      SessionWire.requests(
              new Batch<NodeMessage>(
                  1, 0, List.of(new NodeMessage.Acquire(1, GLOCK, LockMode.EX, 0, ""))))
          .forEach(after::send);
    }
    Answer answer = after.next(Answer.class);
    assertEquals(1, answer.requestId());
    assertEquals(LockOutcome.GRANTED, answer.outcome());
  }

  @Test
  void aNewStreamEndsTheOldOne() throws Exception {
    TestNode before = new TestNode(channel);
    Welcome welcome = before.greet(hello("node-1"));
    TestNode after = new TestNode(channel);
    Welcome resumed =
        after.greet(
            new Hello(LOCKSPACE, "node-1", false, welcome.sessionId(), welcome.incarnation(), 0));
    assertEquals(welcome.sessionId(), resumed.sessionId());
    String said = before.assertFailed(LockErrorReason.LOCK_ERROR_REASON_SUPERSEDED, false);
    assertTrue(said.startsWith("ABORTED"), said);
  }

  @Test
  void unknownSessionsAreLost() throws Exception {
    Welcome welcome = new TestNode(channel).greet(hello("node-1"));
    TestNode stranger = new TestNode(channel);
    stranger.send(
        SessionWire.request(
            new Hello(
                LOCKSPACE, "node-1", false, welcome.sessionId(), welcome.incarnation() + 1, 0)));
    stranger.assertFailed(LockErrorReason.LOCK_ERROR_REASON_NOT_A_MEMBER, true);
  }

  @Test
  void aTakenNameIsRefused() throws Exception {
    join("node-1");
    TestNode second = new TestNode(channel);
    second.send(SessionWire.request(hello("node-1")));
    second.assertFailed(LockErrorReason.LOCK_ERROR_REASON_NODE_NAME_TAKEN, false);
  }

  @Test
  void brokenNumberingEndsTheSession() throws Exception {
    TestNode node = join("node-1");
    SessionWire.requests(new Batch<NodeMessage>(5, 0, List.of(new NodeMessage.Renew())))
        .forEach(node::send);
    node.assertFailed(LockErrorReason.LOCK_ERROR_REASON_BAD_SEQUENCE, true);
  }

  @Test
  void messagesOutOfPlaceAreRefused() throws Exception {
    TestNode batchFirst = new TestNode(channel);
    batchFirst.say(new NodeMessage.Renew());
    String said =
        batchFirst.assertFailed(LockErrorReason.LOCK_ERROR_REASON_INVALID_ARGUMENT, false);
    assertTrue(said.endsWith("batch: the first message of a stream is a hello"), said);

    TestNode twice = join("node-1");
    twice.send(SessionWire.request(hello("node-1")));
    said = twice.assertFailed(LockErrorReason.LOCK_ERROR_REASON_INVALID_ARGUMENT, false);
    assertTrue(said.endsWith("hello: only the first message of a stream is one"), said);

    TestNode empty = join("node-2");
    empty.send(SessionRequest.getDefaultInstance());
    empty.assertFailed(LockErrorReason.LOCK_ERROR_REASON_INVALID_ARGUMENT, false);

    TestNode bad = join("node-3");
    bad.send(
        SessionRequest.newBuilder()
            .setBatch(
                NodeBatch.newBuilder()
                    .addMessages(
                        glockenspiel.lock.v1.NodeMessage.newBuilder()
                            .setAcquire(Acquire.getDefaultInstance())))
            .build());
    said = bad.assertFailed(LockErrorReason.LOCK_ERROR_REASON_INVALID_ARGUMENT, false);
    assertTrue(said.endsWith("acquire.mode: is missing"), said);
  }

  @Test
  void whoEndsHisStreamStillGetsTheAnswers() throws Exception {
    TestNode node = new TestNode(channel);
    node.send(SessionWire.request(hello("by-hand")));
    node.acquire(1, GLOCK, LockMode.EX, 0);
    node.completeRequests();
    Welcome welcome = node.welcome();
    assertEquals(0, welcome.slot());
    assertEquals(LockOutcome.GRANTED, node.next(Answer.class).outcome());
    node.assertCompleted();
  }

  @Test
  void whatASlowReaderMissesComesInOneBatch() throws Exception {
    TestNode node = new TestNode(channel, 1);
    var _ = node.greet(hello("slow"));
    int requests = 10;
    for (int i = 1; i <= requests; i++) {
      node.acquire(i, new GlockName(GLOCK.type(), 1_000 + i), LockMode.EX, 0);
    }
    // So few are let in at once; when another session's request is answered, all of them were
    // handled.
    TestNode other = join("other");
    other.acquire(1, GLOCK, LockMode.EX, 0);
    var _ = other.next(Answer.class);

    node.letIn(1);
    List<LockManagerMessage> messages = node.batch().messages();
    assertEquals(requests, messages.size());
    for (int i = 0; i < requests; i++) {
      assertEquals(i + 1, ((Answer) messages.get(i)).requestId());
    }
  }

  @Test
  void manyRequestsAreAnsweredInOrder() throws Exception {
    TestNode node = join("fast");
    int requests = 5_000;
    for (int i = 1; i <= requests; i++) {
      node.acquire(i, new GlockName(GLOCK.type(), 1_000 + i), LockMode.EX, 0);
    }
    for (int i = 1; i <= requests; i++) {
      assertEquals(i, node.next(Answer.class).requestId());
    }
  }

  @Test
  void aRealPortServesToo() throws Exception {
    try (LockManagerServer real = LockManagerServer.start(SETTINGS, Telemetry.NONE);
        GrpcChannel overTcp =
            GrpcChannel.open(
                "127.0.0.1:" + real.port(), TransportSecurity.INSECURE, Telemetry.NONE)) {
      TestNode node = new TestNode(overTcp);
      var _ = node.greet(hello("node-1"));
      node.acquire(1, GLOCK, LockMode.EX, 0);
      assertEquals(LockOutcome.GRANTED, node.next(Answer.class).outcome());
    }
  }
}
