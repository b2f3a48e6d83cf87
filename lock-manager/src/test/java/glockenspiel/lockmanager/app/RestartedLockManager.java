package glockenspiel.lockmanager.app;

import glockenspiel.lockmanager.core.LockLimits;
import glockenspiel.runtime.config.HostPort;
import glockenspiel.runtime.grpc.GrpcChannel;
import glockenspiel.runtime.grpc.TransportSecurity;
import glockenspiel.runtime.telemetry.Telemetry;
import io.grpc.inprocess.InProcessChannelBuilder;
import io.grpc.inprocess.InProcessServerBuilder;
import java.io.IOException;

/** A lock-manager inside the process, and those that come after it. */
final class RestartedLockManager implements AutoCloseable {
  private final long leaseMillis;
  private final LockLimits limits;
  private LockManagerServer server;
  private volatile GrpcChannel channel;

  RestartedLockManager(long leaseMillis, LockLimits limits) throws IOException {
    this.leaseMillis = leaseMillis;
    this.limits = limits;
    String name = InProcessServerBuilder.generateName();
    this.server = start(name, 0);
    this.channel = open(name);
  }

  private LockManagerServer start(String name, long graceMillis) throws IOException {
    return LockManagerServer.start(
        InProcessServerBuilder.forName(name),
        new LockManagerSettings(
            new HostPort("127.0.0.1", 0),
            leaseMillis,
            graceMillis,
            limits,
            TransportSecurity.INSECURE),
        Telemetry.NONE);
  }

  private static GrpcChannel open(String name) {
    return GrpcChannel.open(InProcessChannelBuilder.forName(name), Telemetry.NONE);
  }

  /** To the present one, or to one that has just ended. */
  GrpcChannel channel() {
    return channel;
  }

  /**
   * Ends it and starts the next one, with a grace period of one lease.
   *
   * @param between runs when the old one has ended and the new one has not begun
   */
  void restart(Runnable between) throws IOException {
    GrpcChannel old = channel;
    server.close();
    between.run();
    String name = InProcessServerBuilder.generateName();
    server = start(name, leaseMillis);
    channel = open(name);
    old.close();
  }

  @Override
  public void close() {
    channel.close();
    server.close();
  }
}
