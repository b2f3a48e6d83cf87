package glockenspiel.node.grpc;

import glockenspiel.lock.v1.LockManagerServiceGrpc;
import glockenspiel.lock.v1.SessionRequest;
import glockenspiel.lock.v1.SessionResponse;
import glockenspiel.protocol.lock.Batch;
import glockenspiel.protocol.lock.Hello;
import glockenspiel.protocol.lock.LockManagerMessage;
import glockenspiel.protocol.lock.LockManagerPort;
import glockenspiel.protocol.lock.NodeMessage;
import glockenspiel.protocol.lock.Welcome;
import glockenspiel.protocol.wire.ErrorWire;
import glockenspiel.protocol.wire.LockErrors;
import glockenspiel.protocol.wire.SessionWire;
import glockenspiel.runtime.grpc.GrpcChannel;
import glockenspiel.runtime.task.SerialOwner;
import io.grpc.stub.ClientCallStreamObserver;
import io.grpc.stub.ClientResponseObserver;
import org.jspecify.annotations.Nullable;

/**
 * The lock-manager over gRPC. A stream has no deadline: the session above it watches over it, by
 * the patience that it has with a welcome, and by its lease.
 */
public final class LockManagerClient implements LockManagerPort {
  /** How many messages may wait for the owner. */
  private static final int WINDOW = 32;

  /** How long the other end may take to end a stream that this end has ended. */
  private static final long LINGER_NANOS = 2_000_000_000;

  private final SerialOwner owner;
  private final GrpcChannel channel;

  /** Answers come on the owner. */
  public LockManagerClient(SerialOwner owner, GrpcChannel channel) {
    this.owner = owner;
    this.channel = channel;
  }

  @Override
  public Stream connect(Hello hello, Listener listener) {
    Session session = new Session(listener);
    LockManagerServiceGrpc.newStub(channel.channel())
        .session(session)
        .onNext(SessionWire.request(hello));
    return session;
  }

  /**
   * One stream. What comes from the transport's threads goes to the owner, and stops there once the
   * stream is closed. The next message is let in when the owner has taken the one before.
   */
  private final class Session
      implements Stream, ClientResponseObserver<SessionRequest, SessionResponse> {
    private final Listener listener;

    /** Set before the call starts, hence before anyone else can see this object. */
    private @Nullable ClientCallStreamObserver<SessionRequest> requests;

    /** This end has closed the stream, or knows that the other one has. */
    private boolean closed;

    /** The other end has ended the stream. */
    private boolean ended;

    Session(Listener listener) {
      this.listener = listener;
    }

    @Override
    public void beforeStart(ClientCallStreamObserver<SessionRequest> stream) {
      requests = stream;
      stream.disableAutoRequestWithInitial(WINDOW);
      stream.setOnReadyHandler(() -> owner.executeNow(this::ready));
    }

    private void ready() {
      if (!closed) {
        listener.ready();
      }
    }

    @Override
    public void onNext(SessionResponse response) {
      Runnable delivery = delivery(response);
      owner.executeNow(
          () -> {
            // After it is closed the stream still has to be read, or it would never end.
            ClientCallStreamObserver<SessionRequest> stream = requests;
            if (stream != null) {
              stream.request(1);
            }
            if (!closed) {
              delivery.run();
            }
          });
    }

    private Runnable delivery(SessionResponse response) {
      try {
        return switch (response.getMessageCase()) {
          case WELCOME -> {
            Welcome welcome = SessionWire.welcome(response.getWelcome());
            yield () -> listener.welcomed(welcome);
          }
          case BATCH -> {
            Batch<LockManagerMessage> batch = SessionWire.lockManagerBatch(response.getBatch());
            yield () -> listener.received(batch);
          }
          case MESSAGE_NOT_SET -> throw new IllegalArgumentException("message: is missing");
        };
      } catch (IllegalArgumentException bad) {
        // Is there a problem if the session is resumed? Yes: the same message would come again.
        String reason = "the lock-manager's message makes no sense: " + bad.getMessage();
        return () -> end(true, reason);
      }
    }

    @Override
    public void onError(Throwable failure) {
      boolean sessionLost = LockErrors.isSessionLost(failure);
      String reason = ErrorWire.message(failure);
      owner.executeNow(() -> ended(sessionLost, reason));
    }

    @Override
    public void onCompleted() {
      owner.executeNow(() -> ended(false, "the lock-manager has ended the stream"));
    }

    private void ended(boolean sessionLost, String reason) {
      ended = true;
      end(sessionLost, reason);
    }

    private void end(boolean sessionLost, String reason) {
      if (!closed) {
        closed = true;
        cut(reason);
        listener.closed(sessionLost, reason);
      }
    }

    /** Has no effect on a stream that has ended. */
    private void cut(String reason) {
      ClientCallStreamObserver<SessionRequest> stream = requests;
      if (stream != null && !ended) {
        ended = true;
        stream.cancel(reason, null);
      }
    }

    @Override
    public void send(Batch<NodeMessage> batch) {
      ClientCallStreamObserver<SessionRequest> stream = requests;
      if (!closed && stream != null) {
        SessionWire.requests(batch).forEach(stream::onNext);
      }
    }

    @Override
    public boolean isReady() {
      ClientCallStreamObserver<SessionRequest> stream = requests;
      return !closed && stream != null && stream.isReady();
    }

    @Override
    public void close() {
      ClientCallStreamObserver<SessionRequest> stream = requests;
      if (!closed && stream != null) {
        closed = true;
        // What was sent before still goes out; a cancel would overtake it.
        stream.onCompleted();
        owner.after(LINGER_NANOS, () -> cut("the lock-manager has not ended the stream"));
      }
    }
  }
}
