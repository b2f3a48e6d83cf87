package glockenspiel.lockmanager.grpc;

import glockenspiel.lock.v1.LockManagerServiceGrpc.LockManagerServiceImplBase;
import glockenspiel.lock.v1.SessionRequest;
import glockenspiel.lock.v1.SessionResponse;
import io.grpc.stub.StreamObserver;

/** {@code glockenspiel.lock.v1.LockManagerService}. */
public final class LockManagerGrpcService extends LockManagerServiceImplBase {
  private final LockManagerShell shell;

  /** The service of that lock-manager. */
  public LockManagerGrpcService(LockManagerShell shell) {
    this.shell = shell;
  }

  @Override
  public StreamObserver<SessionRequest> session(StreamObserver<SessionResponse> observer) {
    return new SessionCall(shell, observer);
  }
}
