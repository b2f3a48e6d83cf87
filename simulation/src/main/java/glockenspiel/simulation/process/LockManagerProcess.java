package glockenspiel.simulation.process;

import glockenspiel.lockmanager.core.Effect;
import glockenspiel.lockmanager.core.LockEvent;
import glockenspiel.lockmanager.core.LockManager;
import glockenspiel.lockmanager.core.LockManagerConfig;
import glockenspiel.protocol.lock.Batch;
import glockenspiel.protocol.lock.Hello;
import glockenspiel.protocol.lock.NodeMessage;
import glockenspiel.runtime.task.deterministic.DeterministicOwner;
import glockenspiel.simulation.network.LockManagerEndpoint;
import glockenspiel.simulation.observation.Observation;
import glockenspiel.simulation.observation.Observer;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** One life of a lock-manager process: the core, and a shell that does its effects. */
public final class LockManagerProcess implements LockManagerEndpoint {
  /** The whole table is checked after every so many steps. */
  private static final int VALIDATED_EVERY = 64;

  private final DeterministicOwner owner;
  private final LockManager core;
  private final Observer observer;
  private final Map<Long, Back> streams = new LinkedHashMap<>();
  private long newestStream;
  private int steps;

  /** A lock-manager that has just begun, and knows nothing. */
  public LockManagerProcess(DeterministicOwner owner, LockManagerConfig config, Observer observer) {
    this.owner = owner;
    this.core = new LockManager(config);
    this.observer = observer;
    observer.observe(new Observation.LockManagerStarted(config.incarnation()));
  }

  @Override
  public DeterministicOwner owner() {
    return owner;
  }

  /** The core, to be asked questions. */
  public LockManager core() {
    return core;
  }

  @Override
  public long opened(Hello hello, Back back) {
    long id = ++newestStream;
    streams.put(id, back);
    step(new LockEvent.StreamOpened(id, hello));
    return id;
  }

  @Override
  public void received(long streamId, Batch<NodeMessage> batch) {
    step(new LockEvent.BatchReceived(streamId, batch));
  }

  @Override
  public void closed(long streamId) {
    if (streams.remove(streamId) != null) {
      step(new LockEvent.StreamClosed(streamId));
    }
  }

  /** Gives a session up as an operator would. On the owner. */
  public void evict(long sessionId) {
    step(new LockEvent.Evict(sessionId, "the simulation wants it"));
  }

  private void step(LockEvent event) {
    List<Effect> effects = new ArrayList<>();
    core.step(event, owner.nowNanos(), effects::add);
    observer.observe(new Observation.LockManagerStepped(event, effects));
    effects.forEach(this::perform);
    if (++steps % VALIDATED_EVERY == 0) {
      core.validate();
    }
  }

  private void perform(Effect effect) {
    switch (effect) {
      case Effect.Welcome(long stream, var welcome) -> back(stream).welcome(welcome);
      case Effect.Send(long stream, var batch) -> back(stream).deliver(batch);
      case Effect.CloseStream(long stream, boolean sessionLost, var cause, String reason) -> {
        back(stream).close(sessionLost, cause + ": " + reason);
        streams.remove(stream);
      }
      case Effect.SetTimer(long atNanos, long token) ->
          owner.after(atNanos - owner.nowNanos(), () -> step(new LockEvent.TimerFired(token)));
      case Effect.LockChanged changed -> {}
      case Effect.Notify notify -> {}
    }
  }

  private Back back(long stream) {
    Back back = streams.get(stream);
    if (back == null) {
      throw new IllegalStateException(
          "the lock-manager speaks on stream " + stream + ", which is closed");
    }
    return back;
  }
}
