package glockenspiel.client;

import glockenspiel.lock.v1.EvictSessionRequest;
import glockenspiel.lock.v1.ListSessionsRequest;
import glockenspiel.lock.v1.ListWaitCyclesRequest;
import glockenspiel.lock.v1.LockInspectionServiceGrpc;
import glockenspiel.lock.v1.SessionInfo;
import glockenspiel.lock.v1.WatchLockRequest;
import glockenspiel.lock.v1.WatchLockResponse;
import glockenspiel.lockmanager.app.LockManagerServer;
import glockenspiel.lockmanager.app.LockManagerSettings;
import glockenspiel.lockmanager.core.LockLimits;
import glockenspiel.protocol.lock.GlockName;
import glockenspiel.protocol.wire.LockWire;
import glockenspiel.runtime.config.HostPort;
import glockenspiel.runtime.grpc.GrpcChannel;
import glockenspiel.runtime.grpc.TransportSecurity;
import glockenspiel.runtime.telemetry.Telemetry;
import io.grpc.inprocess.InProcessChannelBuilder;
import io.grpc.inprocess.InProcessServerBuilder;
import java.io.IOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Iterator;
import java.util.List;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.Collectors;

/** A lock-manager and its clients, over gRPC inside the process. */
final class Cluster implements AutoCloseable {
  static final String NAMESPACE = "shop";
  private static final AtomicInteger CLUSTERS = new AtomicInteger();

  private final String address = "locks-" + CLUSTERS.incrementAndGet();
  private final LockManagerSettings settings;
  private final List<LockClient> clients = new ArrayList<>();
  private LockManagerServer server;

  Cluster(long leaseMillis) throws IOException {
    this(leaseMillis, LockLimits.DEFAULT);
  }

  Cluster(long leaseMillis, LockLimits limits) throws IOException {
    this(leaseMillis, 0, limits);
  }

  /** Whose lock-manager waits for the clients of the run before it. */
  static Cluster withGrace(long leaseMillis) throws IOException {
    return new Cluster(leaseMillis, leaseMillis, LockLimits.DEFAULT);
  }

  private Cluster(long leaseMillis, long graceMillis, LockLimits limits) throws IOException {
    settings =
        new LockManagerSettings(
            new HostPort("127.0.0.1", 0),
            leaseMillis,
            graceMillis,
            limits,
            TransportSecurity.INSECURE);
    server = start();
  }

  private LockManagerServer start() throws IOException {
    return LockManagerServer.start(
        InProcessServerBuilder.forName(address), settings, Telemetry.NONE);
  }

  /** The lock-manager is gone, and another run of it is there. */
  void restart() throws IOException {
    server.close();
    server = start();
  }

  GrpcChannel channel() {
    return GrpcChannel.open(InProcessChannelBuilder.forName(address), Telemetry.NONE);
  }

  LockClient connect(String name) throws InterruptedException {
    return connect(LockClientSettings.of("unused:1", NAMESPACE, name));
  }

  LockClient connect(LockClientSettings of) throws InterruptedException {
    LockClient client = LockClient.connect(channel(), of.withJoinTimeout(Duration.ofSeconds(5)));
    clients.add(client);
    return client;
  }

  /** Ends a client's session; the client hears of it when its stream ends. */
  void evict(String name) {
    try (GrpcChannel channel = channel()) {
      var inspection = LockInspectionServiceGrpc.newBlockingStub(channel.channel());
      long session =
          inspection
              .listSessions(ListSessionsRequest.newBuilder().setLockspace(NAMESPACE).build())
              .getSessionsList()
              .stream()
              .filter(info -> info.getNodeName().equals(name))
              .mapToLong(SessionInfo::getSessionId)
              .findFirst()
              .orElseThrow();
      var _ =
          inspection.evictSession(
              EvictSessionRequest.newBuilder()
                  .setLockspace(NAMESPACE)
                  .setSessionId(session)
                  .build());
    }
  }

  /** Returns when so many requests wait for that lock. */
  void awaitWaiters(String lock, int count) {
    try (GrpcChannel channel = channel()) {
      Iterator<WatchLockResponse> pictures =
          LockInspectionServiceGrpc.newBlockingStub(channel.channel())
              .watchLock(
                  WatchLockRequest.newBuilder()
                      .setLockspace(NAMESPACE)
                      .setGlock(LockWire.glock(GlockName.application(lock)))
                      .build());
      while (pictures.next().getLock().getWaitersCount() != count) {
        // The next picture comes when something has changed.
      }
    }
  }

  /** Who waits for whom, in rings: {@code a wants lock, b wants other}. */
  List<String> rings() {
    try (GrpcChannel channel = channel()) {
      return LockInspectionServiceGrpc.newBlockingStub(channel.channel())
          .listWaitCycles(ListWaitCyclesRequest.newBuilder().setLockspace(NAMESPACE).build())
          .getCyclesList()
          .stream()
          .map(
              ring ->
                  ring.getWaitsList().stream()
                      .map(wait -> wait.getNodeName() + " wants " + wait.getGlock().getName())
                      .sorted()
                      .collect(Collectors.joining(", ")))
          .toList();
    }
  }

  @Override
  public void close() {
    clients.forEach(LockClient::close);
    server.close();
  }
}
