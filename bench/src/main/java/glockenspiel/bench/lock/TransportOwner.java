package glockenspiel.bench.lock;

import glockenspiel.runtime.task.Promise;
import glockenspiel.runtime.task.SerialOwner;
import glockenspiel.runtime.task.Task;
import java.util.concurrent.locks.ReentrantLock;
import org.jspecify.annotations.Nullable;

/**
 * Runs every piece where it comes from, one at a time: an owner for a load that has a thousand
 * sessions and no tasks.
 */
public final class TransportOwner implements SerialOwner {
  private final ReentrantLock lock = new ReentrantLock();

  @Override
  public long nowNanos() {
    return System.nanoTime();
  }

  @Override
  public void execute(Runnable piece) {
    lock.lock();
    try {
      piece.run();
    } finally {
      lock.unlock();
    }
  }

  @Override
  public <T extends @Nullable Object> Promise<T> start(String name, Task<T> body) {
    throw noTasks();
  }

  @Override
  public <T extends @Nullable Object> T await(Promise<T> promise) {
    throw noTasks();
  }

  @Override
  public void pause(long nanos) {
    throw noTasks();
  }

  private static UnsupportedOperationException noTasks() {
    return new UnsupportedOperationException("a load has no tasks");
  }

  /** Nothing of a load is due later: what lingers ends with its channel. */
  @Override
  public Timer after(long nanos, Runnable piece) {
    return () -> {};
  }
}
