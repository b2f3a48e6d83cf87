package glockenspiel.lockmanager.app;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import glockenspiel.lock.v1.LockErrorReason;
import glockenspiel.lock.v1.LockManagerServiceGrpc;
import glockenspiel.lock.v1.SessionRequest;
import glockenspiel.lock.v1.SessionResponse;
import glockenspiel.protocol.lock.Batch;
import glockenspiel.protocol.lock.GlockName;
import glockenspiel.protocol.lock.Hello;
import glockenspiel.protocol.lock.LockManagerMessage;
import glockenspiel.protocol.lock.LockMode;
import glockenspiel.protocol.lock.NodeMessage;
import glockenspiel.protocol.lock.Welcome;
import glockenspiel.protocol.wire.LockErrors;
import glockenspiel.protocol.wire.SessionWire;
import glockenspiel.runtime.grpc.GrpcChannel;
import io.grpc.stub.ClientCallStreamObserver;
import io.grpc.stub.ClientResponseObserver;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.List;
import java.util.Objects;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/** One stream of a node, driven by hand through a real stub. */
final class TestNode {
  static final String LOCKSPACE = "demo:fs";

  /** What has come: a message, an end in order, or a failure. */
  record Event(@Nullable SessionResponse response, @Nullable Throwable failure) {
    boolean isEnd() {
      return response == null;
    }
  }

  private final BlockingQueue<Event> events = new LinkedBlockingQueue<>();
  private final Deque<LockManagerMessage> received = new ArrayDeque<>();
  private final ClientCallStreamObserver<SessionRequest> stream;

  /**
   * Opens a stream.
   *
   * @param window how many messages of the lock-manager are let in; {@link #letIn} lets in more
   */
  TestNode(GrpcChannel channel, int window) {
    LockManagerServiceGrpc.LockManagerServiceStub stub =
        LockManagerServiceGrpc.newStub(channel.channel());
    stream =
        (ClientCallStreamObserver<SessionRequest>)
            stub.session(
                new ClientResponseObserver<SessionRequest, SessionResponse>() {
                  @Override
                  public void beforeStart(ClientCallStreamObserver<SessionRequest> starting) {
                    starting.disableAutoRequestWithInitial(window);
                  }

                  @Override
                  public void onNext(SessionResponse response) {
                    events.add(new Event(response, null));
                  }

                  @Override
                  public void onError(Throwable failure) {
                    events.add(new Event(null, failure));
                  }

                  @Override
                  public void onCompleted() {
                    events.add(new Event(null, null));
                  }
                });
  }

  TestNode(GrpcChannel channel) {
    this(channel, Integer.MAX_VALUE);
  }

  static Hello hello(String nodeName) {
    return new Hello(LOCKSPACE, nodeName, false, 0, 0, 0);
  }

  /** Whether something has come that was not read. */
  boolean hasNews() {
    return !events.isEmpty();
  }

  /** What has come within that time; null for nothing. */
  @Nullable Event poll(long millis) throws InterruptedException {
    return events.poll(millis, TimeUnit.MILLISECONDS);
  }

  void letIn(int more) {
    stream.request(more);
  }

  void send(SessionRequest request) {
    stream.onNext(request);
  }

  /** Says hello and reads the welcome. */
  Welcome greet(Hello hello) throws InterruptedException {
    send(SessionWire.request(hello));
    return welcome();
  }

  /** Reads the welcome. */
  Welcome welcome() throws InterruptedException {
    return SessionWire.welcome(response().getWelcome());
  }

  /** Sends messages without numbering them. */
  void say(NodeMessage... messages) {
    SessionWire.requests(new Batch<>(0, 0, List.of(messages))).forEach(this::send);
  }

  void acquire(long requestId, GlockName glock, LockMode mode, int flags) {
    say(new NodeMessage.Acquire(requestId, glock, mode, flags, ""));
  }

  void breakOff() {
    stream.cancel("the test breaks the stream", null);
  }

  void completeRequests() {
    stream.onCompleted();
  }

  private SessionResponse response() throws InterruptedException {
    Event event = events.take();
    if (event.failure() != null) {
      throw new AssertionError("the stream has ended", event.failure());
    }
    return Objects.requireNonNull(event.response(), "the stream has ended in order");
  }

  /** The next batch, as it came. */
  Batch<LockManagerMessage> batch() throws InterruptedException {
    return SessionWire.lockManagerBatch(response().getBatch());
  }

  /** The next message of the lock-manager of that kind; others are passed over. */
  <M extends LockManagerMessage> M next(Class<M> kind) throws InterruptedException {
    while (true) {
      while (received.isEmpty()) {
        received.addAll(batch().messages());
      }
      LockManagerMessage message = received.removeFirst();
      if (kind.isInstance(message)) {
        return kind.cast(message);
      }
    }
  }

  /** Passes over all messages until the stream ends in order. */
  void assertCompleted() throws InterruptedException {
    Event event = events.take();
    while (event.response() != null) {
      event = events.take();
    }
    assertEquals(null, event.failure());
  }

  /** Passes over all messages until the stream fails; returns what is said to people. */
  String assertFailed(LockErrorReason reason, boolean sessionLost) throws InterruptedException {
    Event event = events.take();
    while (event.response() != null) {
      event = events.take();
    }
    Throwable failure = Objects.requireNonNull(event.failure(), "the stream ended in order");
    assertEquals(reason, LockErrors.reason(failure), failure::toString);
    assertEquals(sessionLost, LockErrors.isSessionLost(failure), failure::toString);
    assertTrue(failure.getMessage() != null);
    return String.valueOf(failure.getMessage());
  }
}
