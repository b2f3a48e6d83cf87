package glockenspiel.lockmanager.app;

import glockenspiel.lockmanager.core.LockManagerConfig;
import glockenspiel.lockmanager.core.Notice;
import glockenspiel.lockmanager.grpc.LockInspectionGrpcService;
import glockenspiel.lockmanager.grpc.LockManagerGrpcService;
import glockenspiel.lockmanager.grpc.LockManagerShell;
import glockenspiel.runtime.grpc.GrpcServer;
import glockenspiel.runtime.state.InvariantViolation;
import glockenspiel.runtime.task.VirtualThreadOwner;
import glockenspiel.runtime.telemetry.Telemetry;
import io.grpc.ServerBuilder;
import io.opentelemetry.api.metrics.BatchCallback;
import java.io.IOException;
import java.time.Clock;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.concurrent.atomic.AtomicReference;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** A running lock-manager. */
public final class LockManagerServer implements AutoCloseable {
  private static final Logger LOG = LoggerFactory.getLogger(LockManagerServer.class);

  private final VirtualThreadOwner owner;
  private final GrpcServer server;
  private final BatchCallback measures;

  private LockManagerServer(VirtualThreadOwner owner, GrpcServer server, BatchCallback measures) {
    this.owner = owner;
    this.server = server;
    this.measures = measures;
  }

  /** A ring that is told of has lasted between one and two of these. */
  private static final long WAIT_CYCLE_LOOK_NANOS = 10_000_000_000L;

  private static final LockManagerShell.Listener QUIET =
      new LockManagerShell.Listener() {
        @Override
        public void noticed(String lockspace, Notice notice) {}

        @Override
        public void violated(InvariantViolation violation) {}
      };

  /** Tells the first before the second. */
  private record Both(LockManagerShell.Listener first, LockManagerShell.Listener second)
      implements LockManagerShell.Listener {
    @Override
    public void noticed(String lockspace, Notice notice) {
      first.noticed(lockspace, notice);
      second.noticed(lockspace, notice);
    }

    @Override
    public void violated(InvariantViolation violation) {
      first.violated(violation);
      second.violated(violation);
    }
  }

  private interface Start {
    GrpcServer on(GrpcServer.Builder builder) throws IOException;
  }

  /**
   * Starts a lock-manager; it serves when this returns.
   *
   * @throws IOException in one sentence, when the port is taken or the certificates cannot be used
   */
  public static LockManagerServer start(LockManagerSettings settings, Telemetry telemetry)
      throws IOException {
    return start(settings, telemetry, QUIET);
  }

  /**
   * As above, with a listener in the process.
   *
   * @param listener hears of every notice, on the owner: must return at once
   */
  public static LockManagerServer start(
      LockManagerSettings settings, Telemetry telemetry, LockManagerShell.Listener listener)
      throws IOException {
    return start(
        settings,
        telemetry,
        listener,
        builder -> builder.start(settings.listen().address(), settings.security()));
  }

  /** As above, on a transport of the caller's, such as one inside the process. */
  public static LockManagerServer start(
      ServerBuilder<?> transport, LockManagerSettings settings, Telemetry telemetry)
      throws IOException {
    return start(settings, telemetry, QUIET, builder -> builder.start(transport));
  }

  private static LockManagerServer start(
      LockManagerSettings settings,
      Telemetry telemetry,
      LockManagerShell.Listener listener,
      Start start)
      throws IOException {
    Clock clock = Clock.systemUTC();
    Instant now = clock.instant();
    LockManagerConfig config =
        new LockManagerConfig(
            now.toEpochMilli(),
            settings.leaseMillis(),
            ChronoUnit.MICROS.between(Instant.EPOCH, now),
            settings.graceMillis(),
            settings.limits());
    VirtualThreadOwner owner =
        new VirtualThreadOwner(
            "lock-manager", (what, thrown) -> LOG.error("failed in {}", what, thrown));
    AtomicReference<@Nullable GrpcServer> running = new AtomicReference<>();
    NoticeLog log =
        new NoticeLog(
            telemetry,
            () -> {
              GrpcServer server = running.get();
              if (server != null) {
                server.setReady(false);
              }
            });
    LockManagerShell shell =
        new LockManagerShell(
            owner, config, new Both(log, new Both(new GateSpans(telemetry.spans()), listener)));
    try {
      GrpcServer server =
          start.on(
              GrpcServer.builder(telemetry)
                  .add(new LockManagerGrpcService(shell))
                  .add(new LockInspectionGrpcService(shell, clock)));
      running.set(server);
      // The first step, from which the grace period counts.
      owner.execute(shell::lookForWaitCycles);
      lookForWaitCycles(owner, shell);
      server.setReady(true);
      LOG.info(
          "lock-manager started incarnation={} leaseMillis={} graceMillis={}",
          config.incarnation(),
          config.leaseMillis(),
          config.graceMillis());
      return new LockManagerServer(
          owner, server, LockManagerMeasures.observe(telemetry, owner, shell));
    } catch (IOException | RuntimeException failure) {
      owner.close();
      throw failure;
    }
  }

  private static void lookForWaitCycles(VirtualThreadOwner owner, LockManagerShell shell) {
    var _ =
        owner.after(
            WAIT_CYCLE_LOOK_NANOS,
            () -> {
              shell.lookForWaitCycles();
              lookForWaitCycles(owner, shell);
            });
  }

  /** The port that it listens on. */
  public int port() {
    return server.port();
  }

  /**
   * Ends all streams and stops. Nodes go on with the next lock-manager, if it has a grace period
   * and comes within their leases.
   */
  @Override
  public void close() {
    measures.close();
    server.close();
    owner.close();
  }
}
