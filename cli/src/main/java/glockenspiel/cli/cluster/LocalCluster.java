package glockenspiel.cli.cluster;

import glockenspiel.journal.app.JournalServer;
import glockenspiel.journal.app.JournalSettings;
import glockenspiel.journal.core.JournalStatus;
import glockenspiel.journal.core.Volume;
import glockenspiel.journal.device.FaultPlan;
import glockenspiel.journal.device.FaultyBlockDevice;
import glockenspiel.journal.grpc.ServedVolume;
import glockenspiel.lockmanager.app.LockManagerServer;
import glockenspiel.lockmanager.app.LockManagerSettings;
import glockenspiel.lockmanager.core.LockLimits;
import glockenspiel.lockmanager.core.Notice;
import glockenspiel.lockmanager.grpc.LockManagerShell;
import glockenspiel.protocol.storage.JournalCheck;
import glockenspiel.protocol.storage.StorageException;
import glockenspiel.protocol.storage.VolumeInfo;
import glockenspiel.runtime.config.HostPort;
import glockenspiel.runtime.grpc.TransportSecurity;
import glockenspiel.runtime.state.InvariantViolation;
import glockenspiel.runtime.task.Promise;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicReference;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/**
 * A lock-manager, a journal-service on an image, and node-agents, in this process, over real local
 * sockets on free ports.
 */
public final class LocalCluster implements AutoCloseable {
  private final ClusterSettings settings;
  private final ClusterListener listener;
  private volatile LockManagerServer lockManager;
  private final JournalServer journalService;
  private final ServedVolume volume;
  private final FaultPlan faults;
  private final MisreadingBlockDevice device;
  private final List<ClusterNode> nodes = new ArrayList<>();
  private final AtomicBoolean closed = new AtomicBoolean();

  private LocalCluster(
      ClusterSettings settings,
      ClusterListener listener,
      LockManagerServer lockManager,
      JournalServer journalService,
      FaultPlan faults,
      MisreadingBlockDevice device) {
    this.settings = settings;
    this.listener = listener;
    this.lockManager = lockManager;
    this.journalService = journalService;
    this.volume = journalService.served().getFirst();
    this.faults = faults;
    this.device = device;
  }

  /**
   * Starts the services and the node-agents; no node is mounted yet.
   *
   * @throws IOException in one sentence, when the image cannot be opened or is in use
   * @throws StorageException in one sentence, when it holds no volume, or one with too few journals
   */
  public static LocalCluster start(ClusterSettings settings, ClusterListener listener)
      throws IOException {
    FaultPlan faults = new FaultPlan();
    AtomicReference<@Nullable MisreadingBlockDevice> device = new AtomicReference<>();
    JournalServer journalService =
        JournalServer.start(
            new JournalSettings(
                new HostPort(settings.host(), settings.port(1)),
                List.of(settings.image()),
                TransportSecurity.INSECURE),
            settings.telemetry().apply("journal-service"),
            real -> {
              MisreadingBlockDevice misreading = new MisreadingBlockDevice(real);
              device.set(misreading);
              return new FaultyBlockDevice(misreading, faults);
            });
    LocalCluster cluster = null;
    LockManagerServer lockManager = null;
    boolean started = false;
    try {
      requireJournals(settings, journalService.served().getFirst().info());
      lockManager =
          LockManagerServer.start(
              new LockManagerSettings(
                  new HostPort(settings.host(), settings.port(0)),
                  settings.leaseMillis(),
                  TransportSecurity.INSECURE),
              settings.telemetry().apply("lock-manager"),
              listenerTo(listener));
      cluster =
          new LocalCluster(
              settings,
              listener,
              lockManager,
              journalService,
              faults,
              java.util.Objects.requireNonNull(device.get()));
      cluster.watchJournals();
      for (int index = 0; index < settings.nodes(); index++) {
        cluster.nodes.add(cluster.newNode(index));
      }
      started = true;
      return cluster;
    } finally {
      if (!started) {
        if (cluster != null) {
          cluster.nodes.forEach(ClusterNode::close);
        }
        if (lockManager != null) {
          lockManager.close();
        }
        journalService.close();
      }
    }
  }

  private static void requireJournals(ClusterSettings settings, VolumeInfo volume) {
    if (volume.journals() < settings.nodes()) {
      throw new StorageException(
          StorageException.Reason.NO_SUCH_JOURNAL,
          "volume %s has %d journals, too few for %d nodes: use --nodes %d, or an image with more"
              .formatted(volume.name(), volume.journals(), settings.nodes(), volume.journals()));
    }
  }

  private static LockManagerShell.Listener listenerTo(ClusterListener listener) {
    return new LockManagerShell.Listener() {
      @Override
      public void noticed(String lockspace, Notice notice) {
        listener.notice(notice);
      }

      @Override
      public void violated(InvariantViolation violation) {}
    };
  }

  private void watchJournals() {
    askVolume(
        opened -> {
          var _ = opened.watch(listener::journal);
          return Promise.of("");
        });
  }

  private ClusterNode newNode(int index) throws IOException {
    return ClusterNode.start(
        index,
        volume.info().name(),
        Uplink.open(
            settings.hostToCall(), lockManager.port(), journalService.port(), settings.cuttable()),
        settings,
        listener);
  }

  /** What the volume looks like. */
  public VolumeInfo volume() {
    return volume.info();
  }

  /** The port of the lock-manager. */
  public int lockManagerPort() {
    return lockManager.port();
  }

  /** The port of the journal-service. */
  public int journalServicePort() {
    return journalService.port();
  }

  /** The nodes, as they were started. */
  public List<ClusterNode> nodes() {
    return List.copyOf(nodes);
  }

  /** The node of that index. */
  public ClusterNode node(int index) {
    return nodes.get(index);
  }

  /** Starts a node-agent in the place of one that was killed; it is not mounted yet. */
  public ClusterNode restart(int index) throws IOException {
    nodes.get(index).close();
    ClusterNode fresh = newNode(index);
    nodes.set(index, fresh);
    return fresh;
  }

  /**
   * The lock-manager is gone, with all that it knew, and another one is there: in its place, and
   * with a grace period of one lease.
   *
   * @throws IOException when its port is taken meanwhile
   */
  public void restartLockManager() throws IOException {
    int port = lockManager.port();
    lockManager.close();
    lockManager =
        LockManagerServer.start(
            new LockManagerSettings(
                new HostPort(settings.host(), port),
                settings.leaseMillis(),
                settings.leaseMillis(),
                LockLimits.DEFAULT,
                TransportSecurity.INSECURE),
            settings.telemetry().apply("lock-manager"),
            listenerTo(listener));
  }

  /** From now on so many writes to that journal fail. */
  public void failJournalWrites(int jid, int count) {
    askVolume(
        opened -> {
          faults.failWrites(opened.journalRanges(jid), count);
          return Promise.of("");
        });
  }

  /** The next read of that metadata block finds something else there; the image stays as it is. */
  public void misreadOnce(long block) {
    askVolume(
        opened -> {
          device.misreadOnce(block * opened.info().blockSize());
          return Promise.of("");
        });
  }

  /** Looks at a journal, changing nothing. */
  public JournalCheck check(int jid) {
    return askVolume(opened -> opened.check(jid));
  }

  /** All journals as the journal-service knows them, without looking at the device. */
  public List<JournalStatus> journals() {
    return askVolume(opened -> Promise.of(opened.journals()));
  }

  @SuppressWarnings("NullAway") // the value is null only where T allows it
  private <T extends @Nullable Object> T askVolume(Function<Volume, Promise<T>> question) {
    CompletableFuture<T> answer = new CompletableFuture<>();
    volume
        .owner()
        .execute(
            () -> {
              try {
                question
                    .apply(volume.volume())
                    .whenDone(
                        (value, failure) -> {
                          if (failure != null) {
                            answer.completeExceptionally(failure);
                          } else {
                            answer.complete(value);
                          }
                        });
              } catch (RuntimeException thrown) {
                answer.completeExceptionally(thrown);
              }
            });
    try {
      return answer.join();
    } catch (CompletionException failed) {
      if (failed.getCause() instanceof RuntimeException cause) {
        throw cause;
      }
      throw failed;
    }
  }

  /** Stops everything in order: mounted nodes leave, then the services stop. */
  @Override
  public void close() {
    if (!closed.compareAndSet(false, true)) {
      return;
    }
    nodes.forEach(ClusterNode::close);
    lockManager.close();
    journalService.close();
  }
}
