package glockenspiel.simulation.network;

import glockenspiel.runtime.task.deterministic.DeterministicOwner;
import java.util.ArrayDeque;
import java.util.function.Consumer;

/**
 * One direction of a stream: keeps order, takes its time, may stall and may be cut. What was on its
 * way when it is cut is lost, so that only a tail of what was sent can be missing.
 *
 * @param <T> what travels
 */
final class Wire<T> {
  private final DeterministicOwner destination;
  private final Weather weather;
  private final Consumer<T> deliver;
  private final ArrayDeque<T> travelling = new ArrayDeque<>();

  /** The newest messages that have no arrival yet, because the wire stalls. */
  private int stalledCount;

  private long lastArrivalNanos;
  private boolean stalled;
  private boolean cut;

  /** A wire whose far end is the consumer, on the destination's owner. */
  Wire(DeterministicOwner destination, Weather weather, Consumer<T> deliver) {
    this.destination = destination;
    this.weather = weather;
    this.deliver = deliver;
  }

  /** Sends; never fails: what is sent into a cut wire is lost. */
  void send(T message) {
    if (cut) {
      return;
    }
    travelling.addLast(message);
    if (stalled) {
      stalledCount++;
    } else {
      schedule();
    }
  }

  private void schedule() {
    long now = destination.nowNanos();
    lastArrivalNanos = Math.max(lastArrivalNanos, now + weather.drawLatencyNanos());
    destination.after(lastArrivalNanos - now, this::arrive);
  }

  private void arrive() {
    if (stalled && !cut) {
      stalledCount++;
      return;
    }
    T message = travelling.pollFirst();
    if (message != null) {
      deliver.accept(message);
    }
  }

  /** How much is on its way. */
  int travellingCount() {
    return travelling.size();
  }

  /** From now on nothing arrives, and nothing is lost either. */
  void stall() {
    stalled = true;
  }

  /** Ends {@link #stall}. */
  void flow() {
    if (stalled) {
      stalled = false;
      for (; stalledCount > 0; stalledCount--) {
        schedule();
      }
    }
  }

  /** Loses what is on its way and all that is sent later. */
  void cut() {
    cut = true;
    travelling.clear();
  }
}
