package glockenspiel.simulation;

import glockenspiel.lockmanager.core.Effect;
import glockenspiel.runtime.task.deterministic.DeterministicScheduler;
import glockenspiel.simulation.observation.Observation;
import glockenspiel.simulation.observation.Observer;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Hashes what happens, together with the scheduler's own choices, so that two runs can be compared;
 * and passes it on to somebody who wants to read it.
 */
final class Trace implements Observer {
  private static final long MIX = 0xD6E8FEB86659FD93L;

  private final DeterministicScheduler scheduler;
  private final @Nullable TraceListener listener;
  private long hash = 0x9E3779B97F4A7C15L;

  Trace(DeterministicScheduler scheduler, @Nullable TraceListener listener) {
    this.scheduler = scheduler;
    this.listener = listener;
  }

  @Override
  public void observe(Observation observation) {
    mix(observation.getClass().getSimpleName().hashCode());
    mix(scheduler.nowNanos());
    switch (observation) {
      case Observation.NodeTold(var node, var event) -> mix(event.detail().hashCode());
      case Observation.LockManagerStepped(var event, List<Effect> effects) -> mix(effects.size());
      case Observation.CallArrived(var call) -> mix(call.toString().hashCode());
      case Observation.CallAnswered(var call, var result, var failure) ->
          mix(failure == null ? 0 : String.valueOf(failure.getMessage()).hashCode());
      case Observation.DeviceRead(long offset, int length) -> mix(offset);
      case Observation.DeviceWriteCalled(long sequence, var writes) ->
          writes.forEach(write -> mix(write.offset()));
      default -> {}
    }
    if (listener != null) {
      listener.observed(scheduler.nowNanos(), observation);
    }
  }

  /** Passes on what a checker has found. */
  void violated(Violation violation) {
    if (listener != null) {
      listener.violated(violation);
    }
  }

  private void mix(long value) {
    hash = (hash ^ value) * MIX;
    hash ^= hash >>> 32;
  }

  /** Of all that has happened so far. */
  long hash() {
    return hash ^ scheduler.fingerprint();
  }
}
