package glockenspiel.node.grpc;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import glockenspiel.lock.v1.LockErrorReason;
import glockenspiel.lock.v1.LockManagerServiceGrpc;
import glockenspiel.lock.v1.SessionRequest;
import glockenspiel.lock.v1.SessionResponse;
import glockenspiel.protocol.lock.Batch;
import glockenspiel.protocol.lock.GateStatus;
import glockenspiel.protocol.lock.GlockName;
import glockenspiel.protocol.lock.Hello;
import glockenspiel.protocol.lock.LockManagerMessage;
import glockenspiel.protocol.lock.LockManagerPort;
import glockenspiel.protocol.lock.LockMode;
import glockenspiel.protocol.lock.NodeMessage;
import glockenspiel.protocol.lock.Welcome;
import glockenspiel.protocol.wire.LockErrors;
import glockenspiel.protocol.wire.SessionWire;
import glockenspiel.runtime.task.Promise;
import io.grpc.stub.StreamObserver;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@Timeout(60)
class LockManagerClientTest {
  private static final Hello HELLO = new Hello("demo:fs", "a", false, 0, 0, 0);
  private static final Welcome WELCOME =
      new Welcome(7, 9, 0, 10_000, 0, true, new GateStatus(1, List.of(), true));
  private static final String BROKEN = "broken";

  /** One stream as the other end sees it. */
  private static final class Call implements StreamObserver<SessionRequest> {
    final StreamObserver<SessionResponse> answers;
    final BlockingQueue<Object> requests = new LinkedBlockingQueue<>();

    Call(StreamObserver<SessionResponse> answers) {
      this.answers = answers;
    }

    @Override
    public void onNext(SessionRequest request) {
      requests.add(request);
    }

    @Override
    public void onError(Throwable gone) {
      requests.add(BROKEN);
    }

    @Override
    public void onCompleted() {
      requests.add("completed");
    }

    SessionRequest next() {
      return (SessionRequest) ClientRig.next(requests);
    }

    Object last() {
      return ClientRig.next(requests);
    }
  }

  private static final class Service extends LockManagerServiceGrpc.LockManagerServiceImplBase {
    final BlockingQueue<Call> calls = new LinkedBlockingQueue<>();

    @Override
    public StreamObserver<SessionRequest> session(StreamObserver<SessionResponse> answers) {
      Call call = new Call(answers);
      calls.add(call);
      return call;
    }
  }

  /** Hears on the owner. */
  private static final class Heard implements LockManagerPort.Listener {
    final BlockingQueue<Object> heard = new LinkedBlockingQueue<>();

    @Override
    public void welcomed(Welcome welcome) {
      heard.add(welcome);
    }

    @Override
    public void received(Batch<LockManagerMessage> batch) {
      heard.add(batch);
    }

    @Override
    public void ready() {}

    @Override
    public void closed(boolean sessionLost, String reason) {
      heard.add((sessionLost ? "lost: " : "broken: ") + reason);
    }

    Object next() {
      return ClientRig.next(heard);
    }
  }

  private final Service service = new Service();
  private final Heard heard = new Heard();
  private ClientRig rig;
  private LockManagerPort.Stream stream;
  private Call call;

  @BeforeEach
  void connect() throws Exception {
    rig = new ClientRig(service);
    stream = open(heard);
    call = ClientRig.next(service.calls);
    assertEquals(HELLO, SessionWire.hello(call.next().getHello()));
  }

  private LockManagerPort.Stream open(Heard listener) {
    return ClientRig.await(
        rig.ask(
            () ->
                Promise.of(
                    new LockManagerClient(rig.owner, rig.channel).connect(HELLO, listener))));
  }

  @AfterEach
  void close() {
    rig.close();
  }

  private static Batch<NodeMessage> asking(long first, int count) {
    List<NodeMessage> messages = new ArrayList<>();
    for (long id = first; id < first + count; id++) {
      messages.add(new NodeMessage.Acquire(id, GlockName.inode(id), LockMode.EX, 0, ""));
    }
    return new Batch<>(first, 0, messages);
  }

  @Test
  void welcomeAndBatchesComeInOrder() {
    call.answers.onNext(SessionWire.response(WELCOME));
    List<LockManagerMessage> gates = new ArrayList<>();
    for (int number = 1; number <= 100; number++) {
      LockManagerMessage gate =
          new LockManagerMessage.GateChanged(new GateStatus(number, List.of(), false));
      gates.add(gate);
      SessionWire.responses(new Batch<>(number, 0, List.of(gate))).forEach(call.answers::onNext);
    }
    assertEquals(WELCOME, heard.next());
    for (int number = 1; number <= 100; number++) {
      assertEquals(new Batch<>(number, 0, List.of(gates.get(number - 1))), heard.next());
    }
  }

  @Test
  void batchesGoOutInOrder() {
    rig.run(
        () -> {
          for (int i = 0; i < 50; i++) {
            stream.send(asking(1 + 10L * i, 10));
          }
        });
    for (int i = 0; i < 50; i++) {
      assertEquals(asking(1 + 10L * i, 10), SessionWire.nodeBatch(call.next().getBatch()));
    }
  }

  @Test
  void aBrokenStreamSaysNothingOfTheSession() {
    call.answers.onError(io.grpc.Status.UNAVAILABLE.withDescription("gone").asException());
    assertEquals("broken: gone", heard.next());
    rig.run(() -> stream.send(asking(1, 1)));
    rig.run(() -> assertFalse(stream.isReady()));
    rig.run(() -> stream.close());
    assertTrue(heard.heard.isEmpty());
  }

  @Test
  void theLockManagerSaysWhenTheSessionIsGone() {
    call.answers.onError(
        LockErrors.sessionEnd(
            LockErrorReason.LOCK_ERROR_REASON_LEASE_ENDED, true, "no batch for 10 s"));
    assertEquals("lost: no batch for 10 s", heard.next());
  }

  @Test
  void aSessionThatMayBeResumedIsNotGone() {
    call.answers.onError(
        LockErrors.sessionEnd(
            LockErrorReason.LOCK_ERROR_REASON_SLOW_CONSUMER, false, "read faster"));
    assertEquals("broken: read faster", heard.next());
  }

  @Test
  void whatMakesNoSenseEndsTheSession() {
    call.answers.onNext(SessionResponse.getDefaultInstance());
    assertEquals(
        "lost: the lock-manager's message makes no sense: message: is missing", heard.next());
    assertEquals(BROKEN, call.last());
    assertTrue(heard.heard.isEmpty());
  }

  @Test
  void anOrderlyEndIsABrokenStream() {
    call.answers.onCompleted();
    assertEquals("broken: the lock-manager has ended the stream", heard.next());
  }

  @Test
  void closingLetsOutWhatWasSentAndHearsNothingMore() {
    rig.run(
        () -> {
          stream.send(asking(1, 3));
          stream.close();
          stream.send(asking(4, 1));
        });
    assertEquals(asking(1, 3), SessionWire.nodeBatch(call.next().getBatch()));
    assertEquals("completed", call.last());
    call.answers.onNext(SessionWire.response(WELCOME));
    call.answers.onCompleted();
    // A later stream's welcome comes behind all that the first one could have said.
    Heard later = new Heard();
    open(later);
    Call second = ClientRig.next(service.calls);
    second.answers.onNext(SessionWire.response(WELCOME));
    assertEquals(WELCOME, later.next());
    assertTrue(heard.heard.isEmpty());
  }

  @Test
  void withoutALockManagerTheStreamBreaks() {
    rig.stopServer();
    assertTrue(heard.next().toString().startsWith("broken: "));
    Heard later = new Heard();
    open(later);
    assertTrue(later.next().toString().startsWith("broken: "));
  }
}
