package glockenspiel.simulation.process;

import glockenspiel.node.core.Node;
import glockenspiel.node.core.NodeException;
import glockenspiel.node.core.NodeSettings;
import glockenspiel.node.core.NodeState;
import glockenspiel.node.event.NodeEvent;
import glockenspiel.node.event.Tracing;
import glockenspiel.node.filesystem.FileSystem;
import glockenspiel.node.filesystem.FileSystemSettings;
import glockenspiel.node.freeze.FreezeException;
import glockenspiel.node.withdraw.WithdrawKind;
import glockenspiel.runtime.task.deterministic.DeterministicOwner;
import glockenspiel.runtime.task.deterministic.DeterministicScheduler;
import glockenspiel.simulation.network.LockManagerLink;
import glockenspiel.simulation.network.Network;
import glockenspiel.simulation.network.StorageLink;
import glockenspiel.simulation.observation.NodeId;
import glockenspiel.simulation.observation.Observation;
import glockenspiel.simulation.observation.Observer;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/** One life of a node-agent process: the node's core on an owner of its own. */
public final class NodeProcess {
  private final NodeId id;
  private final DeterministicOwner owner;
  private final LockManagerLink lockManager;
  private final Node node;
  private final Observer observer;
  private boolean lostWhileHung;

  /** A process that has just begun; it is not mounted. */
  public NodeProcess(
      NodeId id,
      DeterministicScheduler scheduler,
      Network network,
      MachineClock clock,
      NodeSettings settings,
      FileSystemSettings files,
      Observer observer) {
    this.id = id;
    this.observer = observer;
    this.owner = clock.of(scheduler.owner(id.toString(), this::escaped));
    this.lockManager = network.lockManagerLink(id, owner);
    StorageLink storage = network.storageLink(id, owner);
    this.node =
        new Node(
            owner,
            lockManager,
            storage,
            (on, port, glocks, journal, volume, trigger) ->
                FileSystem.mount(
                    on, port, glocks, Objects.requireNonNull(journal), volume, trigger, files),
            settings,
            this::told,
            Tracing.NONE);
    observer.observe(new Observation.NodeStarted(id));
  }

  @SuppressWarnings("NullAway") // pieces run only after the constructor's end
  private void escaped(String what, Throwable thrown) {
    node.escaped(what, thrown);
  }

  private void told(NodeEvent event) {
    observer.observe(new Observation.NodeTold(id, event));
  }

  /** Which life of which node. */
  public NodeId id() {
    return id;
  }

  /** Runs it. */
  public DeterministicOwner owner() {
    return owner;
  }

  /** The core. Only on the owner, or while nothing runs. */
  public Node node() {
    return node;
  }

  /** The file system; null unless the node is mounted. */
  public @Nullable FileSystem fileSystem() {
    return isUp() && node.state() == NodeState.MOUNTED ? (FileSystem) node.fileSystem() : null;
  }

  /** Whether the process lives, hanging or not. */
  public boolean isUp() {
    return !owner.isStopped();
  }

  /**
   * Whether the node would use a lock now, as far as can be seen from outside. A node that was
   * given up while it hung finds out by its own clock, before it does anything else.
   */
  public boolean mayUseLocks() {
    return isUp()
        && !owner.isHung()
        && !lostWhileHung
        && node.state() != NodeState.WITHDRAWING
        && node.state() != NodeState.WITHDRAWN;
  }

  /** The lock-manager has given up the session that the node has, or thinks to have. */
  public void sessionLostAtLockManager() {
    lostWhileHung |= owner.isHung();
  }

  /** It has a new session. */
  public void joined() {
    lostWhileHung = false;
  }

  /**
   * Kills it.
   *
   * @param silently with its whole machine, so that its peers hear nothing of it
   */
  public void crash(boolean silently) {
    if (isUp()) {
      observer.observe(new Observation.NodeCrashed(id));
      owner.stop();
      lockManager.died(silently);
    }
  }

  /** It stands still. */
  public void hang() {
    if (isUp() && !owner.isHung()) {
      observer.observe(new Observation.NodeHung(id));
      owner.hang();
    }
  }

  /** It goes on. */
  public void wake() {
    if (isUp() && owner.isHung()) {
      owner.wake();
      observer.observe(new Observation.NodeWoke(id));
    }
  }

  /** An operator wants it to freeze the volume; nothing happens where it refuses. */
  public void freeze() {
    unlessRefused(
        () -> {
          var _ = node.freeze().freeze();
        });
  }

  /** An operator wants it to thaw the volume; nothing happens where it refuses. */
  public void thaw() {
    unlessRefused(
        () -> {
          var _ = node.freeze().thaw();
        });
  }

  private void unlessRefused(Runnable piece) {
    owner.execute(
        () -> {
          try {
            piece.run();
          } catch (FreezeException | NodeException refused) {
            // An operator would read it.
          }
        });
  }

  /** An operator wants it to withdraw. */
  public void withdraw(String reason) {
    owner.execute(
        () -> {
          var _ = node.withdraw(WithdrawKind.OPERATOR, reason);
        });
  }
}
