package glockenspiel.simulation.network;

import glockenspiel.protocol.lock.Batch;
import glockenspiel.protocol.lock.Hello;
import glockenspiel.protocol.lock.LockManagerMessage;
import glockenspiel.protocol.lock.LockManagerPort;
import glockenspiel.protocol.lock.NodeMessage;
import glockenspiel.protocol.lock.Welcome;
import glockenspiel.runtime.task.deterministic.DeterministicOwner;
import glockenspiel.simulation.observation.NodeId;
import glockenspiel.simulation.observation.Observation;
import glockenspiel.simulation.observation.Observer;
import glockenspiel.simulation.observation.SessionKey;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * One life's way to the lock-manager. Streams keep order; they stall in a partition and break after
 * a while, each end noticing in its own time; they break when either process dies.
 */
public final class LockManagerLink implements LockManagerPort {
  private static final int READY_BELOW = 16;

  /** What was observed of a session, so that what is sent again is not told again. */
  private static final class Seen {
    long sessionId;
    long newestSent;
    long newestReceived;
  }

  private final NodeId node;
  private final DeterministicOwner owner;
  private final Path path;
  private final Supplier<LockManagerEndpoint> lockManager;
  private final Weather weather;
  private final Observer observer;
  private final Tampering tampering;
  private final Set<Connection> connections = new LinkedHashSet<>();
  private Seen seen = new Seen();

  /**
   * The port of one life of a node.
   *
   * @param owner the node's
   * @param lockManager the process that runs now, dead or alive
   */
  LockManagerLink(
      NodeId node,
      DeterministicOwner owner,
      Path path,
      Supplier<LockManagerEndpoint> lockManager,
      Weather weather,
      Observer observer,
      Tampering tampering) {
    this.node = node;
    this.owner = owner;
    this.path = path;
    this.lockManager = lockManager;
    this.weather = weather;
    this.observer = observer;
    this.tampering = tampering;
  }

  @Override
  public Stream connect(Hello hello, Listener listener) {
    if (hello.sessionId() == 0) {
      seen = new Seen();
    }
    Connection connection = new Connection(lockManager.get(), listener, seen);
    if (!owner.isStopped()) {
      connection.begin(hello);
    }
    return connection;
  }

  /**
   * The node's process has died: its owner is stopped already.
   *
   * @param silently the whole machine is gone, so that nobody tells the lock-manager
   */
  public void died(boolean silently) {
    for (Connection connection : List.copyOf(connections)) {
      connection.nearDied(silently);
    }
  }

  /** What a stream brings to the node. */
  private sealed interface Down {
    record First(Welcome welcome) implements Down {}

    record More(Batch<LockManagerMessage> batch) implements Down {}

    record End(boolean sessionLost, String reason) implements Down {}
  }

  /** What a stream brings to the lock-manager. */
  private sealed interface Up {
    record First(Hello hello) implements Up {}

    record More(Batch<NodeMessage> batch) implements Up {}

    record End() implements Up {}
  }

  private final class Connection implements Stream, Path.Connection, LockManagerEndpoint.Back {
    private final LockManagerEndpoint far;
    private final Listener listener;
    private final Seen session;
    private final Wire<Up> up;
    private final Wire<Down> down;
    private @Nullable Long streamId;
    private boolean nearClosed;
    private boolean farClosed;
    private boolean owesReady;
    private boolean dead;

    Connection(LockManagerEndpoint far, Listener listener, Seen session) {
      this.far = far;
      this.listener = listener;
      this.session = session;
      this.up = new Wire<>(far.owner(), weather, this::arriveFar);
      this.down = new Wire<>(owner, weather, this::arriveNear);
    }

    void begin(Hello hello) {
      path.add(this);
      connections.add(this);
      up.send(new Up.First(hello));
      if (far.owner().isStopped() && !path.isPartitioned()) {
        tellNear("connection refused", weather.drawLatencyNanos());
      }
    }

    // The node's end.

    @Override
    public void send(Batch<NodeMessage> batch) {
      if (nearClosed || owner.isStopped()) {
        return;
      }
      long number = batch.first();
      for (NodeMessage message : batch.messages()) {
        if (number > session.newestSent) {
          session.newestSent = number;
          observer.observe(new Observation.Sent(node, session.sessionId, message));
        }
        number++;
      }
      up.send(new Up.More(batch));
    }

    @Override
    public boolean isReady() {
      boolean ready = up.travellingCount() < READY_BELOW;
      owesReady |= !ready;
      return ready;
    }

    @Override
    public void close() {
      if (!nearClosed) {
        nearClosed = true;
        if (!owner.isStopped()) {
          up.send(new Up.End());
        }
        forgetIfOver();
      }
    }

    void nearDied(boolean silently) {
      nearClosed = true;
      down.cut();
      if (silently) {
        up.cut();
        dead = true;
      } else {
        up.send(new Up.End());
      }
      forgetIfOver();
    }

    private void arriveNear(Down message) {
      if (nearClosed) {
        return;
      }
      switch (message) {
        case Down.First(Welcome welcome) -> {
          if (session.sessionId == 0) {
            session.sessionId = SessionKey.of(welcome);
            observer.observe(new Observation.Joined(node, welcome));
          } else if (session.sessionId != SessionKey.of(welcome)) {
            session.sessionId = SessionKey.of(welcome);
            session.newestSent = 0;
            session.newestReceived = 0;
            observer.observe(new Observation.Reasserting(node, welcome));
          }
          listener.welcomed(welcome);
        }
        case Down.More(Batch<LockManagerMessage> batch) -> {
          Batch<LockManagerMessage> changed = tampering.towardsNode(node, batch);
          observeReceived(changed);
          listener.received(changed);
        }
        case Down.End(boolean sessionLost, String reason) -> closeNear(sessionLost, reason);
      }
    }

    private void observeReceived(Batch<LockManagerMessage> batch) {
      long number = batch.first();
      for (LockManagerMessage message : batch.messages()) {
        if (number > session.newestReceived) {
          session.newestReceived = number;
          observer.observe(new Observation.Received(node, session.sessionId, message));
        }
        number++;
      }
    }

    private void closeNear(boolean sessionLost, String reason) {
      if (nearClosed) {
        return;
      }
      nearClosed = true;
      up.cut();
      forgetIfOver();
      if (sessionLost) {
        observer.observe(new Observation.SessionDenied(node, session.sessionId));
      }
      listener.closed(sessionLost, reason);
    }

    // The lock-manager's end.

    private void arriveFar(Up message) {
      if (farClosed) {
        return;
      }
      switch (message) {
        case Up.First(Hello hello) -> streamId = far.opened(hello, this);
        case Up.More(Batch<NodeMessage> batch) -> {
          if (streamId != null) {
            far.received(streamId, tampering.towardsLockManager(node, batch));
          }
        }
        case Up.End() -> closeFar();
      }
      if (owesReady && up.travellingCount() < READY_BELOW / 2) {
        owesReady = false;
        owner.execute(
            () -> {
              if (!nearClosed) {
                listener.ready();
              }
            });
      }
    }

    private void closeFar() {
      if (farClosed) {
        return;
      }
      farClosed = true;
      down.cut();
      forgetIfOver();
      if (streamId != null) {
        far.closed(streamId);
      }
    }

    @Override
    public void welcome(Welcome welcome) {
      down.send(new Down.First(welcome));
    }

    @Override
    public void deliver(Batch<LockManagerMessage> batch) {
      down.send(new Down.More(batch));
    }

    @Override
    public void close(boolean sessionLost, String reason) {
      farClosed = true;
      down.send(new Down.End(sessionLost, reason));
      forgetIfOver();
    }

    // The way between them.

    @Override
    public void partitioned(boolean upCut, boolean downCut) {
      if (upCut) {
        up.stall();
      }
      if (downCut) {
        down.stall();
      }
      // Whatever is stuck, neither end hears an answer of the other.
      long near = weather.drawKeepaliveNanos();
      long beyond = weather.drawKeepaliveNanos();
      owner.after(near, () -> noticeNear());
      far.owner().after(beyond, () -> noticeFar());
    }

    private void noticeNear() {
      if (path.isPartitioned()) {
        kill();
        closeNear(false, "keepalive: no answer");
      }
    }

    private void noticeFar() {
      if (path.isPartitioned()) {
        kill();
        closeFar();
      }
    }

    @Override
    public void healed() {
      up.flow();
      down.flow();
      if (dead || far.owner().isStopped()) {
        tellBoth();
      }
    }

    @Override
    public void broken() {
      kill();
      if (!path.isPartitioned()) {
        tellBoth();
      }
    }

    private void kill() {
      dead = true;
      up.cut();
      down.cut();
    }

    private void tellBoth() {
      tellNear("connection reset", weather.drawLatencyNanos());
      far.owner().after(weather.drawLatencyNanos(), this::closeFar);
    }

    private void forgetIfOver() {
      if ((nearClosed || owner.isStopped()) && (farClosed || far.owner().isStopped())) {
        path.remove(this);
        connections.remove(this);
      }
    }

    private void tellNear(String reason, long nanos) {
      owner.after(nanos, () -> closeNear(false, reason));
    }
  }
}
