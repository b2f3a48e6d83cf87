package glockenspiel.runtime.task.deterministic;

import glockenspiel.runtime.task.Promise;
import glockenspiel.runtime.task.Task;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.List;
import java.util.SplittableRandom;
import java.util.concurrent.locks.LockSupport;
import java.util.function.BiConsumer;
import java.util.function.BooleanSupplier;
import org.jspecify.annotations.Nullable;

/**
 * Runs any number of serial owners, one piece or slice at a time, in virtual time.
 *
 * <p>Whatever can run is a <em>lane</em>: an owner's queue of pieces, or a task that may go on. As
 * long as a lane is ready, time stands still; which one has its turn is decided by the seed. When
 * none is ready, time jumps to the next timer. Pieces of one owner keep their order; between
 * owners, and between the pieces and the tasks of one owner, any order can happen that can happen
 * in production. The same seed and the same calls give the same run on every machine; {@link
 * #fingerprint} tells.
 *
 * <p>Tasks are coroutines. Each is carried by a virtual thread, but only one thread of a scheduler
 * ever runs; the others are parked. There is no thread that schedules: a task that has to wait runs
 * the scheduler's loop itself, on its own stack, until another task has its turn; then it hands
 * over directly. If its own turn comes first it just goes on, so that a task alone in the world
 * waits without a single switch of threads.
 *
 * <p>Not for use by several threads at the same time: only {@code run...}, {@code call} and {@code
 * close} may be called from outside, by one thread.
 */
public final class DeterministicScheduler implements AutoCloseable {
  private final ReadyLanes ready;
  private final TimerQueue timers = new TimerQueue();
  private final ArrayDeque<Coroutine> unwinding = new ArrayDeque<>();
  private final ArrayDeque<Strand> idle = new ArrayDeque<>();
  private final List<DeterministicOwner> owners = new ArrayList<>();
  private final Strand driver = new Strand();
  private volatile Strand active = driver;
  private volatile boolean closed;
  private @Nullable Coroutine running;
  private @Nullable Throwable failure;
  private BooleanSupplier until = () -> false;
  private long limit;
  private long now;
  private long lanes;
  private long turns;
  private long fingerprint = 0x9E3779B97F4A7C15L;

  private DeterministicScheduler(@Nullable SplittableRandom random) {
    this.ready = new ReadyLanes(random);
  }

  /** A scheduler whose choices come from the seed. */
  public static DeterministicScheduler seeded(long seed) {
    return new DeterministicScheduler(new SplittableRandom(seed));
  }

  /**
   * A scheduler in which everything has its turn in the order in which it became ready. For tests
   * that show one run.
   */
  public static DeterministicScheduler inOrder() {
    return new DeterministicScheduler(null);
  }

  /** A new owner. What one of its pieces throws ends the run and comes out of it. */
  public DeterministicOwner owner(String name) {
    return owner(name, (what, thrown) -> fail(thrown));
  }

  /**
   * A new owner.
   *
   * @param onEscaped told, on the owner, of what a piece threw; what it throws itself ends the run
   */
  public DeterministicOwner owner(String name, BiConsumer<String, Throwable> onEscaped) {
    owners.removeIf(DeterministicOwner::isStopped);
    DeterministicOwner owner = new DeterministicOwner(this, name, onEscaped);
    owners.add(owner);
    return owner;
  }

  /** Virtual time: 0 at first. */
  public long nowNanos() {
    return now;
  }

  /** How many pieces and slices have run. */
  public long turns() {
    return turns;
  }

  /** A hash of every choice and its time so far: equal for equal runs. */
  public long fingerprint() {
    return fingerprint;
  }

  /** Runs until nothing is left to run, no timer either. */
  public void run() {
    drive(Long.MAX_VALUE, () -> false);
  }

  /** Runs everything that is due within this time; afterwards it is that much later. */
  public void runFor(long nanos) {
    long end = now + nanos;
    drive(end, () -> false);
    now = Math.max(now, end);
  }

  /**
   * Runs until the condition holds. It is asked before every turn.
   *
   * @return false when it did not hold within this time
   */
  public boolean runUntil(BooleanSupplier condition, long nanos) {
    drive(nanos > Long.MAX_VALUE - now ? Long.MAX_VALUE : now + nanos, condition);
    return condition.getAsBoolean();
  }

  /**
   * Runs a task to its end, and everything else meanwhile.
   *
   * @throws IllegalStateException when nothing is left to run and the task has not ended
   */
  public <T extends @Nullable Object> T call(DeterministicOwner owner, Task<T> body) {
    Promise<T> result = owner.start("call", body);
    if (!runUntil(result::isDone, Long.MAX_VALUE)) {
      throw new IllegalStateException("the task waits, and nothing is left that could wake it");
    }
    return result.get();
  }

  /** Stops all owners and lets go of all threads. */
  @Override
  public void close() {
    for (DeterministicOwner owner : owners) {
      owner.stop();
    }
    owners.clear();
    failure = null;
    drive(now, unwinding::isEmpty);
    closed = true;
    for (Strand strand : idle) {
      LockSupport.unpark(strand.thread);
    }
    idle.clear();
  }

  private void drive(long end, BooleanSupplier condition) {
    if (active != driver) {
      throw new IllegalStateException("the scheduler runs already; what runs on it may not run it");
    }
    rethrow();
    driver.thread = Thread.currentThread();
    limit = end;
    until = condition;
    passOn(driver);
    rethrow();
  }

  private void rethrow() {
    switch (failure) {
      case null -> {}
      case RuntimeException thrown -> throw thrown;
      case Error thrown -> throw thrown;
      case Throwable thrown -> throw new IllegalStateException(thrown);
    }
  }

  /**
   * The loop, on the thread that has nothing to do now. Returns when that thread is to go on with
   * what it carries.
   */
  private void passOn(Strand self) {
    Coroutine next = runPieces();
    Strand target = next == null ? driver : carrier(next, self);
    if (target != self) {
      if (self.coroutine == null && self != driver) {
        idle.addLast(self);
      }
      active = target;
      wake(target);
      while (active != self && !(closed && self.coroutine == null)) {
        LockSupport.park(this);
      }
    }
  }

  private Strand carrier(Coroutine next, Strand self) {
    Strand strand = next.strand;
    if (strand == null) {
      strand = self != driver && self.coroutine == null ? self : idle.pollLast();
      if (strand == null) {
        strand = new Strand();
      }
      strand.coroutine = next;
      next.strand = strand;
    }
    return strand;
  }

  private void wake(Strand target) {
    if (target.thread == null) {
      target.thread = Thread.ofVirtual().name("strand").unstarted(() -> carry(target));
      target.thread.start();
    } else {
      LockSupport.unpark(target.thread);
    }
  }

  private void carry(Strand self) {
    while (!closed) {
      Coroutine task = self.coroutine;
      if (task != null) {
        running = task;
        task.body.run();
        running = null;
        task.owner.ended(task);
        self.coroutine = null;
        passOn(self);
      }
    }
  }

  /** Runs pieces until it is the turn of a task, which is returned; null when the run is to end. */
  private @Nullable Coroutine runPieces() {
    while (true) {
      Coroutine killed = unwinding.pollFirst();
      if (killed != null) {
        return killed;
      }
      if (failure != null || conditionHolds()) {
        return null;
      }
      Lane lane = ready.take();
      if (lane == null) {
        if (!advance()) {
          return null;
        }
        continue;
      }
      turns++;
      fingerprint = (fingerprint ^ (lane.id + now * 31)) * 0xD6E8FEB86659FD93L;
      fingerprint ^= fingerprint >>> 32;
      switch (lane) {
        case Coroutine task -> {
          return task;
        }
        case PieceLane pieces -> pieces.owner.runPiece();
      }
    }
  }

  private boolean conditionHolds() {
    try {
      return until.getAsBoolean();
    } catch (RuntimeException | Error thrown) {
      fail(thrown);
      return true;
    }
  }

  /**
   * Goes on to the time of the next timer and hands over all that is due then; false when that is
   * beyond the limit.
   */
  private boolean advance() {
    long due = timers.nextDue();
    if (due > limit || due == Long.MAX_VALUE) {
      return false;
    }
    now = Math.max(now, due);
    while (timers.nextDue() <= now) {
      TimerQueue.Entry entry = timers.take();
      entry.owner.execute(entry::run);
    }
    return true;
  }

  @Nullable Coroutine running() {
    return running;
  }

  /** Parks the running task until it is ready and has its turn, or is unwound. */
  void suspend(Coroutine task) {
    Strand strand = task.strand;
    if (strand == null) {
      throw new IllegalStateException("task " + task.name + " waits without a thread");
    }
    running = null;
    passOn(strand);
    running = task;
  }

  void ready(Lane lane) {
    ready.add(lane);
  }

  List<Lane> forget(DeterministicOwner owner) {
    return ready.removeIf(lane -> lane.owner == owner);
  }

  void unwind(Coroutine task) {
    unwinding.addLast(task);
  }

  TimerQueue.Entry timer(DeterministicOwner owner, long nanos, Runnable piece) {
    return timers.add(now + Math.max(0, nanos), owner, piece);
  }

  long nextLaneId() {
    return ++lanes;
  }

  /** Ends the run with this; the first one counts. */
  void fail(Throwable thrown) {
    if (failure == null) {
      failure = thrown;
    }
  }
}
