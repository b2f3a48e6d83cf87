package glockenspiel.node.app;

import glockenspiel.node.core.NodeState;
import glockenspiel.node.core.NodeStatus;
import glockenspiel.node.event.NodeEvent;
import glockenspiel.node.event.NodeEvents;
import glockenspiel.node.filesystem.FileSystem;
import glockenspiel.node.filesystem.FileSystemSettings;
import glockenspiel.node.grpc.EventRing;
import glockenspiel.node.grpc.FileSystemGrpcService;
import glockenspiel.node.grpc.LockManagerClient;
import glockenspiel.node.grpc.NodeAgentGrpcService;
import glockenspiel.node.grpc.StorageClient;
import glockenspiel.node.withdraw.WithdrawKind;
import glockenspiel.runtime.grpc.GrpcChannel;
import glockenspiel.runtime.grpc.GrpcServer;
import glockenspiel.runtime.task.Promise;
import glockenspiel.runtime.task.VirtualThreadOwner;
import glockenspiel.runtime.telemetry.Telemetry;
import java.io.IOException;
import java.time.InstantSource;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.function.Function;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * A running node-agent. Any number of them may run in one process. All methods may be called from
 * any thread, except those that wait, which must not be called from a {@link NodeEvents} listener.
 *
 * <p>It is ready, as health tells it, while files can be used. It is alive as long as it answers,
 * whatever its peers do.
 */
public final class NodeAgentServer implements AutoCloseable {
  private static final Logger LOG = LoggerFactory.getLogger(NodeAgentServer.class);

  private final NodeAgentSettings settings;
  private final VirtualThreadOwner owner;
  private final Transport transport;
  private final StorageClient storage;
  private final LocalNode local;
  private final ForeignCalls calls;
  private final GrpcServer server;
  private final AtomicBoolean closed = new AtomicBoolean();

  /** What the node-agent's connections are made of. */
  interface Transport extends AutoCloseable {
    GrpcChannel lockManager();

    GrpcChannel journalService();

    GrpcServer listen(GrpcServer.Builder services) throws IOException;

    /** Ends both channels. */
    @Override
    default void close() {
      lockManager().close();
      journalService().close();
    }
  }

  private record Network(
      NodeAgentSettings settings, GrpcChannel lockManager, GrpcChannel journalService)
      implements Transport {
    static Network connect(NodeAgentSettings settings, Telemetry telemetry) throws IOException {
      GrpcChannel lockManager =
          GrpcChannel.open(settings.lockManager(), settings.security(), telemetry);
      try {
        return new Network(
            settings,
            lockManager,
            GrpcChannel.open(settings.journalService(), settings.security(), telemetry));
      } catch (IOException | RuntimeException failure) {
        lockManager.close();
        throw failure;
      }
    }

    @Override
    public GrpcServer listen(GrpcServer.Builder services) throws IOException {
      return services.start(settings.listen().address(), settings.security());
    }
  }

  /**
   * Starts a node-agent. Returns when it listens; with {@code autoMount} the mount goes on behind
   * it.
   *
   * @param telemetry stays the caller's
   * @throws IOException in one sentence, when the port is taken or the certificates cannot be used
   */
  public static NodeAgentServer start(NodeAgentSettings settings, Telemetry telemetry)
      throws IOException {
    return start(settings, telemetry, NodeEvents.NONE);
  }

  /**
   * As above, with a listener in the process.
   *
   * @param listener hears of every event, on the node's owner: must return at once
   * @throws IOException in one sentence, when the port is taken or the certificates cannot be used
   */
  public static NodeAgentServer start(
      NodeAgentSettings settings, Telemetry telemetry, NodeEvents listener) throws IOException {
    return start(settings, telemetry, listener, Network.connect(settings, telemetry));
  }

  static NodeAgentServer start(
      NodeAgentSettings settings, Telemetry telemetry, NodeEvents listener, Transport transport)
      throws IOException {
    try {
      return new NodeAgentServer(settings, telemetry, listener, transport);
    } catch (IOException | RuntimeException failure) {
      transport.close();
      throw failure;
    }
  }

  private NodeAgentServer(
      NodeAgentSettings settings, Telemetry telemetry, NodeEvents listener, Transport transport)
      throws IOException {
    String name = settings.node().nodeName();
    this.settings = settings;
    this.transport = transport;
    this.owner = new VirtualThreadOwner("node-" + name, this::escaped);
    this.calls = new ForeignCalls(owner, name);
    this.storage =
        new StorageClient(
            owner, transport.journalService(), settings.node().lockspace(), settings.deadlines());
    EventRing ring = new EventRing(EventRing.CAPACITY, InstantSource.system());
    Readiness readiness = new Readiness();
    this.local =
        new LocalNode(
            owner,
            new LockManagerClient(owner, transport.lockManager()),
            storage,
            settings.node(),
            new FileSystemSettings(settings.log(), InstantSource.system()::instant),
            new Announcer(
                new EventLog(name, settings.node().lockspace()), ring, readiness, listener),
            new SpanTracing(telemetry));
    try {
      this.server =
          transport.listen(
              GrpcServer.builder(telemetry)
                  .add(new NodeAgentGrpcService(owner, local, ring))
                  .add(new FileSystemGrpcService(owner, local)));
    } catch (IOException | RuntimeException failure) {
      owner.close();
      throw failure;
    }
    readiness.server = server;
    if (settings.autoMount()) {
      local.keepMounted();
      owner.start("auto-mount", new AutoMount(owner, local, name)::run);
    }
  }

  /** What nobody is left to catch. On the owner. */
  private void escaped(String what, Throwable thrown) {
    LOG.error("event=ESCAPED node={} what={}", nodeName(), what, thrown);
    local.node().escaped(what, thrown);
  }

  /** Tells everybody, the log first, and the caller's listener last. */
  private record Announcer(EventLog log, EventRing ring, Readiness readiness, NodeEvents listener)
      implements NodeEvents {
    @Override
    public void happened(NodeEvent event) {
      log.happened(event);
      ring.happened(event);
      readiness.happened(event);
      try {
        listener.happened(event);
      } catch (RuntimeException broken) {
        LOG.error("event=LISTENER_FAILED kind={}", event.kind(), broken);
      }
    }
  }

  /** Files can be used, or not. */
  private static final class Readiness implements NodeEvents {
    /** Set before the first mount begins. */
    private volatile @Nullable GrpcServer server;

    @Override
    public void happened(NodeEvent event) {
      GrpcServer listening = server;
      if (listening != null && event instanceof NodeEvent.StateChanged changed) {
        listening.setReady(changed.to().equals(NodeState.MOUNTED.name()));
      }
    }
  }

  /** The port that it listens on. */
  public int port() {
    return server.port();
  }

  /** The node's name. */
  public String nodeName() {
    return settings.node().nodeName();
  }

  /** The node as it is now. Waits for the owner. */
  public NodeStatus status() {
    return calls.await(() -> Promise.of(local.status()));
  }

  /** Mounts. Done when files can be used. */
  public CompletableFuture<NodeStatus> mount() {
    return change(() -> local.mount(false));
  }

  /** Leaves in order, once the file operations that run have ended. */
  public CompletableFuture<NodeStatus> unmount() {
    return change(local::unmount);
  }

  /** Withdraws. Done when the node is WITHDRAWN. */
  public CompletableFuture<NodeStatus> withdraw(WithdrawKind kind, String reason) {
    return change(() -> local.node().withdraw(kind, reason));
  }

  private CompletableFuture<NodeStatus> change(Supplier<Promise<@Nullable Void>> change) {
    return calls.ask(() -> change.get().map(done -> local.status()));
  }

  /**
   * Does something with the files, as a task of the node, and waits for it.
   *
   * @throws RuntimeException what the operation throws; {@link
   *     glockenspiel.node.core.NodeException} when the node is not mounted; {@link
   *     glockenspiel.runtime.task.OwnerStoppedException} when this node-agent is closed meanwhile
   */
  public <T extends @Nullable Object> T call(Function<FileSystem, T> operation) {
    return calls.await(() -> owner.start("call", () -> local.operate(operation)));
  }

  /**
   * Stops as a dying process does: nothing more is sent, nothing is given back, and the others find
   * out by themselves.
   */
  public void kill() {
    if (closed.compareAndSet(false, true)) {
      stop();
    }
  }

  /**
   * Leaves in order and stops. A node that withdraws is waited for. After {@code leaveTimeout} it
   * just stops, and others recover its journal.
   */
  @Override
  public void close() {
    if (closed.compareAndSet(false, true)) {
      leave();
      stop();
    }
  }

  private void leave() {
    CompletableFuture<@Nullable Void> left =
        calls.ask(
            () -> {
              return owner.start(
                  "close",
                  () -> {
                    local.leave();
                    storage.close();
                    return null;
                  });
            });
    try {
      left.get(settings.leaveTimeout().toMillis(), TimeUnit.MILLISECONDS);
    } catch (TimeoutException late) {
      LOG.warn(
          "event=STOPPED_WITHOUT_LEAVING node={} afterMillis={} detail=others recover its journal",
          nodeName(),
          settings.leaveTimeout().toMillis());
    } catch (ExecutionException failure) {
      LOG.warn("event=STOPPED_WITHOUT_LEAVING node={}", nodeName(), failure);
    } catch (InterruptedException interrupted) {
      Thread.currentThread().interrupt();
    }
  }

  private void stop() {
    owner.close();
    calls.stop();
    transport.close();
    server.close();
  }
}
