package glockenspiel.node.core;

import glockenspiel.node.event.NodeEvent;
import glockenspiel.node.freeze.FreezeException;
import glockenspiel.node.freeze.FreezeState;
import glockenspiel.node.withdraw.WithdrawKind;
import glockenspiel.node.withdraw.WithdrawStatus;
import glockenspiel.protocol.storage.StorageException.Reason;
import glockenspiel.runtime.task.Promise;
import glockenspiel.runtime.task.deterministic.DeterministicOwner;
import glockenspiel.runtime.task.deterministic.DeterministicScheduler;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.function.BooleanSupplier;
import java.util.function.UnaryOperator;
import org.jspecify.annotations.Nullable;

/** Whole nodes in virtual time, with one small lock-manager and one small journal-service. */
final class SmallCluster implements AutoCloseable {
  static final long SECOND = 1_000_000_000;

  /** A node with its links to the others, and what it has told. */
  final class Member {
    final String name;
    final SmallLockManager.Wire wire = new SmallLockManager.Wire();
    final Map<String, Reason> link = new LinkedHashMap<>();
    final List<NodeEvent> events = new ArrayList<>();
    final List<SmallFileSystem> fileSystems = new ArrayList<>();
    final DeterministicOwner owner;
    final Node node;

    /** Whether the node, not the test, is told of what its pieces throw. */
    boolean mayThrow;

    Member(String name, UnaryOperator<NodeSettings> change) {
      this.name = name;
      this.owner = scheduler.owner(name, this::escaped);
      this.node =
          new Node(
              owner,
              lockManager.port(owner, wire),
              storage.port(owner, link),
              (o, s, g, journal, volume, trigger) -> {
                SmallFileSystem made = new SmallFileSystem(o, s, g, journal, trigger);
                fileSystems.add(made);
                return made;
              },
              change.apply(NodeSettings.of("c:fs", name)),
              event -> {
                events.add(event);
                timeline.add(name + ": " + event.detail());
              },
              (span, parent) -> new TestSpan(span + "@" + name, parent));
    }

    @SuppressWarnings("NullAway") // pieces run only after the constructor's end
    private void escaped(String what, Throwable thrown) {
      if (!mayThrow) {
        throw new IllegalStateException(name + ": " + what, thrown);
      }
      node.escaped(what, thrown);
    }

    SmallFileSystem files() {
      return fileSystems.getLast();
    }

    Promise<@Nullable Void> mount() {
      return on(node::mount);
    }

    Promise<@Nullable Void> unmount() {
      return on(node::unmount);
    }

    Promise<@Nullable Void> freeze() {
      return on(() -> node.freeze().freeze().done());
    }

    Promise<@Nullable Void> thaw() {
      return on(() -> node.freeze().thaw());
    }

    FreezeState freezeState() {
      return Objects.requireNonNull(node.status().freeze()).state();
    }

    Promise<@Nullable Void> withdraw() {
      return on(() -> node.withdraw(WithdrawKind.OPERATOR, "asked to"));
    }

    /** Runs something that returns a promise as a piece of the node. */
    Promise<@Nullable Void> on(java.util.function.Supplier<Promise<@Nullable Void>> work) {
      Promise<@Nullable Void> result = new Promise<>();
      owner.execute(
          () -> {
            Promise<@Nullable Void> begun;
            try {
              begun = work.get();
            } catch (FreezeException | NodeException refused) {
              begun = Promise.failed(refused);
            }
            begun.whenDone(
                (value, failure) -> {
                  if (failure == null) {
                    result.complete(null);
                  } else {
                    result.fail(failure);
                  }
                });
          });
      return result;
    }

    Promise<@Nullable Void> task(Runnable work) {
      return owner.start(
          "test",
          () -> {
            work.run();
            return null;
          });
    }

    void change(long inode) {
      run(task(() -> files().change(inode)));
    }

    WithdrawStatus lastWithdraw() {
      return Objects.requireNonNull(node.status().withdraw());
    }

    boolean saw(Class<? extends NodeEvent> kind) {
      return events.stream().anyMatch(kind::isInstance);
    }
  }

  /** Passes on an identity that tells where it came from. */
  private record TestSpan(String name, String parent)
      implements glockenspiel.node.event.Tracing.Span {
    @Override
    public String traceparent() {
      return parent.isEmpty() ? name : parent;
    }

    @Override
    public void fail(String reason) {}

    @Override
    public void close() {}
  }

  final DeterministicScheduler scheduler;
  final SmallStorage storage;
  final SmallLockManager lockManager;
  final List<String> timeline = new ArrayList<>();
  final Map<String, Member> members = new LinkedHashMap<>();

  SmallCluster(DeterministicScheduler scheduler, int journals) {
    this.scheduler = scheduler;
    this.storage = new SmallStorage(scheduler.owner("journal-service"), journals);
    this.lockManager =
        new SmallLockManager(
            scheduler.owner("lock-manager"), jid -> storage.journal(jid).isClean());
  }

  static SmallCluster inOrder(int journals) {
    return new SmallCluster(DeterministicScheduler.inOrder(), journals);
  }

  static SmallCluster seeded(long seed, int journals) {
    return new SmallCluster(DeterministicScheduler.seeded(seed), journals);
  }

  Member add(String name) {
    return add(name, settings -> settings);
  }

  Member add(String name, UnaryOperator<NodeSettings> change) {
    Member member = new Member(name, change);
    members.put(name, member);
    return member;
  }

  Member mounted(String name) {
    Member member = add(name);
    run(member.mount());
    return member;
  }

  /** Runs until the promise is done, and throws what it failed with. */
  void run(Promise<?> promise) {
    runUntil(promise::isDone, "the promise is done");
    promise.get();
  }

  void runUntil(BooleanSupplier condition, String what) {
    if (!scheduler.runUntil(condition, 120 * SECOND)) {
      throw new AssertionError("not within two minutes: " + what + "\n" + report());
    }
  }

  void runFor(long nanos) {
    scheduler.runFor(nanos);
  }

  private String report() {
    StringBuilder text = new StringBuilder(String.join("\n", timeline));
    members.values().forEach(member -> text.append('\n').append(member.node.status()));
    return text.append('\n').append(lockManager.gate()).toString();
  }

  void requireNoViolations() {
    if (!lockManager.violations.isEmpty()) {
      throw new AssertionError(lockManager.violations + "\n" + report());
    }
  }

  @Override
  public void close() {
    scheduler.close();
  }
}
