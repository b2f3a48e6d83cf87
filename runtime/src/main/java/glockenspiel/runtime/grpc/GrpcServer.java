package glockenspiel.runtime.grpc;

import glockenspiel.runtime.telemetry.Telemetry;
import glockenspiel.runtime.telemetry.TracingServerInterceptor;
import io.grpc.BindableService;
import io.grpc.InsecureServerCredentials;
import io.grpc.Server;
import io.grpc.ServerBuilder;
import io.grpc.ServerCredentials;
import io.grpc.ServerServiceDefinition;
import io.grpc.health.v1.HealthCheckResponse.ServingStatus;
import io.grpc.netty.shaded.io.grpc.netty.NettyServerBuilder;
import io.grpc.protobuf.services.HealthStatusManager;
import io.grpc.protobuf.services.ProtoReflectionServiceV1;
import java.io.IOException;
import java.net.BindException;
import java.net.InetSocketAddress;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * A listening service with health and reflection. Its handlers run on the transport's threads: they
 * translate, hand over to an owner and return, and never wait.
 *
 * <p>Health knows each service by its name, the whole as "", and {@value #LIVENESS}, which is
 * SERVING for as long as the process can answer. All others are NOT_SERVING until {@link
 * #setReady}.
 */
public final class GrpcServer implements AutoCloseable {
  /** The name under which health tells that the process is alive. */
  public static final String LIVENESS = "liveness";

  private static final Logger LOG = LoggerFactory.getLogger(GrpcServer.class);
  private static final Duration GRACE = Duration.ofMillis(500);

  private final Server server;
  private final HealthStatusManager health;
  private final List<String> services;
  private final @Nullable TlsIdentity identity;

  private GrpcServer(
      Server server,
      HealthStatusManager health,
      List<String> services,
      @Nullable TlsIdentity identity) {
    this.server = server;
    this.health = health;
    this.services = services;
    this.identity = identity;
  }

  /** A server to which services are added. */
  public static Builder builder(Telemetry telemetry) {
    return new Builder(telemetry);
  }

  /** Collects the services of a server. */
  public static final class Builder {
    private final Telemetry telemetry;
    private final List<ServerServiceDefinition> services = new ArrayList<>();

    private Builder(Telemetry telemetry) {
      this.telemetry = telemetry;
    }

    /** Adds a service. */
    public Builder add(BindableService service) {
      services.add(service.bindService());
      return this;
    }

    /**
     * Listens on an address.
     *
     * @param listen port 0 takes any free one
     * @throws IOException in one sentence, when the port is taken or the certificates cannot be
     *     used
     */
    public GrpcServer start(InetSocketAddress listen, TransportSecurity security)
        throws IOException {
      TlsIdentity identity =
          switch (security) {
            case TransportSecurity.Insecure _ -> null;
            case TransportSecurity.MutualTls files -> TlsIdentity.ofServer(files);
          };
      ServerCredentials credentials =
          identity == null ? InsecureServerCredentials.create() : identity.serverCredentials();
      NettyServerBuilder transport =
          NettyServerBuilder.forAddress(listen, credentials)
              .flowControlWindow(GrpcLimits.FLOW_CONTROL_WINDOW_BYTES)
              .maxInboundMetadataSize(GrpcLimits.METADATA_BYTES_MAX)
              .keepAliveTime(GrpcLimits.KEEPALIVE_TIME.toMillis(), TimeUnit.MILLISECONDS)
              .keepAliveTimeout(GrpcLimits.KEEPALIVE_TIMEOUT.toMillis(), TimeUnit.MILLISECONDS)
              .permitKeepAliveTime(GrpcLimits.KEEPALIVE_PERMITTED.toMillis(), TimeUnit.MILLISECONDS)
              .permitKeepAliveWithoutCalls(true);
      try {
        GrpcServer started = start(transport, identity);
        LOG.info("listening address={}:{}", listen.getHostString(), started.port());
        if (identity == null) {
          LOG.warn(
              "INSECURE: no encryption and no identities, whoever reaches port {} may do"
                  + " everything",
              started.port());
        }
        return started;
      } catch (IOException failure) {
        if (identity != null) {
          identity.close();
        }
        throw cannotListen(listen, failure);
      }
    }

    private static IOException cannotListen(InetSocketAddress listen, IOException failure) {
      Throwable root = failure;
      while (root.getCause() != null) {
        root = root.getCause();
      }
      String why =
          root instanceof BindException || String.valueOf(root.getMessage()).contains("in use")
              ? "the port is taken, or the address is not this machine's"
              : root.toString();
      return new IOException(
          "cannot listen on " + listen.getHostString() + ":" + listen.getPort() + ": " + why,
          failure);
    }

    /** Listens on a transport of the caller's, such as one inside the process. */
    public GrpcServer start(ServerBuilder<?> transport) throws IOException {
      return start(transport, null);
    }

    private GrpcServer start(ServerBuilder<?> transport, @Nullable TlsIdentity identity)
        throws IOException {
      HealthStatusManager health = new HealthStatusManager();
      List<String> names = new ArrayList<>();
      names.add(HealthStatusManager.SERVICE_NAME_ALL_SERVICES);
      for (ServerServiceDefinition service : services) {
        names.add(service.getServiceDescriptor().getName());
        transport.addService(service);
      }
      for (String name : names) {
        health.setStatus(name, ServingStatus.NOT_SERVING);
      }
      health.setStatus(LIVENESS, ServingStatus.SERVING);
      Server server =
          transport
              .addService(health.getHealthService())
              .addService(ProtoReflectionServiceV1.newInstance())
              .intercept(new TracingServerInterceptor(telemetry))
              .directExecutor()
              .maxInboundMessageSize(GrpcLimits.MESSAGE_BYTES_MAX)
              .build()
              .start();
      return new GrpcServer(server, health, List.copyOf(names), identity);
    }
  }

  /** The port that it listens on; -1 inside the process. */
  public int port() {
    return server.getPort();
  }

  /** Tells all who ask or watch whether the services can do their work. */
  public void setReady(boolean ready) {
    for (String service : services) {
      health.setStatus(service, ready ? ServingStatus.SERVING : ServingStatus.NOT_SERVING);
    }
  }

  /** Looks whether the certificates have changed, as it also does by itself now and then. */
  void reloadCertificates() {
    if (identity != null) {
      identity.reloadIfChanged();
    }
  }

  /**
   * Stops: tells health, takes no new calls, gives those under way half a second, then ends them
   * with UNAVAILABLE.
   */
  @Override
  public void close() {
    health.enterTerminalState();
    server.shutdown();
    try {
      if (!server.awaitTermination(GRACE.toMillis(), TimeUnit.MILLISECONDS)) {
        server.shutdownNow().awaitTermination(GRACE.toMillis(), TimeUnit.MILLISECONDS);
      }
    } catch (InterruptedException interrupted) {
      server.shutdownNow();
      Thread.currentThread().interrupt();
    }
    if (identity != null) {
      identity.close();
    }
  }
}
