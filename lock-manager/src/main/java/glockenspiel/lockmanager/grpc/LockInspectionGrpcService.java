package glockenspiel.lockmanager.grpc;

import com.google.protobuf.Timestamp;
import glockenspiel.lock.v1.DumpLocksRequest;
import glockenspiel.lock.v1.DumpLocksResponse;
import glockenspiel.lock.v1.EvictSessionRequest;
import glockenspiel.lock.v1.EvictSessionResponse;
import glockenspiel.lock.v1.GetLockRequest;
import glockenspiel.lock.v1.GetLockResponse;
import glockenspiel.lock.v1.GetLockspaceRequest;
import glockenspiel.lock.v1.GetLockspaceResponse;
import glockenspiel.lock.v1.ListLocksRequest;
import glockenspiel.lock.v1.ListLocksResponse;
import glockenspiel.lock.v1.ListLockspacesRequest;
import glockenspiel.lock.v1.ListLockspacesResponse;
import glockenspiel.lock.v1.ListSessionsRequest;
import glockenspiel.lock.v1.ListSessionsResponse;
import glockenspiel.lock.v1.ListWaitCyclesRequest;
import glockenspiel.lock.v1.ListWaitCyclesResponse;
import glockenspiel.lock.v1.LockErrorReason;
import glockenspiel.lock.v1.LockInspectionServiceGrpc.LockInspectionServiceImplBase;
import glockenspiel.lock.v1.Lockspace;
import glockenspiel.lock.v1.WatchLockRequest;
import glockenspiel.lock.v1.WatchLockResponse;
import glockenspiel.lock.v1.WatchLockspaceRequest;
import glockenspiel.lock.v1.WatchLockspaceResponse;
import glockenspiel.lockmanager.core.LockCursor;
import glockenspiel.lockmanager.core.LockFilter;
import glockenspiel.lockmanager.core.LockPage;
import glockenspiel.lockmanager.core.LockspaceInfo;
import glockenspiel.lockmanager.core.SessionInfo;
import glockenspiel.lockmanager.core.WaitCycle;
import glockenspiel.protocol.lock.GlockName;
import glockenspiel.protocol.wire.FieldCheck;
import glockenspiel.protocol.wire.LockErrors;
import glockenspiel.protocol.wire.LockWire;
import glockenspiel.runtime.grpc.ServerStream;
import io.grpc.StatusRuntimeException;
import io.grpc.stub.StreamObserver;
import java.time.Clock;
import java.time.Instant;
import java.util.List;
import java.util.function.Consumer;

/** {@code glockenspiel.lock.v1.LockInspectionService}. */
public final class LockInspectionGrpcService extends LockInspectionServiceImplBase {
  private static final int PAGE_SIZE = 1_000;
  private static final int PAGE_SIZE_MAX = 10_000;
  private static final int REASON_LENGTH_MAX = 1_024;

  private final LockManagerShell shell;
  private final Clock clock;

  /** Belongs to the owner. */
  private int lockWatches;

  /**
   * The service of that lock-manager.
   *
   * @param clock for people who watch
   */
  public LockInspectionGrpcService(LockManagerShell shell, Clock clock) {
    this.shell = shell;
    this.clock = clock;
  }

  private <A> void answer(StreamObserver<A> observer, Consumer<ServerStream<A>> handler) {
    ServerStream.serve(observer, shell.owner(), 0, handler, LockInspectionGrpcService::status);
  }

  private static StatusRuntimeException status(RuntimeException failure) {
    return switch (failure) {
      case StatusRuntimeException refusal -> refusal;
      case IllegalArgumentException bad ->
          LockErrors.status(
              LockErrorReason.LOCK_ERROR_REASON_INVALID_ARGUMENT, String.valueOf(bad.getMessage()));
      default ->
          LockErrors.status(
              LockErrorReason.LOCK_ERROR_REASON_UNAVAILABLE,
              "the lock-manager is at fault: " + failure);
    };
  }

  private LockspaceInfo find(String name) {
    LockspaceInfo info = shell.core().lockspace(LockWire.lockspace("lockspace", name));
    if (info == null) {
      throw LockErrors.status(
          LockErrorReason.LOCK_ERROR_REASON_NO_SUCH_LOCKSPACE, "no lockspace " + name);
    }
    return info;
  }

  private Lockspace picture(LockspaceInfo info) {
    return InspectionWire.lockspace(info, shell.config().incarnation(), shell.owner().nowNanos());
  }

  private List<glockenspiel.lock.v1.SessionInfo> sessions(String lockspace) {
    long nowNanos = shell.owner().nowNanos();
    return shell.core().sessions(lockspace).stream()
        .map(session -> InspectionWire.session(session, nowNanos))
        .toList();
  }

  @Override
  public void listLockspaces(
      ListLockspacesRequest request, StreamObserver<ListLockspacesResponse> observer) {
    answer(
        observer,
        stream ->
            stream.complete(
                ListLockspacesResponse.newBuilder()
                    .addAllLockspaces(shell.core().lockspaces())
                    .build()));
  }

  @Override
  public void getLockspace(
      GetLockspaceRequest request, StreamObserver<GetLockspaceResponse> observer) {
    answer(
        observer,
        stream ->
            stream.complete(
                GetLockspaceResponse.newBuilder()
                    .setLockspace(picture(find(request.getLockspace())))
                    .build()));
  }

  @Override
  public void listSessions(
      ListSessionsRequest request, StreamObserver<ListSessionsResponse> observer) {
    answer(
        observer,
        stream ->
            stream.complete(
                ListSessionsResponse.newBuilder()
                    .addAllSessions(sessions(find(request.getLockspace()).name()))
                    .build()));
  }

  @Override
  public void getLock(GetLockRequest request, StreamObserver<GetLockResponse> observer) {
    answer(
        observer,
        stream -> {
          String lockspace = find(request.getLockspace()).name();
          GlockName name = LockWire.glock("glock", request.hasGlock(), request.getGlock());
          stream.complete(
              GetLockResponse.newBuilder()
                  .setLock(
                      InspectionWire.lock(
                          shell.core().lock(lockspace, name), shell.owner().nowNanos()))
                  .build());
        });
  }

  @Override
  public void listWaitCycles(
      ListWaitCyclesRequest request, StreamObserver<ListWaitCyclesResponse> observer) {
    answer(
        observer,
        stream -> {
          String lockspace = find(request.getLockspace()).name();
          long nowNanos = shell.owner().nowNanos();
          ListWaitCyclesResponse.Builder answer = ListWaitCyclesResponse.newBuilder();
          for (WaitCycle cycle : shell.core().waitCycles(lockspace)) {
            answer.addCycles(InspectionWire.waitCycle(cycle, nowNanos));
          }
          stream.complete(answer.build());
        });
  }

  @Override
  public void listLocks(ListLocksRequest request, StreamObserver<ListLocksResponse> observer) {
    answer(
        observer,
        stream -> {
          String lockspace = find(request.getLockspace()).name();
          LockFilter filter =
              InspectionWire.filter(
                  request.getType(), request.getNodeName(), request.getContended());
          int size =
              FieldCheck.ARGUMENT.range("page_size", request.getPageSize(), 0, PAGE_SIZE_MAX);
          int countMax = size == 0 ? PAGE_SIZE : size;
          LockCursor from = InspectionWire.pageToken(request.getPageToken());
          ListLocksResponse.Builder answer = ListLocksResponse.newBuilder();
          listOn(stream, lockspace, filter, from, countMax, answer);
        });
  }

  /** Gathers a page in as many steps as it takes. */
  private void listOn(
      ServerStream<ListLocksResponse> stream,
      String lockspace,
      LockFilter filter,
      LockCursor from,
      int countMax,
      ListLocksResponse.Builder answer) {
    LockPage page = shell.core().locks(lockspace, filter, from, countMax - answer.getLocksCount());
    long nowNanos = shell.owner().nowNanos();
    page.locks().forEach(lock -> answer.addLocks(InspectionWire.lock(lock, nowNanos)));
    LockCursor next = page.next();
    if (next == null || answer.getLocksCount() == countMax) {
      stream.complete(answer.setNextPageToken(InspectionWire.pageToken(next)).build());
    } else if (!stream.isOver()) {
      shell.owner().execute(() -> listOn(stream, lockspace, filter, next, countMax, answer));
    }
  }

  @Override
  public void dumpLocks(DumpLocksRequest request, StreamObserver<DumpLocksResponse> observer) {
    answer(
        observer,
        stream -> {
          String lockspace = find(request.getLockspace()).name();
          LockFilter filter =
              InspectionWire.filter(
                  request.getType(), request.getNodeName(), request.getContended());
          stream.whenReady(new LockDump(shell, stream, lockspace, filter)::writeOn);
        });
  }

  @Override
  public void watchLockspace(
      WatchLockspaceRequest request, StreamObserver<WatchLockspaceResponse> observer) {
    answer(
        observer,
        stream -> {
          Watch watch = new Watch(stream, find(request.getLockspace()).name());
          stream.whenGone(shell.watch(watch.lockspace, watch::changed));
          stream.whenReady(watch::show);
        });
  }

  /** Shows the newest state, and what was in between only to a reader who keeps up. */
  private final class Watch {
    private final ServerStream<WatchLockspaceResponse> stream;
    private final String lockspace;
    private boolean due = true;

    Watch(ServerStream<WatchLockspaceResponse> stream, String lockspace) {
      this.stream = stream;
      this.lockspace = lockspace;
    }

    void changed() {
      due = true;
      show();
    }

    void show() {
      LockspaceInfo info = shell.core().lockspace(lockspace);
      if (!due || info == null || !stream.isReady()) {
        return;
      }
      due = false;
      Instant now = clock.instant();
      stream.send(
          WatchLockspaceResponse.newBuilder()
              .setLockspace(picture(info))
              .addAllSessions(sessions(lockspace))
              .setTime(
                  Timestamp.newBuilder().setSeconds(now.getEpochSecond()).setNanos(now.getNano()))
              .build());
    }
  }

  @Override
  public void watchLock(WatchLockRequest request, StreamObserver<WatchLockResponse> observer) {
    answer(
        observer,
        stream -> {
          String lockspace = find(request.getLockspace()).name();
          GlockName glock = LockWire.glock("glock", request.hasGlock(), request.getGlock());
          int watchedMax = shell.config().limits().watchedMax();
          if (lockWatches >= watchedMax) {
            throw LockErrors.status(
                LockErrorReason.LOCK_ERROR_REASON_LIMIT_REACHED,
                watchedMax + " locks are watched, the limit (watched-locks-max)");
          }
          LockWatch watch = new LockWatch(shell, stream, lockspace, glock);
          Runnable end = shell.watch(lockspace, glock, watch::changed);
          lockWatches++;
          stream.whenGone(
              () -> {
                lockWatches--;
                end.run();
              });
          stream.whenReady(watch::show);
        });
  }

  @Override
  public void evictSession(
      EvictSessionRequest request, StreamObserver<EvictSessionResponse> observer) {
    answer(
        observer,
        stream -> {
          String lockspace = find(request.getLockspace()).name();
          String reason =
              FieldCheck.ARGUMENT.text("reason", request.getReason(), REASON_LENGTH_MAX);
          long sessionId = request.getSessionId();
          if (shell.core().sessions(lockspace).stream()
              .mapToLong(SessionInfo::sessionId)
              .noneMatch(id -> id == sessionId)) {
            throw LockErrors.status(
                LockErrorReason.LOCK_ERROR_REASON_NOT_A_MEMBER,
                "no session " + Long.toUnsignedString(sessionId) + " in lockspace " + lockspace);
          }
          shell.evict(sessionId, reason.isEmpty() ? "by an operator" : reason);
          stream.complete(
              EvictSessionResponse.newBuilder()
                  .setGate(LockWire.gate(find(lockspace).gate()))
                  .build());
        });
  }
}
