package glockenspiel.runtime.grpc;

import glockenspiel.runtime.telemetry.Telemetry;
import glockenspiel.runtime.telemetry.TracingClientInterceptor;
import io.grpc.Channel;
import io.grpc.ChannelCredentials;
import io.grpc.ClientInterceptors;
import io.grpc.ConnectivityState;
import io.grpc.InsecureChannelCredentials;
import io.grpc.ManagedChannel;
import io.grpc.ManagedChannelBuilder;
import io.grpc.netty.shaded.io.grpc.netty.NettyChannelBuilder;
import io.grpc.netty.shaded.io.netty.channel.ChannelOption;
import java.io.IOException;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * A connection to another service, made with the first call and made again whenever it breaks.
 * Answers come on the transport's threads: who gets them hands over to an owner and returns.
 *
 * <p>While there is no connection, calls fail at once with UNAVAILABLE. Each call that finds none
 * begins a new attempt at once, so the pauses between attempts are the caller's.
 */
public final class GrpcChannel implements AutoCloseable {
  private static final Logger LOG = LoggerFactory.getLogger(GrpcChannel.class);

  private final ManagedChannel channel;
  private final Channel intercepted;
  private final @Nullable TlsIdentity identity;

  private GrpcChannel(ManagedChannel channel, Telemetry telemetry, @Nullable TlsIdentity identity) {
    this.channel = channel;
    this.identity = identity;
    // The last one is called first.
    this.intercepted =
        ClientInterceptors.intercept(
            channel,
            new OwnContextInterceptor(),
            new TracingClientInterceptor(telemetry),
            new UnaryDeadlineInterceptor(GrpcLimits.UNARY_DEADLINE));
  }

  /**
   * A channel to a service. Connects with the first call.
   *
   * @param target host:port, or any target that gRPC understands
   * @throws IOException when the certificates cannot be used
   */
  public static GrpcChannel open(String target, TransportSecurity security, Telemetry telemetry)
      throws IOException {
    TlsIdentity identity =
        switch (security) {
          case TransportSecurity.Insecure _ -> null;
          case TransportSecurity.MutualTls files -> TlsIdentity.ofClient(files);
        };
    if (identity == null) {
      LOG.warn("INSECURE: no encryption and no identity towards target={}", target);
    }
    ChannelCredentials credentials =
        identity == null ? InsecureChannelCredentials.create() : identity.channelCredentials();
    NettyChannelBuilder transport =
        NettyChannelBuilder.forTarget(target, credentials)
            .flowControlWindow(GrpcLimits.FLOW_CONTROL_WINDOW_BYTES)
            .withOption(
                ChannelOption.CONNECT_TIMEOUT_MILLIS,
                Math.toIntExact(GrpcLimits.CONNECT_TIMEOUT.toMillis()))
            .keepAliveTime(GrpcLimits.KEEPALIVE_TIME.toMillis(), TimeUnit.MILLISECONDS)
            .keepAliveTimeout(GrpcLimits.KEEPALIVE_TIMEOUT.toMillis(), TimeUnit.MILLISECONDS)
            .keepAliveWithoutCalls(true);
    return new GrpcChannel(limited(transport), telemetry, identity);
  }

  /** A channel over a transport of the caller's, such as one inside the process. */
  public static GrpcChannel open(ManagedChannelBuilder<?> transport, Telemetry telemetry) {
    return new GrpcChannel(limited(transport), telemetry, null);
  }

  private static ManagedChannel limited(ManagedChannelBuilder<?> transport) {
    return transport
        .directExecutor()
        .disableRetry()
        .maxInboundMessageSize(GrpcLimits.MESSAGE_BYTES_MAX)
        .maxInboundMetadataSize(GrpcLimits.METADATA_BYTES_MAX)
        .build();
  }

  /** What stubs are made of. Begins a new attempt to connect when the last one failed. */
  public Channel channel() {
    if (channel.getState(false) == ConnectivityState.TRANSIENT_FAILURE) {
      channel.resetConnectBackoff();
    }
    return intercepted;
  }

  /** Ends all calls with UNAVAILABLE and closes the connection. */
  @Override
  public void close() {
    channel.shutdownNow();
    if (identity != null) {
      identity.close();
    }
  }
}
