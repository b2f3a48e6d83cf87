package glockenspiel.lockmanager.grpc;

import glockenspiel.lock.v1.LockErrorReason;
import glockenspiel.lock.v1.SessionRequest;
import glockenspiel.lock.v1.SessionResponse;
import glockenspiel.lockmanager.core.CloseCause;
import glockenspiel.protocol.lock.Batch;
import glockenspiel.protocol.lock.Hello;
import glockenspiel.protocol.lock.LockManagerMessage;
import glockenspiel.protocol.lock.NodeMessage;
import glockenspiel.protocol.lock.Welcome;
import glockenspiel.protocol.wire.LockErrors;
import glockenspiel.protocol.wire.SessionWire;
import glockenspiel.runtime.grpc.ServerStream;
import io.grpc.stub.StreamObserver;
import java.util.ArrayList;
import java.util.List;

/**
 * One stream of a session. While the node cannot take more, what there is to say is gathered into
 * one batch; the core gives a session up that gets too far behind, so there is an end to that.
 */
final class SessionCall implements StreamObserver<SessionRequest>, LockManagerShell.Stream {
  private final LockManagerShell shell;
  private final ServerStream<SessionResponse> stream;
  private final List<LockManagerMessage> gathered = new ArrayList<>();
  private long gatheredFirst;
  private long gatheredAcknowledged;
  private boolean batchDue;
  private long streamId;

  SessionCall(LockManagerShell shell, StreamObserver<SessionResponse> observer) {
    this.shell = shell;
    this.stream = ServerStream.openWithRequests(observer);
    stream.belongTo(shell.owner());
    shell
        .owner()
        .execute(
            () -> {
              stream.whenReady(this::sendGathered);
              stream.whenGone(() -> shell.closed(streamId));
            });
  }

  @Override
  public void onNext(SessionRequest request) {
    try {
      switch (request.getMessageCase()) {
        case HELLO -> {
          Hello hello = SessionWire.hello(request.getHello());
          stream.handOver(() -> open(hello));
        }
        case BATCH -> {
          Batch<NodeMessage> batch = SessionWire.nodeBatch(request.getBatch());
          stream.handOver(() -> receive(batch));
        }
        case MESSAGE_NOT_SET -> refuse("message: is empty, or of a kind not known here");
      }
    } catch (IllegalArgumentException bad) {
      refuse(String.valueOf(bad.getMessage()));
    }
  }

  private void refuse(String problem) {
    stream.handOver(
        () -> {
          shell.closed(streamId);
          fail(LockErrorReason.LOCK_ERROR_REASON_INVALID_ARGUMENT, false, problem);
        });
  }

  private void open(Hello hello) {
    if (streamId != 0) {
      shell.closed(streamId);
      fail(
          LockErrorReason.LOCK_ERROR_REASON_INVALID_ARGUMENT,
          false,
          "hello: only the first message of a stream is one");
      return;
    }
    streamId = shell.open(this, hello);
  }

  private void receive(Batch<NodeMessage> batch) {
    if (streamId == 0) {
      fail(
          LockErrorReason.LOCK_ERROR_REASON_INVALID_ARGUMENT,
          false,
          "batch: the first message of a stream is a hello");
      return;
    }
    shell.receive(streamId, batch);
  }

  @Override
  public void onError(Throwable failure) {
    // The stream has told the owner already.
  }

  @Override
  public void onCompleted() {
    stream.handOver(
        () -> {
          shell.closed(streamId);
          writeGathered();
          stream.complete();
        });
  }

  @Override
  public void welcome(Welcome welcome) {
    stream.send(SessionWire.response(welcome));
  }

  @Override
  public void send(Batch<LockManagerMessage> batch) {
    if (!batchDue && stream.isReady()) {
      write(batch);
      return;
    }
    if (gathered.isEmpty()) {
      gatheredFirst = batch.first();
    }
    gathered.addAll(batch.messages());
    gatheredAcknowledged = batch.acknowledged();
    batchDue = true;
  }

  private void sendGathered() {
    if (batchDue && stream.isReady()) {
      writeGathered();
    }
  }

  private void writeGathered() {
    if (batchDue) {
      batchDue = false;
      write(new Batch<>(gatheredFirst, gatheredAcknowledged, List.copyOf(gathered)));
      gathered.clear();
    }
  }

  private void write(Batch<LockManagerMessage> batch) {
    SessionWire.responses(batch).forEach(stream::send);
  }

  @Override
  public void close(boolean sessionLost, CloseCause cause, String reason) {
    if (sessionLost) {
      gathered.clear();
      batchDue = false;
    }
    writeGathered();
    switch (cause) {
      case LEFT -> stream.complete();
      case NOT_A_MEMBER ->
          fail(LockErrorReason.LOCK_ERROR_REASON_NOT_A_MEMBER, sessionLost, reason);
      case LEASE_ENDED -> fail(LockErrorReason.LOCK_ERROR_REASON_LEASE_ENDED, sessionLost, reason);
      case EVICTED -> fail(LockErrorReason.LOCK_ERROR_REASON_EVICTED, sessionLost, reason);
      case SUPERSEDED -> fail(LockErrorReason.LOCK_ERROR_REASON_SUPERSEDED, sessionLost, reason);
      case NODE_NAME_TAKEN ->
          fail(LockErrorReason.LOCK_ERROR_REASON_NODE_NAME_TAKEN, sessionLost, reason);
      case WRONG_LOCKSPACE_KIND ->
          fail(LockErrorReason.LOCK_ERROR_REASON_WRONG_LOCKSPACE_KIND, sessionLost, reason);
      case LIMIT_REACHED ->
          fail(LockErrorReason.LOCK_ERROR_REASON_LIMIT_REACHED, sessionLost, reason);
      case IN_GRACE -> fail(LockErrorReason.LOCK_ERROR_REASON_IN_GRACE, sessionLost, reason);
      case BAD_SEQUENCE ->
          fail(LockErrorReason.LOCK_ERROR_REASON_BAD_SEQUENCE, sessionLost, reason);
      case INVALID_ARGUMENT ->
          fail(LockErrorReason.LOCK_ERROR_REASON_INVALID_ARGUMENT, sessionLost, reason);
      case SLOW_CONSUMER ->
          fail(LockErrorReason.LOCK_ERROR_REASON_SLOW_CONSUMER, sessionLost, reason);
    }
  }

  @Override
  public void stop(String reason) {
    fail(LockErrorReason.LOCK_ERROR_REASON_UNAVAILABLE, false, reason);
  }

  private void fail(LockErrorReason reason, boolean sessionLost, String message) {
    stream.fail(LockErrors.sessionEnd(reason, sessionLost, message));
  }
}
