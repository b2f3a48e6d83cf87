package glockenspiel.node.core;

import glockenspiel.node.event.NodeEvent.Mounted;
import glockenspiel.node.event.NodeEvent.SecondaryWithdraw;
import glockenspiel.node.event.NodeEvent.StateChanged;
import glockenspiel.node.event.NodeEvent.Unmounted;
import glockenspiel.node.event.NodeEvent.WithdrawStarted;
import glockenspiel.node.event.NodeEvent.Withdrawn;
import glockenspiel.node.event.NodeEvents;
import glockenspiel.node.event.Tracing;
import glockenspiel.node.filesystem.MountedFileSystem;
import glockenspiel.node.freeze.Freeze;
import glockenspiel.node.glock.GlockCounts;
import glockenspiel.node.glock.GlockSnapshot;
import glockenspiel.node.glock.Glocks;
import glockenspiel.node.recovery.Membership;
import glockenspiel.node.recovery.RecoveryStoppedException;
import glockenspiel.node.withdraw.FreshMember;
import glockenspiel.node.withdraw.Withdraw;
import glockenspiel.node.withdraw.WithdrawKind;
import glockenspiel.node.withdraw.WithdrawKinds;
import glockenspiel.node.withdraw.WithdrawTrigger;
import glockenspiel.protocol.lock.LockManagerPort;
import glockenspiel.protocol.storage.StoragePort;
import glockenspiel.runtime.state.StateMachine;
import glockenspiel.runtime.task.OwnerStoppedException;
import glockenspiel.runtime.task.Promise;
import glockenspiel.runtime.task.SerialOwner;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * One node: at most one mount at a time, one state, one way out when it cannot be trusted any more.
 * All methods only on the node's owner.
 *
 * <p>Whoever makes the owner passes what escapes from its pieces to {@link #escaped}: a broken
 * invariant anywhere makes the node withdraw.
 */
public final class Node {
  private final SerialOwner owner;
  private final Memberships memberships;
  private final StoragePort storage;
  private final FileSystemFactory factory;
  private final NodeSettings settings;
  private final NodeEvents events;
  private final Tracing tracing;
  private final StateMachine<NodeState> state;
  private long stateSinceNanos;
  private @Nullable Mount mount;
  private @Nullable WithdrawRun withdraw;

  /** What runs on behalf of a mount or unmount; a withdraw waits for its end. */
  private @Nullable Promise<@Nullable Void> sequence;

  private String lastError = "";

  /** Counts the mounts: what an older one asks for is not for the present one. */
  private long mounts;

  /** A node that is not mounted. */
  public Node(
      SerialOwner owner,
      LockManagerPort lockManager,
      StoragePort storage,
      FileSystemFactory factory,
      NodeSettings settings,
      NodeEvents events,
      Tracing tracing) {
    this.owner = owner;
    this.memberships = new Memberships(owner, lockManager, settings);
    this.storage = storage;
    this.factory = factory;
    this.settings = settings;
    this.events = events;
    this.tracing = tracing;
    this.stateSinceNanos = owner.nowNanos();
    this.state =
        new StateMachine<>(
            "node " + settings.nodeName(),
            NodeState.TRANSITIONS,
            NodeState.UNMOUNTED,
            this::stateChanged);
  }

  private void stateChanged(NodeState from, NodeState to, String reason) {
    stateSinceNanos = owner.nowNanos();
    events.happened(new StateChanged(from.name(), to.name(), reason));
  }

  /** Where it is in its life. */
  public NodeState state() {
    return state.state();
  }

  /**
   * The file system of the mounted node.
   *
   * @throws NodeException NOT_MOUNTED or WITHDRAWN
   */
  public MountedFileSystem fileSystem() {
    MountedFileSystem mounted = requireMounted().fileSystem();
    if (mounted == null) {
      throw notMounted();
    }
    return mounted;
  }

  /** The glocks of the mounted node; {@link #fileSystem} says what is thrown. */
  public Glocks glocks() {
    return requireMounted().membership().glocks();
  }

  /** Freeze and thaw of the mounted node; {@link #fileSystem} says what is thrown. */
  public Freeze freeze() {
    return requireMounted().freeze();
  }

  private Mount requireMounted() {
    Mount present = mount;
    if (present == null || !state.is(NodeState.MOUNTED)) {
      throw notMounted();
    }
    return present;
  }

  private NodeException notMounted() {
    boolean withdrawn = state.is(NodeState.WITHDRAWING) || state.is(NodeState.WITHDRAWN);
    return new NodeException(
        withdrawn ? NodeException.Reason.WITHDRAWN : NodeException.Reason.NOT_MOUNTED,
        "node " + settings.nodeName() + " is " + state() + (withdrawn ? ": " + lastError : ""));
  }

  // Mount and unmount.

  /**
   * Mounts. Done when files can be used. When it fails, the node is UNMOUNTED again; or, if its
   * journal was open already, it has withdrawn.
   */
  public Promise<@Nullable Void> mount() {
    if (!state().mayMount()) {
      return Promise.failed(
          new NodeException(
              NodeException.Reason.ALREADY_MOUNTED,
              "node " + settings.nodeName() + " is " + state()));
    }
    lastError = "";
    Promise<@Nullable Void> result = new Promise<>();
    Mount made = newMount();
    mount = made;
    state.become(NodeState.MOUNTING, "mount");
    sequence =
        owner.start(
            "mount",
            () -> {
              try (Tracing.Span span = tracing.start("mount", "")) {
                made.mount(factory, span.traceparent());
                finishMount(made, result);
              } catch (OwnerStoppedException stopped) {
                throw stopped;
              } catch (RuntimeException cause) {
                failed(made, result, "mount", cause);
              }
              return null;
            });
    return result;
  }

  private Mount newMount() {
    long number = ++mounts;
    WithdrawTrigger trigger =
        (kind, reason) -> {
          if (number == mounts && mount != null) {
            withdraw(kind, reason);
          }
        };
    MountWatcher watcher = new MountWatcher(events, trigger);
    Membership membership = memberships.make(watcher, trigger);
    Mount made = new Mount(owner, storage, settings, events, tracing, membership, trigger);
    watcher.serve(made.recovery(), made.freeze());
    return made;
  }

  private void finishMount(Mount made, Promise<@Nullable Void> result) {
    state.become(NodeState.MOUNTED, "mounted");
    events.happened(new Mounted(made.membership().journal().jid()));
    result.complete(null);
  }

  /**
   * Leaves in order: everything in place, the journal clean, all glocks given up. Done when that is
   * so. During a mount it ends the mount. Fails with WITHDRAWN when the node had to withdraw
   * instead. No file operation may run.
   */
  public Promise<@Nullable Void> unmount() {
    Mount present = mount;
    if (present != null && state.is(NodeState.MOUNTING)) {
      present.stop("unmount");
      return sequenceOver();
    }
    if (present == null || !state.is(NodeState.MOUNTED)) {
      return Promise.failed(
          new NodeException(
              NodeException.Reason.NOT_MOUNTED, "node " + settings.nodeName() + " is " + state()));
    }
    Promise<@Nullable Void> result = new Promise<>();
    state.become(NodeState.UNMOUNTING, "unmount");
    sequence =
        owner.start(
            "unmount",
            () -> {
              try {
                present.unmount();
                finishUnmount(present);
                result.complete(null);
              } catch (OwnerStoppedException stopped) {
                throw stopped;
              } catch (RuntimeException cause) {
                failed(present, result, "unmount", cause);
              }
              return null;
            });
    return result;
  }

  private Promise<@Nullable Void> sequenceOver() {
    Promise<@Nullable Void> running = sequence;
    return running == null ? Promise.of(null) : running;
  }

  private void finishUnmount(Mount left) {
    if (!state.is(NodeState.UNMOUNTING)) {
      throw new NodeException(NodeException.Reason.WITHDRAWN, "the node withdraws");
    }
    state.become(NodeState.UNMOUNTED, "left");
    mount = null;
    events.happened(new Unmounted(left.membership().journal().jid()));
  }

  /**
   * A mount or unmount has thrown. With a journal that somebody must replay there is only one way
   * out; without one the node just leaves.
   */
  private void failed(
      Mount present, Promise<@Nullable Void> result, String what, RuntimeException cause) {
    if (!state.is(NodeState.WITHDRAWING)) {
      lastError = what + ": " + cause.getMessage();
    }
    if (!state.is(NodeState.WITHDRAWING)
        && (present.membership().journal().use().needsReplay() || state.is(NodeState.UNMOUNTING))) {
      withdraw(WithdrawKinds.of(cause), what + " failed: " + cause.getMessage());
    }
    if (!state.is(NodeState.WITHDRAWING)) {
      present.stop(what + " failed");
      try {
        present.leave();
      } catch (RecoveryStoppedException withdrawing) {
        // A withdraw has begun meanwhile.
      }
    }
    WithdrawRun run = withdraw;
    if (state.is(NodeState.WITHDRAWING) && run != null) {
      NodeException reason =
          new NodeException(
              NodeException.Reason.WITHDRAWN, what + ": the node has withdrawn", cause);
      run.over.whenDone((value, failure) -> result.fail(reason));
      return;
    }
    state.become(NodeState.UNMOUNTED, lastError);
    mount = null;
    result.fail(cause);
  }

  // Withdraw.

  /**
   * Withdraws. Done when the journal is clean and the node is WITHDRAWN; further calls meanwhile
   * wait for the same end (rule 8). Never runs inside the call.
   *
   * @return fails with NOT_MOUNTED when there is nothing to withdraw
   */
  public Promise<@Nullable Void> withdraw(WithdrawKind kind, String reason) {
    Mount present = mount;
    WithdrawRun running = withdraw;
    if (state.is(NodeState.WITHDRAWING) && running != null) {
      running.secondaryWithdraws++;
      events.happened(new SecondaryWithdraw(kind.name(), reason));
      return running.over;
    }
    if (present == null || state().mayMount()) {
      return Promise.failed(
          new NodeException(
              NodeException.Reason.NOT_MOUNTED, "node " + settings.nodeName() + " is " + state()));
    }
    WithdrawRun run = new WithdrawRun(present, kind, reason, owner.nowNanos());
    withdraw = run;
    lastError = kind + ": " + reason;
    state.become(NodeState.WITHDRAWING, lastError);
    Tracing.Span span = tracing.start("withdraw", "");
    events.happened(
        new WithdrawStarted(
            present.membership().journal().jid(), kind.name(), reason, span.traceparent()));
    owner.execute(() -> stopUsing(run, span));
    return run.over;
  }

  /**
   * Step 2 of the withdraw, in a piece of its own: whoever asked may have been in the middle of a
   * glock's transition.
   */
  private void stopUsing(WithdrawRun run, Tracing.Span span) {
    Mount present = run.mount;
    try {
      present.stop("withdraw");
      present.membership().glocks().beginWithdraw();
      MountedFileSystem mounted = present.fileSystem();
      if (mounted != null) {
        mounted.abort();
      }
    } finally {
      // Whatever was broken here: peers wait for the journal.
      owner.start("withdraw", () -> runWithdraw(run, span));
    }
  }

  private @Nullable Void runWithdraw(WithdrawRun run, Tracing.Span span) {
    Mount present = run.mount;
    try (span) {
      owner.await(sequenceOver());
      present.awaitStopped();
      Withdraw steps =
          new Withdraw(
              owner,
              present.membership(),
              storage,
              events,
              settings.withdraw(),
              freshMember(present),
              span.traceparent());
      run.withdraw = steps;
      steps.run();
      long millis = run.end(owner.nowNanos());
      mount = null;
      state.become(NodeState.WITHDRAWN, "journal clean");
      events.happened(
          new Withdrawn(
              present.membership().journal().jid(),
              millis,
              run.secondaryWithdraws,
              span.traceparent()));
    } catch (OwnerStoppedException stopped) {
      throw stopped;
    } catch (RuntimeException cause) {
      // It cannot happen, and if it does the node must not pretend to be out: it stays WITHDRAWING,
      // and says why.
      lastError = "withdraw failed: " + cause;
      span.fail(lastError);
      events.happened(new SecondaryWithdraw(WithdrawKind.INVARIANT.name(), lastError));
      return null;
    }
    run.over.complete(null);
    return null;
  }

  private FreshMember freshMember(Mount present) {
    return new FreshMember(
        owner,
        storage,
        events,
        tracing,
        present.problems(),
        settings.recovery(),
        memberships::makeEmptyHanded,
        present.journals(),
        2 * present.membership().session().leaseNanos());
  }

  /**
   * Something threw where nobody was left to catch it: an invariant is broken, the node withdraws.
   */
  public void escaped(String what, Throwable thrown) {
    lastError = what + ": " + thrown;
    withdraw(WithdrawKinds.of(thrown), what + ": " + thrown);
  }

  /** The node as it is now. */
  public NodeStatus status() {
    return StatusReport.of(
        settings, state(), owner.nowNanos(), stateSinceNanos, mount, withdraw, lastError);
  }

  /** All glocks as they are now, by type and number; none when the node is not in the cluster. */
  public List<GlockSnapshot> glockSnapshot() {
    return mount == null ? List.of() : mount.membership().glocks().snapshot();
  }

  /** The glocks in numbers. */
  public GlockCounts glockCounts() {
    return mount == null ? new GlockCounts(0, 0, 0, 0, 0, 0) : mount.membership().glocks().counts();
  }
}
