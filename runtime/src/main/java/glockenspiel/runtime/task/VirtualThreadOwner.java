package glockenspiel.runtime.task;

import java.util.LinkedHashSet;
import java.util.Queue;
import java.util.Set;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.ScheduledFuture;
import java.util.concurrent.ScheduledThreadPoolExecutor;
import java.util.concurrent.ThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.LockSupport;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.BiConsumer;
import org.jspecify.annotations.Nullable;

/**
 * The serial owner of a real process: a lock, one thread that runs the pieces, and a virtual thread
 * for each task.
 *
 * <p>Whoever runs a piece or a slice holds the lock; awaiting releases it. A task that finds what
 * it needs (a cached glock, a cached block) never leaves its thread.
 *
 * <p>Whoever holds the lock runs the pieces that wait before he gives it up: what a piece or a
 * slice has handed over itself, such as the sending of what it has gathered, costs no wake-up of
 * another thread. The runner is woken by who hands a piece over without holding the lock, and for
 * what is too much for one turn.
 */
public final class VirtualThreadOwner implements SerialOwner, AutoCloseable {
  private static final int PIECES_PER_TURN = 256;

  private final String name;
  private final ReentrantLock lock = new ReentrantLock();
  private final Queue<Runnable> handedOver = new ConcurrentLinkedQueue<>();
  private final AtomicBoolean awake = new AtomicBoolean();
  private final ScheduledThreadPoolExecutor timers;
  private final Thread runner;
  private final BiConsumer<String, Throwable> onEscaped;
  private final Set<Condition> waiting = new LinkedHashSet<>();
  private volatile boolean stopped;

  /** Who holds the lock runs a piece, not a slice of a task: it may not wait. */
  private boolean inPiece;

  /**
   * Starts an owner.
   *
   * @param name for thread names and messages
   * @param onEscaped told, on the owner, of what a piece threw; the piece's caller is gone by then.
   *     An {@code Error} comes here too
   */
  public VirtualThreadOwner(String name, BiConsumer<String, Throwable> onEscaped) {
    this.name = name;
    this.onEscaped = onEscaped;
    this.timers =
        new ScheduledThreadPoolExecutor(
            1, Thread.ofPlatform().daemon().name("timers-" + name).factory());
    timers.setRemoveOnCancelPolicy(true);
    timers.setRejectedExecutionHandler(new ThreadPoolExecutor.DiscardPolicy());
    this.runner = Thread.ofPlatform().daemon().name("owner-" + name).unstarted(this::runPieces);
    runner.start();
  }

  @Override
  public long nowNanos() {
    return System.nanoTime();
  }

  @Override
  public void execute(Runnable piece) {
    handedOver.add(piece);
    if (!lock.isHeldByCurrentThread()) {
      wakeRunner();
    }
  }

  private void wakeRunner() {
    if (!awake.get() && awake.compareAndSet(false, true)) {
      LockSupport.unpark(runner);
    }
  }

  /**
   * {@inheritDoc}
   *
   * <p>Is there a problem if the piece runs while older ones wait? Yes: a transport's thread could
   * overtake what it has handed over itself. So the runner takes pieces from the queue only under
   * the lock, and here the queue is looked at under the lock.
   */
  @Override
  public void executeNow(Runnable piece) {
    if (!lock.isHeldByCurrentThread() && handedOver.isEmpty() && lock.tryLock()) {
      try {
        if (handedOver.isEmpty() && !stopped) {
          runOne(piece);
          return;
        }
      } finally {
        release();
      }
    }
    execute(piece);
  }

  private void runPieces() {
    while (!stopped) {
      awake.set(true);
      if (handedOver.isEmpty()) {
        awake.set(false);
        // A piece may have come between the look and the clearing; its sender saw "awake" and did
        // not unpark.
        if (handedOver.isEmpty()) {
          LockSupport.park(this);
        }
        continue;
      }
      lock.lock();
      release();
    }
  }

  /** Runs what waits, and gives the lock up. */
  private void release() {
    try {
      runWaiting();
    } finally {
      lock.unlock();
    }
  }

  /** Runs pieces that wait; of many, the runner gets the rest, so that tasks have their turn. */
  private void runWaiting() {
    for (int run = 0; run < PIECES_PER_TURN && !stopped; run++) {
      Runnable piece = handedOver.poll();
      if (piece == null) {
        return;
      }
      runOne(piece);
    }
    wakeRunner();
  }

  private void runOne(Runnable piece) {
    inPiece = true;
    try {
      piece.run();
    } catch (OwnerStoppedException expected) {
      // The owner stops: nobody is left to be told.
    } catch (Throwable thrown) {
      onEscaped.accept("piece", thrown);
    } finally {
      inPiece = false;
    }
  }

  @Override
  public <T extends @Nullable Object> Promise<T> start(String taskName, Task<T> body) {
    Promise<T> promise = new Promise<>();
    Thread.ofVirtual().name(name + "/" + taskName).start(() -> runTask(taskName, body, promise));
    return promise;
  }

  private <T extends @Nullable Object> void runTask(
      String taskName, Task<T> body, Promise<T> promise) {
    lock.lock();
    try {
      if (stopped) {
        return;
      }
      promise.complete(body.run());
    } catch (RuntimeException thrown) {
      promise.fail(thrown);
    } catch (Error thrown) {
      promise.fail(new IllegalStateException("task " + taskName + " ended with " + thrown, thrown));
      onEscaped.accept(taskName, thrown);
    } finally {
      release();
    }
  }

  @Override
  public <T extends @Nullable Object> T await(Promise<T> promise) {
    if (!promise.isDone()) {
      if (!lock.isHeldByCurrentThread() || inPiece) {
        throw new IllegalStateException("await outside a task of owner " + name);
      }
      Condition condition = lock.newCondition();
      promise.whenDone((value, failure) -> condition.signal());
      waiting.add(condition);
      try {
        while (!promise.isDone()) {
          if (stopped) {
            throw new OwnerStoppedException(name);
          }
          runWaiting();
          if (!promise.isDone()) {
            condition.awaitUninterruptibly();
          }
        }
      } finally {
        waiting.remove(condition);
      }
    }
    return promise.get();
  }

  @Override
  public void pause(long nanos) {
    Promise<@Nullable Void> over = new Promise<>();
    after(nanos, () -> over.complete(null));
    await(over);
  }

  @Override
  public Timer after(long nanos, Runnable piece) {
    AtomicBoolean cancelled = new AtomicBoolean();
    Runnable guarded =
        () -> {
          if (!cancelled.get()) {
            piece.run();
          }
        };
    ScheduledFuture<?> due =
        timers.schedule(() -> execute(guarded), Math.max(0, nanos), TimeUnit.NANOSECONDS);
    return () -> {
      cancelled.set(true);
      due.cancel(false);
    };
  }

  /**
   * Stops: pieces that were not run are dropped, and waiting tasks end with {@link
   * OwnerStoppedException}. May be called from anywhere.
   */
  @Override
  public void close() {
    stopped = true;
    timers.shutdownNow();
    LockSupport.unpark(runner);
    lock.lock();
    try {
      waiting.forEach(Condition::signal);
    } finally {
      lock.unlock();
    }
  }
}
