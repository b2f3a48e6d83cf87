package glockenspiel.lockmanager.app;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;

import glockenspiel.lock.v1.DumpLocksRequest;
import glockenspiel.lock.v1.LockErrorReason;
import glockenspiel.lock.v1.LockInfo;
import glockenspiel.lock.v1.LockInspectionServiceGrpc;
import glockenspiel.lock.v1.LockInspectionServiceGrpc.LockInspectionServiceBlockingStub;
import glockenspiel.lock.v1.WatchLockRequest;
import glockenspiel.lock.v1.WatchLockResponse;
import glockenspiel.protocol.lock.GlockName;
import glockenspiel.protocol.lock.Hello;
import glockenspiel.protocol.lock.LockManagerMessage.Answer;
import glockenspiel.protocol.lock.LockManagerMessage.Demote;
import glockenspiel.protocol.lock.LockMode;
import glockenspiel.protocol.lock.LockOutcome;
import glockenspiel.protocol.lock.NodeMessage;
import glockenspiel.protocol.wire.LockErrors;
import glockenspiel.protocol.wire.LockWire;
import glockenspiel.runtime.config.Configuration;
import glockenspiel.runtime.grpc.GrpcChannel;
import glockenspiel.runtime.telemetry.Telemetry;
import io.grpc.StatusRuntimeException;
import io.grpc.inprocess.InProcessChannelBuilder;
import io.grpc.inprocess.InProcessServerBuilder;
import io.grpc.stub.BlockingClientCall;
import java.util.ArrayList;
import java.util.Iterator;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.function.Predicate;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** One lock of a namespace as operators see it, over real stubs. */
@Timeout(60)
class WatchLockTest {
  private static final String NAMESPACE = "shop";
  private static final GlockName LOCK = GlockName.application("stock");

  private LockManagerServer server;
  private GrpcChannel channel;
  private LockInspectionServiceBlockingStub stub;

  @BeforeEach
  void start() throws Exception {
    server =
        LockManagerServer.start(
            InProcessServerBuilder.forName("watch"),
            LockManagerSettings.of(
                Configuration.load(
                    Map.of("insecure", "true", "watched-locks-max", "2", "grace-millis", "0"),
                    Map.of(),
                    null)),
            Telemetry.NONE);
    channel = GrpcChannel.open(InProcessChannelBuilder.forName("watch"), Telemetry.NONE);
    stub = LockInspectionServiceGrpc.newBlockingStub(channel.channel());
  }

  @AfterEach
  void stop() {
    channel.close();
    server.close();
  }

  private TestNode join(String name) throws InterruptedException {
    TestNode node = new TestNode(channel);
    var _ = node.greet(new Hello(NAMESPACE, name, false, true, 0, 0, 0));
    return node;
  }

  private static void take(TestNode node, long requestId) throws InterruptedException {
    node.acquire(requestId, LOCK, LockMode.EX, 0);
    assertEquals(LockOutcome.GRANTED, node.next(Answer.class).outcome());
  }

  private Iterator<WatchLockResponse> watch() {
    return stub.watchLock(request());
  }

  private static WatchLockRequest request() {
    return WatchLockRequest.newBuilder()
        .setLockspace(NAMESPACE)
        .setGlock(LockWire.glock(LOCK))
        .build();
  }

  private static LockInfo awaitPicture(
      Iterator<WatchLockResponse> watch, Predicate<LockInfo> wanted) {
    LockInfo lock = watch.next().getLock();
    while (!wanted.test(lock)) {
      lock = watch.next().getLock();
    }
    return lock;
  }

  @Test
  void whoeverHoldsOrWaitsIsSeen() throws Exception {
    TestNode a = join("a");
    TestNode b = join("b");
    Iterator<WatchLockResponse> watch = watch();
    assertEquals(0, watch.next().getLock().getHoldersCount());
    take(a, 1);
    assertEquals(
        "a", awaitPicture(watch, lock -> lock.getHoldersCount() == 1).getHolders(0).getNodeName());
    b.acquire(1, LOCK, LockMode.EX, 0);
    assertEquals(
        "b", awaitPicture(watch, lock -> lock.getWaitersCount() == 1).getWaiters(0).getNodeName());
    var _ = a.next(Demote.class);
    a.say(new NodeMessage.Lower(LOCK, LockMode.UN, null));
    LockInfo last = awaitPicture(watch, lock -> lock.getWaitersCount() == 0);
    assertEquals("b", last.getHolders(0).getNodeName());
    assertEquals(1, last.getContention().getWaits());
    assertEquals(1, last.getContention().getDemotes());

    List<String> dump = new ArrayList<>();
    stub.dumpLocks(DumpLocksRequest.newBuilder().setLockspace(NAMESPACE).build())
        .forEachRemaining(piece -> dump.addAll(piece.getLinesList()));
    assertEquals("G:  s:EX n:" + LOCK, dump.getFirst());
    assertEquals(3, dump.size(), dump::toString);
    assertEquals(" C: w:1 d:1", dump.getLast().substring(0, 11));
  }

  /** Many changes lead to few pictures, and to the newest. */
  @Test
  void changesAreGatheredAndTheNewestIsShown() throws Exception {
    TestNode a = join("a");
    Iterator<WatchLockResponse> watch = watch();
    int rounds = 2_000;
    for (int request = 1; request <= rounds; request++) {
      a.say(
          new NodeMessage.Acquire(request, LOCK, LockMode.EX, 0, ""),
          new NodeMessage.Lower(LOCK, LockMode.UN, null));
    }
    a.acquire(rounds + 1, LOCK, LockMode.EX, 0);
    long newest = 0;
    for (int request = 1; request <= rounds + 1; request++) {
      newest = a.next(Answer.class).grantNumber();
    }
    int pictures = 1;
    LockInfo lock = watch.next().getLock();
    while (lock.getHoldersCount() == 0 || lock.getHolders(0).getGrantNumber() < newest) {
      lock = watch.next().getLock();
      pictures++;
    }
    assertFalse(pictures > rounds / 2, pictures + " pictures");
  }

  @Test
  void noMoreAreWatchedThanTheLimitSays() throws Exception {
    var _ = join("a");
    BlockingClientCall<?, WatchLockResponse> first =
        LockInspectionServiceGrpc.newBlockingV2Stub(channel.channel()).watchLock(request());
    assertEquals(0, Objects.requireNonNull(first.read()).getLock().getHoldersCount());
    Iterator<WatchLockResponse> second = watch();
    assertEquals(0, second.next().getLock().getHoldersCount());
    StatusRuntimeException third =
        assertThrows(StatusRuntimeException.class, () -> watch().hasNext());
    assertEquals(LockErrorReason.LOCK_ERROR_REASON_LIMIT_REACHED, LockErrors.reason(third));
    first.cancel("the test goes away", null);
    assertEquals(0, watchWhenThereIsRoom().getHoldersCount());
  }

  /** The lock-manager hears a little later that somebody has gone. */
  private LockInfo watchWhenThereIsRoom() {
    while (true) {
      try {
        return watch().next().getLock();
      } catch (StatusRuntimeException full) {
        assertEquals(LockErrorReason.LOCK_ERROR_REASON_LIMIT_REACHED, LockErrors.reason(full));
        Thread.onSpinWait();
      }
    }
  }

  @Test
  void aWatchOfNothingIsRefusedAndTheLockManagersEndEndsIt() throws Exception {
    StatusRuntimeException unknown =
        assertThrows(StatusRuntimeException.class, () -> watch().hasNext());
    assertEquals(LockErrorReason.LOCK_ERROR_REASON_NO_SUCH_LOCKSPACE, LockErrors.reason(unknown));
    var _ = join("a");
    Iterator<WatchLockResponse> watch = watch();
    assertEquals(0, watch.next().getLock().getHoldersCount());
    server.close();
    assertThrows(StatusRuntimeException.class, watch::hasNext);
  }
}
