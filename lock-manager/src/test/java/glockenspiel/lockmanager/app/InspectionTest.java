package glockenspiel.lockmanager.app;

import static glockenspiel.lockmanager.app.TestNode.LOCKSPACE;
import static glockenspiel.lockmanager.app.TestNode.hello;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import glockenspiel.lock.v1.DumpLocksRequest;
import glockenspiel.lock.v1.EvictSessionRequest;
import glockenspiel.lock.v1.GateStatus;
import glockenspiel.lock.v1.GetLockspaceRequest;
import glockenspiel.lock.v1.JournalUse;
import glockenspiel.lock.v1.ListLocksRequest;
import glockenspiel.lock.v1.ListLocksResponse;
import glockenspiel.lock.v1.ListLockspacesRequest;
import glockenspiel.lock.v1.ListSessionsRequest;
import glockenspiel.lock.v1.LockErrorReason;
import glockenspiel.lock.v1.LockInfo;
import glockenspiel.lock.v1.LockInspectionServiceGrpc;
import glockenspiel.lock.v1.LockInspectionServiceGrpc.LockInspectionServiceBlockingStub;
import glockenspiel.lock.v1.Lockspace;
import glockenspiel.lock.v1.SessionInfo;
import glockenspiel.lock.v1.WatchLockspaceRequest;
import glockenspiel.lock.v1.WatchLockspaceResponse;
import glockenspiel.protocol.lock.GlockName;
import glockenspiel.protocol.lock.GlockType;
import glockenspiel.protocol.lock.LockFlags;
import glockenspiel.protocol.lock.LockManagerMessage.Answer;
import glockenspiel.protocol.lock.LockMode;
import glockenspiel.protocol.lock.LockOutcome;
import glockenspiel.protocol.lock.NodeMessage;
import glockenspiel.protocol.lock.Welcome;
import glockenspiel.protocol.wire.LockErrors;
import glockenspiel.protocol.wire.LockWire;
import glockenspiel.runtime.config.HostPort;
import glockenspiel.runtime.grpc.GrpcChannel;
import glockenspiel.runtime.grpc.TransportSecurity;
import glockenspiel.runtime.telemetry.Telemetry;
import io.grpc.StatusRuntimeException;
import io.grpc.health.v1.HealthCheckRequest;
import io.grpc.health.v1.HealthCheckResponse.ServingStatus;
import io.grpc.health.v1.HealthGrpc;
import io.grpc.inprocess.InProcessChannelBuilder;
import io.grpc.inprocess.InProcessServerBuilder;
import java.util.ArrayList;
import java.util.Iterator;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** The operators' side over real stubs. */
@Timeout(60)
class InspectionTest {
  private LockManagerServer server;
  private GrpcChannel channel;
  private LockInspectionServiceBlockingStub stub;

  @BeforeEach
  void start() throws Exception {
    server =
        LockManagerServer.start(
            InProcessServerBuilder.forName("inspection"),
            new LockManagerSettings(
                new HostPort("", 0), LockManagerSettings.LEASE_MILLIS, TransportSecurity.INSECURE),
            Telemetry.NONE);
    channel = GrpcChannel.open(InProcessChannelBuilder.forName("inspection"), Telemetry.NONE);
    stub = LockInspectionServiceGrpc.newBlockingStub(channel.channel());
  }

  @AfterEach
  void stop() {
    channel.close();
    server.close();
  }

  private TestNode join(String nodeName) throws InterruptedException {
    TestNode node = new TestNode(channel);
    var _ = node.greet(hello(nodeName));
    return node;
  }

  private static void hold(TestNode node, long requestId, GlockName glock, LockMode mode)
      throws InterruptedException {
    node.acquire(requestId, glock, mode, LockFlags.NOEXP);
    assertEquals(LockOutcome.GRANTED, node.next(Answer.class).outcome());
  }

  private Lockspace lockspace() {
    return stub.getLockspace(GetLockspaceRequest.newBuilder().setLockspace(LOCKSPACE).build())
        .getLockspace();
  }

  private List<SessionInfo> sessions() {
    return stub.listSessions(ListSessionsRequest.newBuilder().setLockspace(LOCKSPACE).build())
        .getSessionsList();
  }

  @Test
  void aLockspaceSaysWhatItWaitsForAndWhoCouldHelp() throws Exception {
    TestNode node = join("node-1");
    hold(node, 1, GlockName.journal(0), LockMode.EX);
    node.acquire(2, GlockName.inode(12), LockMode.SH, 0);
    node.acquire(3, GlockName.LIVE, LockMode.SH, 0);
    var _ = node.next(Answer.class);

    assertEquals(
        List.of(LOCKSPACE),
        stub.listLockspaces(ListLockspacesRequest.getDefaultInstance()).getLockspacesList());
    Lockspace lockspace = lockspace();
    assertFalse(lockspace.getGateOpen());
    assertTrue(lockspace.getGate().getFirstMountPending());
    assertEquals(1, lockspace.getPendingCount());
    assertFalse(lockspace.getPending(0).hasJid());
    assertEquals("node-1", lockspace.getPending(0).getNodeName());
    assertEquals(List.of("node-1"), lockspace.getPending(0).getHelpersList());
    assertEquals(1, lockspace.getGatedRequests());
    assertEquals(1, lockspace.getSessionCount());
    assertEquals(3, lockspace.getLockCount());
    assertEquals(1, lockspace.getContendedCount());

    SessionInfo session = sessions().getFirst();
    assertEquals("node-1", session.getNodeName());
    assertTrue(session.hasSlot());
    assertTrue(session.getConnected());
    assertEquals(JournalUse.JOURNAL_USE_OWNED, session.getJournal());
    assertEquals(2, session.getHeldLocks());
    assertEquals(1, session.getWaitingRequests());
    assertTrue(session.getLeaseRemainingMillis() > 0);
  }

  @Test
  void locksAreListedPageByPage() throws Exception {
    TestNode node = join("node-1");
    for (int i = 0; i < 25; i++) {
      hold(node, i + 1, new GlockName(GlockType.FLOCK, 100 + i), LockMode.EX);
    }
    hold(node, 26, GlockName.LIVE, LockMode.SH);
    ListLocksRequest.Builder request =
        ListLocksRequest.newBuilder()
            .setLockspace(LOCKSPACE)
            .setType(glockenspiel.lock.v1.GlockType.GLOCK_TYPE_FLOCK)
            .setPageSize(10);
    List<Long> numbers = new ArrayList<>();
    int pages = 0;
    do {
      ListLocksResponse page = stub.listLocks(request.build());
      page.getLocksList().forEach(lock -> numbers.add(lock.getGlock().getNumber()));
      request.setPageToken(page.getNextPageToken());
      pages++;
    } while (!request.getPageToken().isEmpty());
    assertEquals(3, pages);
    assertEquals(25, numbers.size());
    numbers.sort(null);
    for (int i = 0; i < 25; i++) {
      assertEquals(100 + i, numbers.get(i));
    }
  }

  @Test
  void contendedLocksShowHoldersAndWaiters() throws Exception {
    TestNode first = join("node-1");
    TestNode second = join("node-2");
    GlockName glock = new GlockName(GlockType.FLOCK, 0x1a3);
    hold(first, 1, glock, LockMode.EX);
    hold(first, 2, GlockName.LIVE, LockMode.SH);
    second.acquire(7, glock, LockMode.SH, LockFlags.NOEXP | LockFlags.PRIORITY);
    hold(second, 8, GlockName.LIVE, LockMode.SH);

    List<LockInfo> contended =
        stub.listLocks(
                ListLocksRequest.newBuilder().setLockspace(LOCKSPACE).setContended(true).build())
            .getLocksList();
    assertEquals(1, contended.size());
    LockInfo lock = contended.getFirst();
    assertEquals(LockWire.glock(glock), lock.getGlock());
    assertEquals("node-1", lock.getHolders(0).getNodeName());
    assertEquals(glockenspiel.lock.v1.LockMode.LOCK_MODE_SH, lock.getHolders(0).getDemoteTo());
    assertEquals("node-2", lock.getWaiters(0).getNodeName());
    assertEquals(7, lock.getWaiters(0).getRequestId());
    assertEquals(2, lock.getWaiters(0).getFlagsCount());

    List<String> lines = new ArrayList<>();
    stub.dumpLocks(
            DumpLocksRequest.newBuilder().setLockspace(LOCKSPACE).setNodeName("node-2").build())
        .forEachRemaining(piece -> lines.addAll(piece.getLinesList()));
    List<String> shapes =
        lines.stream()
            .map(line -> line.replaceAll(" ([igw]):\\d+", " $1:N"))
            .filter(line -> !line.isBlank())
            .toList();
    assertEquals(
        List.of(
            "G:  s:SH n:1/1",
            " H: s:SH f:H i:N g:N [node-1]",
            " H: s:SH f:H i:N g:N [node-2]",
            "G:  s:EX n:6/1a3",
            " H: s:EX f:H i:N g:N d:SH [node-1]",
            " H: s:SH f:Wep i:N r:7 w:N [node-2]",
            " C: w:N d:1 t:0 m:0 h:0"),
        shapes);
  }

  @Test
  void aLargeDumpComesInPieces() throws Exception {
    TestNode node = join("node-1");
    int locks = 2_000;
    NodeMessage[] requests = new NodeMessage[locks];
    for (int i = 0; i < locks; i++) {
      requests[i] =
          new NodeMessage.Acquire(i + 1, new GlockName(GlockType.FLOCK, i), LockMode.EX, 0, "");
    }
    node.say(requests);
    for (int i = 0; i < locks; i++) {
      var _ = node.next(Answer.class);
    }
    int[] pieces = new int[1];
    int[] lines = new int[1];
    stub.dumpLocks(DumpLocksRequest.newBuilder().setLockspace(LOCKSPACE).build())
        .forEachRemaining(
            piece -> {
              pieces[0]++;
              lines[0] += piece.getLinesCount();
            });
    assertEquals(2 * locks, lines[0]);
    assertTrue(pieces[0] > 4, "came in " + pieces[0]);
  }

  @Test
  void whoWatchesSeesMembersComeAndGo() throws Exception {
    join("node-1");
    Iterator<WatchLockspaceResponse> watch =
        stub.watchLockspace(WatchLockspaceRequest.newBuilder().setLockspace(LOCKSPACE).build());
    assertEquals(1, watch.next().getSessionsCount());
    TestNode second = join("node-2");
    WatchLockspaceResponse joined = watch.next();
    assertEquals(2, joined.getSessionsCount());
    assertTrue(joined.getTime().getSeconds() > 0);
    second.say(new NodeMessage.Leave());
    WatchLockspaceResponse left = watch.next();
    while (left.getSessionsCount() == 2) {
      left = watch.next();
    }
    assertEquals("node-1", left.getSessions(0).getNodeName());
  }

  @Test
  void anEvictedNodeLosesItsSessionAndItsJournalIsPending() throws Exception {
    TestNode first = join("node-1");
    TestNode second = new TestNode(channel);
    Welcome welcome = second.greet(hello("node-2"));
    hold(second, 1, GlockName.journal(welcome.slot()), LockMode.EX);

    GateStatus gate =
        stub.evictSession(
                EvictSessionRequest.newBuilder()
                    .setLockspace(LOCKSPACE)
                    .setSessionId(welcome.sessionId())
                    .setReason("it stinks")
                    .build())
            .getGate();

    assertTrue(gate.getPendingJidsList().contains(welcome.slot()), gate.toString());
    String said = second.assertFailed(LockErrorReason.LOCK_ERROR_REASON_EVICTED, true);
    assertTrue(said.contains("it stinks"), said);
    assertEquals(1, sessions().size());
    first.say(new NodeMessage.Leave());
  }

  @Test
  void badQuestionsAreRefused() throws Exception {
    join("node-1");
    assertRefused(
        LockErrorReason.LOCK_ERROR_REASON_NO_SUCH_LOCKSPACE,
        () -> stub.getLockspace(GetLockspaceRequest.newBuilder().setLockspace("no:fs").build()));
    assertRefused(
        LockErrorReason.LOCK_ERROR_REASON_INVALID_ARGUMENT,
        () -> stub.getLockspace(GetLockspaceRequest.getDefaultInstance()));
    assertRefused(
        LockErrorReason.LOCK_ERROR_REASON_INVALID_ARGUMENT,
        () ->
            stub.listLocks(
                ListLocksRequest.newBuilder()
                    .setLockspace(LOCKSPACE)
                    .setPageToken("nonsense")
                    .build()));
    assertRefused(
        LockErrorReason.LOCK_ERROR_REASON_INVALID_ARGUMENT,
        () ->
            stub.listLocks(
                ListLocksRequest.newBuilder().setLockspace(LOCKSPACE).setPageSize(-1).build()));
    assertRefused(
        LockErrorReason.LOCK_ERROR_REASON_NOT_A_MEMBER,
        () ->
            stub.evictSession(
                EvictSessionRequest.newBuilder().setLockspace(LOCKSPACE).setSessionId(9).build()));
    assertRefused(
        LockErrorReason.LOCK_ERROR_REASON_NO_SUCH_LOCKSPACE,
        () -> stub.dumpLocks(DumpLocksRequest.newBuilder().setLockspace("no:fs").build()).next());
  }

  private static void assertRefused(LockErrorReason reason, Runnable call) {
    StatusRuntimeException refusal = assertThrows(StatusRuntimeException.class, call::run);
    assertEquals(reason, LockErrors.reason(refusal), refusal::toString);
  }

  @Test
  void isHealthy() {
    for (String service :
        List.of(
            "",
            "liveness",
            "glockenspiel.lock.v1.LockManagerService",
            "glockenspiel.lock.v1.LockInspectionService")) {
      assertEquals(
          ServingStatus.SERVING,
          HealthGrpc.newBlockingStub(channel.channel())
              .check(HealthCheckRequest.newBuilder().setService(service).build())
              .getStatus());
    }
  }
}
