package glockenspiel.lockmanager.grpc;

import glockenspiel.lockmanager.core.CloseCause;
import glockenspiel.lockmanager.core.Effect;
import glockenspiel.lockmanager.core.LockEvent;
import glockenspiel.lockmanager.core.LockManager;
import glockenspiel.lockmanager.core.LockManagerConfig;
import glockenspiel.lockmanager.core.LockTotals;
import glockenspiel.lockmanager.core.Notice;
import glockenspiel.protocol.lock.Batch;
import glockenspiel.protocol.lock.GlockName;
import glockenspiel.protocol.lock.Hello;
import glockenspiel.protocol.lock.LockManagerMessage;
import glockenspiel.protocol.lock.NodeMessage;
import glockenspiel.protocol.lock.Welcome;
import glockenspiel.runtime.state.InvariantViolation;
import glockenspiel.runtime.task.SerialOwner;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * Runs the core on its owner: feeds it events, does its effects, and brings its timers back. All
 * methods belong to the owner.
 *
 * <p>When the core finds one of its invariants broken, every stream is ended, and nothing is
 * granted any more.
 */
public final class LockManagerShell {
  /** One stream of a session, as the core's effects reach it. */
  interface Stream {
    /** The session has begun or goes on. */
    void welcome(Welcome welcome);

    /** Goes to the node, as soon as it can take more. */
    void send(Batch<LockManagerMessage> batch);

    /** Nothing more is said on the stream. */
    void close(boolean sessionLost, CloseCause cause, String reason);

    /** The lock-manager is not sure of itself and stops. */
    void stop(String reason);
  }

  private record WatchedLock(String lockspace, GlockName glock) {}

  /** Told of what operators want to know. Called on the owner; must not wait. */
  public interface Listener {
    /** Something has happened in a lockspace. */
    void noticed(String lockspace, Notice notice);

    /** An invariant is broken: this lock-manager is of no use any more. */
    void violated(InvariantViolation violation);
  }

  private final SerialOwner owner;
  private final LockManagerConfig config;
  private final LockManager core;
  private final Listener listener;
  private final Map<Long, Stream> streams = new LinkedHashMap<>();
  private final Map<String, Set<Runnable>> watchers = new LinkedHashMap<>();
  private final Set<String> changed = new LinkedHashSet<>();
  private final Map<WatchedLock, Set<Runnable>> lockWatchers = new LinkedHashMap<>();
  private final Set<WatchedLock> changedLocks = new LinkedHashSet<>();
  private final List<Effect> effects = new ArrayList<>();
  private long lastStreamId;
  private @Nullable InvariantViolation violation;

  /** A lock-manager without lockspaces. */
  public LockManagerShell(SerialOwner owner, LockManagerConfig config, Listener listener) {
    this.owner = owner;
    this.config = config;
    this.core = new LockManager(config);
    this.listener = listener;
  }

  SerialOwner owner() {
    return owner;
  }

  LockManagerConfig config() {
    return config;
  }

  /** For questions; only {@link #step} changes it. */
  LockManager core() {
    return core;
  }

  /** A stream has come with its hello. Returns the stream's number. */
  long open(Stream stream, Hello hello) {
    long streamId = ++lastStreamId;
    streams.put(streamId, stream);
    if (violation == null) {
      step(new LockEvent.StreamOpened(streamId, hello));
    } else {
      stop(streamId, stream, violation);
    }
    return streamId;
  }

  /** A batch has come. */
  void receive(long streamId, Batch<NodeMessage> batch) {
    step(new LockEvent.BatchReceived(streamId, batch));
  }

  /** The node has ended the stream, or it has broken. */
  void closed(long streamId) {
    if (streams.remove(streamId) != null) {
      step(new LockEvent.StreamClosed(streamId));
    }
  }

  /** An operator ends a session. */
  void evict(long sessionId, String reason) {
    step(new LockEvent.Evict(sessionId, reason));
  }

  /** All lockspaces together. */
  public LockTotals totals() {
    return core.totals();
  }

  /** Looks for members that wait for each other; the listener is told of what lasts. */
  public void lookForWaitCycles() {
    step(new LockEvent.LookForWaitCycles());
  }

  /**
   * Runs the piece after every step that has changed the gate or the members of the lockspace,
   * until the returned action is run.
   */
  Runnable watch(String lockspace, Runnable piece) {
    watchers.computeIfAbsent(lockspace, _ -> new LinkedHashSet<>()).add(piece);
    return () ->
        watchers.computeIfPresent(
            lockspace,
            (_, pieces) -> {
              pieces.remove(piece);
              return pieces.isEmpty() ? null : pieces;
            });
  }

  /** As above, for the holders and waiters of one lock of a lockspace that there is. */
  Runnable watch(String lockspace, GlockName glock, Runnable piece) {
    WatchedLock lock = new WatchedLock(lockspace, glock);
    core.watch(lockspace, glock);
    lockWatchers.computeIfAbsent(lock, _ -> new LinkedHashSet<>()).add(piece);
    return () -> {
      core.unwatch(lockspace, glock);
      lockWatchers.computeIfPresent(
          lock,
          (_, pieces) -> {
            pieces.remove(piece);
            return pieces.isEmpty() ? null : pieces;
          });
    };
  }

  private void step(LockEvent event) {
    if (violation != null) {
      return;
    }
    try {
      core.step(event, owner.nowNanos(), effects::add);
    } catch (InvariantViolation broken) {
      effects.clear();
      violation = broken;
      listener.violated(broken);
      Map.copyOf(streams).forEach((streamId, stream) -> stop(streamId, stream, broken));
      return;
    }
    effects.forEach(this::perform);
    effects.clear();
    tell(changed, watchers);
    tell(changedLocks, lockWatchers);
  }

  private static <K> void tell(Set<K> keys, Map<K, Set<Runnable>> watchers) {
    if (!keys.isEmpty()) {
      for (K key : keys) {
        Set<Runnable> pieces = watchers.get(key);
        if (pieces != null) {
          List.copyOf(pieces).forEach(Runnable::run);
        }
      }
      keys.clear();
    }
  }

  private void perform(Effect effect) {
    switch (effect) {
      case Effect.Welcome(long streamId, Welcome welcome) -> {
        Stream stream = streams.get(streamId);
        if (stream != null) {
          stream.welcome(welcome);
        }
      }
      case Effect.Send(long streamId, Batch<LockManagerMessage> batch) -> {
        Stream stream = streams.get(streamId);
        if (stream != null) {
          stream.send(batch);
        }
      }
      case Effect.CloseStream(
              long streamId,
              boolean sessionLost,
              CloseCause cause,
              String reason) -> {
        Stream stream = streams.remove(streamId);
        if (stream != null) {
          stream.close(sessionLost, cause, reason);
        }
      }
      case Effect.SetTimer(long atNanos, long token) -> {
        var _ =
            owner.after(
                Math.max(0, atNanos - owner.nowNanos()),
                () -> step(new LockEvent.TimerFired(token)));
      }
      case Effect.LockChanged(String lockspace, GlockName glock) ->
          changedLocks.add(new WatchedLock(lockspace, glock));
      case Effect.Notify(String lockspace, Notice notice) -> {
        listener.noticed(lockspace, notice);
        changed.add(lockspace);
      }
    }
  }

  private void stop(long streamId, Stream stream, InvariantViolation broken) {
    streams.remove(streamId);
    stream.stop("the lock-manager has stopped: " + broken.getMessage());
  }
}
