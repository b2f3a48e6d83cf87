package glockenspiel.runtime.task.deterministic;

import glockenspiel.runtime.task.OwnerStoppedException;
import glockenspiel.runtime.task.Promise;
import glockenspiel.runtime.task.SerialOwner;
import glockenspiel.runtime.task.Task;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;
import java.util.function.BiConsumer;
import org.jspecify.annotations.Nullable;

/**
 * A serial owner of a {@link DeterministicScheduler}. It can be killed, and it can hang and wake
 * again.
 */
public final class DeterministicOwner implements SerialOwner {
  private static final int MILLION = 1_000_000;

  private final DeterministicScheduler scheduler;
  private final String name;
  private final BiConsumer<String, Throwable> onEscaped;
  private final PieceLane pieces;
  private final Set<Coroutine> tasks = new LinkedHashSet<>();
  private final List<Lane> held = new ArrayList<>();
  private long clockStartNanos;
  private int driftPerMillion;
  private boolean hung;
  private boolean stopped;

  DeterministicOwner(
      DeterministicScheduler scheduler, String name, BiConsumer<String, Throwable> onEscaped) {
    this.scheduler = scheduler;
    this.name = name;
    this.onEscaped = onEscaped;
    this.pieces = new PieceLane(this, scheduler.nextLaneId());
  }

  /** Its name, for messages. */
  public String name() {
    return name;
  }

  /**
   * Gives it a clock of its own, as every machine has one. To be called before anything of the
   * owner has read the time.
   *
   * @param startNanos what it shows when virtual time begins
   * @param tooFastPerMillion by how many millionths it is faster than virtual time; negative for
   *     slower, above -1,000,000
   */
  public void setClock(long startNanos, int tooFastPerMillion) {
    if (tooFastPerMillion <= -MILLION) {
      throw new IllegalArgumentException("a clock cannot stand still or go back");
    }
    clockStartNanos = startNanos;
    driftPerMillion = tooFastPerMillion;
  }

  @Override
  public long nowNanos() {
    return clockStartNanos + stretched(scheduler.nowNanos(), driftPerMillion);
  }

  /** Exact for all times that a run can last; a product of nanoseconds and millionths is not. */
  private static long stretched(long nanos, int byMillionths) {
    return nanos + nanos / MILLION * byMillionths + nanos % MILLION * byMillionths / MILLION;
  }

  /** The virtual time in which the clock goes on by at least so much. */
  private long virtual(long nanos) {
    if (driftPerMillion == 0 || nanos <= 0 || nanos > Long.MAX_VALUE / 4) {
      return nanos;
    }
    int rate = MILLION + driftPerMillion;
    return nanos / rate * MILLION + (nanos % rate * MILLION + rate - 1) / rate + 1;
  }

  @Override
  public void execute(Runnable piece) {
    if (!stopped && pieces.add(piece)) {
      ready(pieces);
    }
  }

  @Override
  public <T extends @Nullable Object> Promise<T> start(String taskName, Task<T> body) {
    Promise<T> promise = new Promise<>();
    if (!stopped) {
      Coroutine task =
          new Coroutine(
              this, scheduler.nextLaneId(), taskName, () -> runTask(taskName, body, promise));
      tasks.add(task);
      ready(task);
    }
    return promise;
  }

  private <T extends @Nullable Object> void runTask(
      String taskName, Task<T> body, Promise<T> promise) {
    try {
      promise.complete(body.run());
    } catch (OwnerStoppedException expected) {
      // Killed: nobody is left to be told.
    } catch (RuntimeException thrown) {
      promise.fail(thrown);
    } catch (Error thrown) {
      promise.fail(new IllegalStateException("task " + taskName + " ended with " + thrown, thrown));
      escaped(taskName, thrown);
    }
  }

  @Override
  public <T extends @Nullable Object> T await(Promise<T> promise) {
    if (!promise.isDone()) {
      Coroutine self = scheduler.running();
      if (self == null || self.owner != this) {
        throw new IllegalStateException("await outside a task of owner " + name);
      }
      if (stopped) {
        throw new OwnerStoppedException(name);
      }
      self.waiting = true;
      promise.whenDone((value, failure) -> continueTask(self));
      scheduler.suspend(self);
      if (stopped) {
        throw new OwnerStoppedException(name);
      }
    }
    return promise.get();
  }

  private void continueTask(Coroutine task) {
    if (task.waiting && !stopped) {
      task.waiting = false;
      ready(task);
    }
  }

  @Override
  public void pause(long nanos) {
    Promise<@Nullable Void> over = new Promise<>();
    after(nanos, () -> over.complete(null));
    await(over);
  }

  @Override
  public Timer after(long nanos, Runnable piece) {
    return scheduler.timer(this, virtual(nanos), piece);
  }

  /**
   * Kills it: pieces and timers are dropped, waiting tasks end with {@link OwnerStoppedException},
   * before anything else has a turn. What their {@code finally} blocks do reaches nobody through
   * this owner; ports must check {@link #isStopped} themselves.
   */
  public void stop() {
    if (stopped) {
      return;
    }
    stopped = true;
    pieces.clear();
    held.clear();
    scheduler.forget(this);
    for (Coroutine task : tasks) {
      if (task.strand != null && task != scheduler.running()) {
        scheduler.unwind(task);
      }
    }
    tasks.clear();
  }

  /** Whether it was stopped. */
  public boolean isStopped() {
    return stopped;
  }

  /**
   * From now on nothing of it runs, as in a machine that stands still; what becomes due is kept.
   * Time goes on for everybody.
   */
  public void hang() {
    if (!stopped && !hung) {
      hung = true;
      held.addAll(scheduler.forget(this));
    }
  }

  /** Ends {@link #hang}: all that was kept is ready now. */
  public void wake() {
    hung = false;
    List<Lane> kept = new ArrayList<>(held);
    held.clear();
    kept.forEach(this::ready);
  }

  /** Whether it hangs. */
  public boolean isHung() {
    return hung;
  }

  private void ready(Lane lane) {
    if (hung) {
      held.add(lane);
    } else {
      scheduler.ready(lane);
    }
  }

  /** Gives one piece its turn. */
  void runPiece() {
    Runnable piece = pieces.poll();
    if (!pieces.isEmpty()) {
      ready(pieces);
    }
    if (piece == null) {
      return;
    }
    try {
      piece.run();
    } catch (OwnerStoppedException expected) {
      // Killed meanwhile: nobody is left to be told.
    } catch (Throwable thrown) {
      escaped("piece", thrown);
    }
  }

  void ended(Coroutine task) {
    tasks.remove(task);
  }

  private void escaped(String what, Throwable thrown) {
    try {
      onEscaped.accept(what, thrown);
    } catch (Throwable failed) {
      scheduler.fail(failed);
    }
  }
}
