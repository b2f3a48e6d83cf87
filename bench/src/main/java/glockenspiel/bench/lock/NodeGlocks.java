package glockenspiel.bench.lock;

import glockenspiel.node.glock.GlockCache;
import glockenspiel.node.glock.GlockFailures;
import glockenspiel.node.glock.GlockSettings;
import glockenspiel.node.glock.LockSession;
import glockenspiel.node.glock.SessionListener;
import glockenspiel.node.glock.SessionMember;
import glockenspiel.node.glock.SessionSettings;
import glockenspiel.node.grpc.LockManagerClient;
import glockenspiel.protocol.lock.GlockName;
import glockenspiel.protocol.lock.LockManagerMessage;
import glockenspiel.protocol.lock.LockManagerMessage.Answer;
import glockenspiel.protocol.lock.LockManagerMessage.Demote;
import glockenspiel.protocol.lock.NodeMessage;
import glockenspiel.protocol.lock.Welcome;
import glockenspiel.runtime.grpc.GrpcChannel;
import glockenspiel.runtime.grpc.TransportSecurity;
import glockenspiel.runtime.task.Promise;
import glockenspiel.runtime.task.Task;
import glockenspiel.runtime.task.VirtualThreadOwner;
import glockenspiel.runtime.telemetry.Telemetry;
import java.io.IOException;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import org.jspecify.annotations.Nullable;

/**
 * The glocks of one node, as the node-agent has them, without its file system: owner, session,
 * cache, and nothing cached under the glocks, so that every one is clean.
 */
final class NodeGlocks implements SessionListener, AutoCloseable {
  private static final long JOIN_SECONDS = 30;

  private final VirtualThreadOwner owner;
  private final GrpcChannel channel;
  private final LockSession session;
  private final GlockCache cache;
  private long answeredNanos;

  private NodeGlocks(String node, GrpcChannel channel) {
    this.channel = channel;
    this.owner =
        new VirtualThreadOwner(
            node,
            (what, thrown) -> {
              throw new IllegalStateException(node + ": " + what + " failed", thrown);
            });
    this.session =
        new LockSession(
            owner,
            new LockManagerClient(owner, channel),
            SessionSettings.DEFAULT,
            SessionMember.node(LoadSession.LOCKSPACE, node, false),
            this);
    this.cache = new GlockCache(owner, session, GlockSettings.DEFAULT, ignoreFailures());
  }

  private static GlockFailures ignoreFailures() {
    return (glock, cause) -> {
      throw new IllegalStateException(glock + " could not be synced", cause);
    };
  }

  static NodeGlocks join(int port, String node) throws IOException, InterruptedException {
    NodeGlocks glocks =
        new NodeGlocks(
            node,
            GrpcChannel.open("127.0.0.1:" + port, TransportSecurity.INSECURE, Telemetry.NONE));
    try {
      glocks.run(
          "join",
          () -> {
            Welcome welcome = glocks.owner.await(glocks.session.join());
            if (welcome.firstMounter()) {
              glocks.session.send(
                  new NodeMessage.ReportFirstMountDone(welcome.gate().generation()));
            }
            return null;
          });
      return glocks;
    } catch (IOException | InterruptedException failure) {
      glocks.close();
      throw failure;
    }
  }

  GlockCache cache() {
    return cache;
  }

  /** When the last answer came. Belongs to the owner. */
  long answeredNanos() {
    return answeredNanos;
  }

  /** Starts a task of the node. */
  <T extends @Nullable Object> Promise<T> start(String name, Task<T> body) {
    return owner.start(name, body);
  }

  /** Runs a task of the node, and waits for its end. */
  <T extends @Nullable Object> T run(String name, Task<T> body)
      throws IOException, InterruptedException {
    CompletableFuture<T> end = new CompletableFuture<>();
    owner.start(
        name,
        () -> {
          try {
            end.complete(body.run());
          } catch (RuntimeException failure) {
            end.completeExceptionally(failure);
          }
          return null;
        });
    try {
      return end.get(JOIN_SECONDS, TimeUnit.SECONDS);
    } catch (ExecutionException | TimeoutException failure) {
      throw new IOException(name + " failed: " + failure.getMessage(), failure);
    }
  }

  @Override
  public void received(LockManagerMessage message) {
    switch (message) {
      case Answer answer -> {
        answeredNanos = System.nanoTime();
        cache.answered(answer);
      }
      case Demote demote when !demote.glock().equals(GlockName.LIVE) ->
          cache.demoteRequested(demote);
      default -> {
        // The gate is open, and nobody withdraws.
      }
    }
  }

  @Override
  public void resumed() {}

  @Override
  public long generation() {
    return 0;
  }

  @Override
  public void reassert(Welcome answer) {}

  @Override
  public void reasserted() {}

  @Override
  public void broken(String reason) {}

  @Override
  public void lost(String reason) {
    cache.sessionEnded();
  }

  @Override
  public void close() {
    owner.close();
    channel.close();
  }
}
