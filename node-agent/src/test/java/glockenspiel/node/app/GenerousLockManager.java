package glockenspiel.node.app;

import glockenspiel.lock.v1.LockManagerServiceGrpc;
import glockenspiel.lock.v1.SessionRequest;
import glockenspiel.lock.v1.SessionResponse;
import glockenspiel.protocol.lock.GateStatus;
import glockenspiel.protocol.lock.Hello;
import glockenspiel.protocol.lock.LockManagerMessage;
import glockenspiel.protocol.lock.LockOutcome;
import glockenspiel.protocol.lock.MessageLog;
import glockenspiel.protocol.lock.NodeMessage;
import glockenspiel.protocol.lock.Welcome;
import glockenspiel.protocol.wire.SessionWire;
import io.grpc.stub.StreamObserver;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** A lock-manager for one node at a time: every request is granted at once. */
final class GenerousLockManager extends LockManagerServiceGrpc.LockManagerServiceImplBase {
  private static final long LEASE_MILLIS = 60_000;

  private long sessions;
  private long generation;
  private long grants;

  @Override
  public StreamObserver<SessionRequest> session(StreamObserver<SessionResponse> observer) {
    return new Session(observer);
  }

  private synchronized Welcome welcome(Hello hello) {
    generation++;
    sessions++;
    return new Welcome(
        sessions,
        1,
        hello.spectator() ? -1 : 0,
        LEASE_MILLIS,
        0,
        !hello.spectator(),
        new GateStatus(generation, List.of(), !hello.spectator()));
  }

  private final class Session implements StreamObserver<SessionRequest> {
    private final StreamObserver<SessionResponse> observer;
    private final MessageLog<LockManagerMessage, NodeMessage> log = new MessageLog<>(100_000);

    Session(StreamObserver<SessionResponse> observer) {
      this.observer = observer;
    }

    @Override
    public void onNext(SessionRequest request) {
      if (request.hasHello()) {
        observer.onNext(SessionWire.response(welcome(SessionWire.hello(request.getHello()))));
        return;
      }
      boolean left = false;
      for (NodeMessage message : log.receive(SessionWire.nodeBatch(request.getBatch()))) {
        LockManagerMessage answer = answer(message);
        if (answer != null) {
          log.add(answer);
        }
        left |= message instanceof NodeMessage.Leave;
      }
      SessionWire.responses(log.nextBatch()).forEach(observer::onNext);
      if (left) {
        observer.onCompleted();
      }
    }

    @Override
    public void onError(Throwable gone) {}

    @Override
    public void onCompleted() {}
  }

  private synchronized @Nullable LockManagerMessage answer(NodeMessage message) {
    return switch (message) {
      case NodeMessage.Acquire(var id, var glock, var mode, var _, var _, var _) ->
          new LockManagerMessage.Answer(id, glock, LockOutcome.GRANTED, mode, ++grants, null, true);
      case NodeMessage.ReportFirstMountDone _, NodeMessage.ReportClean _ ->
          new LockManagerMessage.GateChanged(new GateStatus(generation, List.of(), false));
      case NodeMessage.Leave _ -> new LockManagerMessage.Left();
      case NodeMessage.Lower _,
          NodeMessage.Cancel _,
          NodeMessage.Renew _,
          NodeMessage.Reassert _,
          NodeMessage.ReassertDone _ ->
          null;
    };
  }
}
