package glockenspiel.bench.lock;

import glockenspiel.node.grpc.LockManagerClient;
import glockenspiel.protocol.lock.Batch;
import glockenspiel.protocol.lock.Hello;
import glockenspiel.protocol.lock.LockManagerMessage;
import glockenspiel.protocol.lock.LockManagerPort;
import glockenspiel.protocol.lock.NodeMessage;
import glockenspiel.protocol.lock.Welcome;
import glockenspiel.runtime.grpc.GrpcChannel;
import glockenspiel.runtime.grpc.TransportSecurity;
import glockenspiel.runtime.telemetry.Telemetry;
import java.io.IOException;
import java.util.List;
import java.util.Objects;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import org.jspecify.annotations.Nullable;

/**
 * A node as the lock-manager sees it: one session over a connection of its own, with the product's
 * client, and a load instead of a node behind it. What comes is handled on the transport's thread.
 */
final class LoadSession implements LockManagerPort.Listener, AutoCloseable {
  /** The volume that loads lock. */
  static final String LOCKSPACE = "bench:fs";

  private static final long JOIN_SECONDS = 30;

  /** What the load does with the messages of a batch; a batch may have none. */
  interface Load {
    void received(List<LockManagerMessage> messages);
  }

  private final GrpcChannel channel;
  private final TransportOwner owner = new TransportOwner();
  private final CompletableFuture<Welcome> welcome = new CompletableFuture<>();
  private LockManagerPort.@Nullable Stream stream;
  private Load load = messages -> {};
  private long received;
  private long sent;
  private long acknowledged;
  private long newestRequest;

  private LoadSession(GrpcChannel channel) {
    this.channel = channel;
  }

  /**
   * Joins. The first one sees to it that the gate opens.
   *
   * @throws IOException when the lock-manager does not welcome it
   */
  static LoadSession join(int port, String node) throws IOException, InterruptedException {
    GrpcChannel channel =
        GrpcChannel.open("127.0.0.1:" + port, TransportSecurity.INSECURE, Telemetry.NONE);
    LoadSession session = new LoadSession(channel);
    session.owner.execute(
        () ->
            session.stream =
                new LockManagerClient(session.owner, channel)
                    .connect(new Hello(LOCKSPACE, node, false, 0, 0, 0), session));
    try {
      Welcome answer = session.welcome.get(JOIN_SECONDS, TimeUnit.SECONDS);
      if (answer.firstMounter()) {
        session.begin(
            messages -> {},
            List.of(new NodeMessage.ReportFirstMountDone(answer.gate().generation())));
      }
      return session;
    } catch (ExecutionException | TimeoutException failure) {
      session.close();
      throw new IOException(node + " could not join: " + failure, failure);
    }
  }

  /** From now on that load has the session, and this is what it says first. */
  void begin(Load next, List<NodeMessage> first) {
    owner.execute(
        () -> {
          load = next;
          send(first);
        });
  }

  /** From now on that load has the session, and says nothing for now. */
  void begin(Load next) {
    owner.execute(() -> load = next);
  }

  /** Does something inside the load. */
  void say(Runnable piece) {
    owner.execute(piece);
  }

  /** A number for a request; greater than all before. Only inside the load. */
  long nextRequest() {
    return ++newestRequest;
  }

  /** Whether the lock-manager has handled all that was sent. Only inside the load. */
  boolean isAllAcknowledged() {
    return acknowledged == sent;
  }

  /** Sends a batch. Only inside the load. */
  void send(List<NodeMessage> messages) {
    sent += messages.size();
    Objects.requireNonNull(stream).send(new Batch<>(0, received, messages));
  }

  @Override
  public void welcomed(Welcome answer) {
    welcome.complete(answer);
  }

  @Override
  public void received(Batch<LockManagerMessage> batch) {
    received += batch.messages().size();
    acknowledged = batch.acknowledged();
    load.received(batch.messages());
  }

  @Override
  public void ready() {
    // Loads keep to a window of their own.
  }

  @Override
  public void closed(boolean sessionLost, String reason) {
    welcome.completeExceptionally(new IOException(reason));
  }

  @Override
  public void close() {
    channel.close();
  }
}
