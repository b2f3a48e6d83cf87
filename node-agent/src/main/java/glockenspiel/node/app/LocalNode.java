package glockenspiel.node.app;

import glockenspiel.node.core.Node;
import glockenspiel.node.core.NodeException;
import glockenspiel.node.core.NodeSettings;
import glockenspiel.node.core.NodeState;
import glockenspiel.node.core.NodeStatus;
import glockenspiel.node.event.NodeEvent;
import glockenspiel.node.event.NodeEvents;
import glockenspiel.node.event.Tracing;
import glockenspiel.node.filesystem.FileSystem;
import glockenspiel.node.filesystem.FileSystemSettings;
import glockenspiel.node.filesystem.MountedFileSystem;
import glockenspiel.node.glock.Glocks;
import glockenspiel.node.grpc.ServedNode;
import glockenspiel.node.withdraw.WithdrawStatus;
import glockenspiel.node.withdraw.WithdrawTrigger;
import glockenspiel.protocol.lock.LockManagerPort;
import glockenspiel.protocol.storage.OpenedJournal;
import glockenspiel.protocol.storage.StoragePort;
import glockenspiel.protocol.storage.VolumeInfo;
import glockenspiel.runtime.task.OwnerStoppedException;
import glockenspiel.runtime.task.Promise;
import glockenspiel.runtime.task.SerialOwner;
import glockenspiel.runtime.task.Signal;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/**
 * The node of this process, with a file system when it has a journal. Knows which file operations
 * run, so that an unmount begins when there are none. Belongs to the owner.
 */
final class LocalNode implements ServedNode {
  private final SerialOwner owner;
  private final LockManagerPort lockManager;
  private final StoragePort storage;
  private final NodeSettings settings;
  private final FileSystemSettings fileSettings;
  private final NodeEvents events;
  private final Tracing tracing;
  private final Signal changed;
  private Node node;
  private boolean spectator;
  private int blockSize;
  private int operations;
  private @Nullable Promise<@Nullable Void> mounting;
  private @Nullable Promise<@Nullable Void> leaving;

  /** Mounted by itself, whenever it can be; not while an operator has unmounted it. */
  private boolean kept;

  /** Whether an operator's mount makes it {@link #kept} again. */
  private boolean keeping;

  LocalNode(
      SerialOwner owner,
      LockManagerPort lockManager,
      StoragePort storage,
      NodeSettings settings,
      FileSystemSettings fileSettings,
      NodeEvents events,
      Tracing tracing) {
    this.owner = owner;
    this.lockManager = lockManager;
    this.storage = storage;
    this.settings = settings;
    this.fileSettings = fileSettings;
    this.events = events;
    this.tracing = tracing;
    this.changed = new Signal(owner);
    this.spectator = settings.spectator();
    this.node = make();
  }

  private Node make() {
    return new Node(
        owner,
        lockManager,
        storage,
        this::fileSystem,
        settings.withSpectator(spectator),
        this::happened,
        tracing);
  }

  private void happened(NodeEvent event) {
    events.happened(event);
    if (event instanceof NodeEvent.StateChanged) {
      changed.raise();
    }
  }

  private MountedFileSystem fileSystem(
      SerialOwner same,
      StoragePort port,
      Glocks glocks,
      @Nullable OpenedJournal journal,
      VolumeInfo volume,
      WithdrawTrigger trigger) {
    blockSize = volume.blockSize();
    return FileSystem.mount(same, port, glocks, journal, volume, trigger, fileSettings);
  }

  @Override
  public Node node() {
    return node;
  }

  @Override
  public NodeStatus status() {
    NodeStatus status = node.status();
    return status.state() == NodeState.WITHDRAWN
        ? status.waitingAlsoFor(
            mountsByItself()
                ? "withdrawn: is mounted again by itself, with growing pauses, until it succeeds"
                : "withdrawn, and not mounted again by itself; who could help: an operator's mount")
        : status;
  }

  /** From now on somebody mounts it when {@link #mountsByItself} says so. */
  void keepMounted() {
    keeping = true;
    kept = true;
  }

  /** Whether an operator has not said otherwise, and what it withdrew for can pass. */
  boolean mountsByItself() {
    NodeStatus status = node.status();
    WithdrawStatus last = status.withdraw();
    return kept
        && (status.state() == NodeState.UNMOUNTED
            || (status.state() == NodeState.WITHDRAWN
                && last != null
                && last.kind().isOfTheOutside()));
  }

  /** As it was mounted last, or as its settings say. */
  Promise<@Nullable Void> mountAgain() {
    return mount(spectator);
  }

  /** Waits until the node's state changes, or more. Only inside a task. */
  void awaitChange() {
    changed.await();
  }

  @Override
  public String volume() {
    return settings.lockspace();
  }

  @Override
  public int blockSize() {
    return blockSize;
  }

  /** Who asks while it mounts by itself gets the end of that. */
  @Override
  public Promise<@Nullable Void> mount(boolean asSpectator) {
    boolean wanted = asSpectator || settings.spectator();
    Promise<@Nullable Void> running = mounting;
    if (running != null && !running.isDone() && wanted == spectator) {
      return running;
    }
    if (wanted != spectator && node.state().mayMount()) {
      spectator = wanted;
      node = make();
    }
    Promise<@Nullable Void> begun = node.mount();
    mounting = begun;
    begun.whenDone((value, failure) -> kept |= keeping && failure == null);
    return begun;
  }

  /** Ends mounting by itself, too: then there may be nothing else to do. */
  @Override
  public Promise<@Nullable Void> unmount() {
    if (mountsByItself()) {
      kept = false;
      return Promise.of(null);
    }
    kept = false;
    Promise<@Nullable Void> running = leaving;
    if (running != null) {
      return running;
    }
    if (node.state() != NodeState.MOUNTED) {
      return node.unmount();
    }
    Promise<@Nullable Void> begun = owner.start("leave", this::unmountWhenIdle);
    leaving = begun;
    begun.whenDone((value, failure) -> leaving = null);
    return begun;
  }

  private @Nullable Void unmountWhenIdle() {
    if (operations > 0) {
      // Some may wait for a thaw that only this node can give.
      node.freeze().endOwn();
    }
    while (operations > 0) {
      changed.await();
    }
    return owner.await(node.unmount());
  }

  /**
   * Is out of the cluster when it returns, by an unmount or, when that is how it ends, a withdraw.
   * Only inside a task.
   */
  void leave() {
    kept = false;
    keeping = false;
    while (!node.state().mayMount()) {
      if (node.state() == NodeState.MOUNTED || node.state() == NodeState.MOUNTING) {
        try {
          owner.await(unmount());
        } catch (OwnerStoppedException stopped) {
          throw stopped;
        } catch (RuntimeException withdraws) {
          // The state tells how it goes on.
        }
      }
      if (!node.state().mayMount()) {
        changed.await();
      }
    }
  }

  @Override
  public <T extends @Nullable Object> T operate(Function<FileSystem, T> operation) {
    if (leaving != null) {
      throw new NodeException(
          NodeException.Reason.NOT_MOUNTED,
          "node " + settings.nodeName() + " is about to be unmounted");
    }
    if (!(node.fileSystem() instanceof FileSystem files)) {
      throw new IllegalStateException("node " + settings.nodeName() + " has no files");
    }
    operations++;
    try {
      return operation.apply(files);
    } finally {
      if (--operations == 0) {
        changed.raise();
      }
    }
  }
}
