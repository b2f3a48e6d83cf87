package glockenspiel.cli.online;

import glockenspiel.cli.output.CommandFailure;
import glockenspiel.runtime.grpc.GrpcChannel;
import glockenspiel.runtime.grpc.TransportSecurity;
import glockenspiel.runtime.telemetry.Telemetry;
import io.grpc.Channel;
import io.grpc.stub.AbstractStub;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.ArgGroup;
import picocli.CommandLine.Option;

/**
 * Where the services are and how long to wait for them: the options of every command that talks to
 * a service.
 */
final class Services implements AutoCloseable {
  @Option(
      names = "--lock-manager",
      paramLabel = "HOST:PORT",
      defaultValue = "${env:GLOCK_LOCK_MANAGER:-127.0.0.1:7101}",
      description = "Default: ${DEFAULT-VALUE}, or GLOCK_LOCK_MANAGER.")
  private String lockManager = "";

  @Option(
      names = "--journal-service",
      paramLabel = "HOST:PORT",
      defaultValue = "${env:GLOCK_JOURNAL_SERVICE:-127.0.0.1:7102}",
      description = "Default: ${DEFAULT-VALUE}, or GLOCK_JOURNAL_SERVICE.")
  private String journalService = "";

  @Option(
      names = "--timeout",
      paramLabel = "SECONDS",
      defaultValue = "10",
      description = "Longest time for a call. Default: ${DEFAULT-VALUE}")
  private int timeoutSeconds;

  @ArgGroup(exclusive = false)
  private @Nullable Certificates certificates;

  /** mTLS, all three together; without them connections are not protected. */
  private static final class Certificates {
    @Option(
        names = "--tls-certificate",
        required = true,
        description = "This client's certificate, PEM.")
    private Path certificate = Path.of("");

    @Option(names = "--tls-key", required = true, description = "Its private key, PEM.")
    private Path key = Path.of("");

    @Option(names = "--tls-trusted", required = true, description = "The roots to trust, PEM.")
    private Path trusted = Path.of("");
  }

  private final List<GrpcChannel> open = new ArrayList<>();

  /** A stub of the lock-manager, with the deadline set. */
  <S extends AbstractStub<S>> S lockManager(Function<Channel, S> stub) {
    return connect("the lock-manager", "--lock-manager", lockManager, stub);
  }

  /** A stub of the journal-service, with the deadline set. */
  <S extends AbstractStub<S>> S journalService(Function<Channel, S> stub) {
    return connect("the journal-service", "--journal-service", journalService, stub);
  }

  /** A stub of a node-agent, with the deadline set. */
  <S extends AbstractStub<S>> S node(String address, Function<Channel, S> stub) {
    return connect("the node-agent", "--node", address, stub);
  }

  private <S extends AbstractStub<S>> S connect(
      String service, String flag, String address, Function<Channel, S> stub) {
    if (!address.matches(".+:[0-9]+")) {
      throw CommandFailure.wrongUsage(flag + " '" + address + "' is no address; write HOST:PORT");
    }
    try {
      GrpcChannel channel = GrpcChannel.open(address, security(), Telemetry.NONE);
      open.add(channel);
      return stub.apply(channel.channel())
          .withInterceptors(new UnreachableNamed(service, address, flag))
          .withDeadlineAfter(timeoutSeconds, TimeUnit.SECONDS);
    } catch (IOException unusable) {
      throw CommandFailure.wrongUsage(String.valueOf(unusable.getMessage()));
    }
  }

  /** Where the lock-manager is. */
  String lockManagerAddress() {
    return lockManager;
  }

  /** The longest time for a call. */
  Duration timeout() {
    return Duration.ofSeconds(timeoutSeconds);
  }

  /** Of all connections. */
  TransportSecurity security() {
    Certificates files = certificates;
    return files == null
        ? TransportSecurity.INSECURE
        : new TransportSecurity.MutualTls(files.certificate, files.key, files.trusted);
  }

  @Override
  public void close() {
    open.forEach(GrpcChannel::close);
    open.clear();
  }
}
