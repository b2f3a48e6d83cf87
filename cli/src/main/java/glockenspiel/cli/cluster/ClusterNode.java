package glockenspiel.cli.cluster;

import glockenspiel.node.app.NodeAgentServer;
import glockenspiel.node.app.NodeAgentSettings;
import glockenspiel.node.core.NodeException;
import glockenspiel.node.core.NodeStatus;
import glockenspiel.node.filesystem.FileSystem;
import glockenspiel.node.filesystem.FileSystemException;
import glockenspiel.node.withdraw.WithdrawKind;
import glockenspiel.runtime.config.HostPort;
import glockenspiel.runtime.task.OwnerStoppedException;
import java.io.IOException;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/** One node of a local cluster: a node-agent, and its way to the services. */
public final class ClusterNode implements FileAccess, AutoCloseable {
  /** The ports before it are the services'. */
  private static final int FIRST_NODE = 2;

  private static final long PATIENCE_SECONDS = 60;

  private final int index;
  private final Uplink uplink;
  private final NodeAgentServer agent;

  private ClusterNode(int index, Uplink uplink, NodeAgentServer agent) {
    this.index = index;
    this.uplink = uplink;
    this.agent = agent;
  }

  /** Starts a node-agent; it is not mounted. */
  static ClusterNode start(
      int index, String volume, Uplink uplink, ClusterSettings settings, ClusterListener listener)
      throws IOException {
    try {
      NodeAgentServer agent =
          NodeAgentServer.start(
              NodeAgentSettings.of(
                      volume, nameOf(index), uplink.lockManager(), uplink.journalService())
                  .withListen(new HostPort(settings.host(), settings.port(FIRST_NODE + index)))
                  .withLog(settings.log()),
              settings.telemetry().apply(nameOf(index)),
              event -> listener.nodeEvent(index, event));
      return new ClusterNode(index, uplink, agent);
    } catch (IOException | RuntimeException failure) {
      uplink.close();
      throw failure;
    }
  }

  /** What the node of that index is called. */
  public static String nameOf(int index) {
    return "node-" + index;
  }

  /** Counts from 0. */
  public int index() {
    return index;
  }

  @Override
  public String name() {
    return agent.nodeName();
  }

  /** The port of its node-agent. */
  public int port() {
    return agent.port();
  }

  /**
   * Mounts, and waits until files can be used.
   *
   * @throws IllegalStateException when it has not answered for a minute
   */
  public NodeStatus mount() {
    return join(agent.mount());
  }

  /**
   * Leaves in order, and waits for it.
   *
   * @throws IllegalStateException when it has not answered for a minute
   */
  public NodeStatus unmount() {
    return join(agent.unmount());
  }

  /** Withdraws as if that had happened; done when the node is WITHDRAWN. */
  public CompletableFuture<NodeStatus> withdraw(WithdrawKind kind, String reason) {
    return agent.withdraw(kind, reason);
  }

  /** The node as it is now. */
  public NodeStatus status() {
    return agent.status();
  }

  @Override
  public <T extends @Nullable Object> T files(Function<VolumeFiles, T> operation) {
    return call(fs -> operation.apply(new LocalFiles(fs)));
  }

  /**
   * Does something with the node's file system itself; else as {@link #files}.
   *
   * @throws GoneException when the node is no more
   */
  public <T extends @Nullable Object> T call(Function<FileSystem, T> operation) {
    try {
      return agent.call(operation);
    } catch (FileSystemException failure) {
      if (failure.code() == FileSystemException.Code.WITHDRAWN) {
        throw gone(failure);
      }
      throw failure;
    } catch (NodeException | OwnerStoppedException failure) {
      throw gone(failure);
    }
  }

  private GoneException gone(RuntimeException cause) {
    return new GoneException(name() + ": " + cause.getMessage(), cause);
  }

  private NodeStatus join(CompletableFuture<NodeStatus> answer) {
    try {
      return answer.copy().orTimeout(PATIENCE_SECONDS, TimeUnit.SECONDS).join();
    } catch (CompletionException failed) {
      if (failed.getCause() instanceof TimeoutException) {
        throw new IllegalStateException(
            name() + " has not answered for " + PATIENCE_SECONDS + " s", failed);
      }
      if (failed.getCause() instanceof RuntimeException cause) {
        throw cause;
      }
      throw failed;
    }
  }

  /** Cuts it off from all services; nobody is told. */
  public void cut() {
    uplink.cut();
  }

  /** Connects it again. */
  public void heal() {
    uplink.heal();
  }

  /** Dies without a word, as by {@code kill -9}. */
  public void crash() {
    agent.kill();
    uplink.close();
  }

  /** Leaves in order, if it is mounted, and stops. */
  @Override
  public void close() {
    agent.close();
    uplink.close();
  }
}
