package glockenspiel.runtime.task;

import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/**
 * A result that is not there yet. It is completed once, with a value or an exception, and then
 * tells those who wait, in the order in which they came. It belongs to one serial owner and is not
 * safe for use by several threads.
 *
 * @param <T> the value
 */
public final class Promise<T extends @Nullable Object> {
  /** Told once when the promise is done. */
  @FunctionalInterface
  public interface Listener<T extends @Nullable Object> {
    /** Exactly one of the two has a meaning: the failure when it is not null, else the value. */
    void done(@Nullable T value, @Nullable RuntimeException failure);
  }

  private boolean done;
  private @Nullable T value;
  private @Nullable RuntimeException failure;
  private @Nullable List<Listener<T>> listeners;

  /** A promise that already has its value. */
  public static <T extends @Nullable Object> Promise<T> of(T value) {
    Promise<T> promise = new Promise<>();
    promise.complete(value);
    return promise;
  }

  /** A promise that has already failed. */
  public static <T extends @Nullable Object> Promise<T> failed(RuntimeException failure) {
    Promise<T> promise = new Promise<>();
    promise.fail(failure);
    return promise;
  }

  /** Gives the value. Returns false, and changes nothing, when the promise was done before. */
  public boolean complete(T result) {
    return finish(result, null);
  }

  /** Gives the failure. Returns false, and changes nothing, when the promise was done before. */
  public boolean fail(RuntimeException cause) {
    return finish(null, Objects.requireNonNull(cause));
  }

  private boolean finish(@Nullable T result, @Nullable RuntimeException cause) {
    if (done) {
      return false;
    }
    done = true;
    value = result;
    failure = cause;
    List<Listener<T>> waiting = listeners;
    listeners = null;
    if (waiting != null) {
      for (Listener<T> listener : waiting) {
        listener.done(result, cause);
      }
    }
    return true;
  }

  /** Whether it has its value or its failure. */
  public boolean isDone() {
    return done;
  }

  /** Whether it is done and has failed. */
  public boolean isFailed() {
    return failure != null;
  }

  /**
   * The value of a promise that is done.
   *
   * @throws RuntimeException the failure, when it failed
   * @throws IllegalStateException when it is not done
   */
  @SuppressWarnings("NullAway") // the value is null only where T allows it
  public T get() {
    if (!done) {
      throw new IllegalStateException("the promise is not done yet");
    }
    if (failure != null) {
      throw failure;
    }
    return value;
  }

  /** Tells the listener once it is done; inside this call when it is done already. */
  public void whenDone(Listener<T> listener) {
    if (done) {
      listener.done(value, failure);
      return;
    }
    if (listeners == null) {
      listeners = new ArrayList<>(2);
    }
    listeners.add(listener);
  }

  /** A promise of the function's result; it fails when this one or the function does. */
  @SuppressWarnings("NullAway") // the value is null only where T allows it
  public <R extends @Nullable Object> Promise<R> map(Function<? super T, ? extends R> function) {
    Promise<R> mapped = new Promise<>();
    whenDone(
        (result, cause) -> {
          if (cause != null) {
            mapped.fail(cause);
            return;
          }
          try {
            mapped.complete(function.apply(result));
          } catch (RuntimeException thrown) {
            mapped.fail(thrown);
          }
        });
    return mapped;
  }

  /**
   * A promise of what the function begins once this one is done, inside that call; it fails when
   * this one, the function, or what it has begun does.
   */
  public <R extends @Nullable Object> Promise<R> then(Function<? super T, Promise<R>> function) {
    Promise<R> end = new Promise<>();
    Promise<Promise<R>> begun = map(function);
    begun.whenDone(
        (next, cause) -> {
          if (cause != null || next == null) {
            end.fail(cause == null ? new IllegalStateException("no promise") : cause);
          } else {
            next.whenDone(end::end);
          }
        });
    return end;
  }

  @SuppressWarnings("NullAway") // the value is null only where T allows it
  private void end(@Nullable T result, @Nullable RuntimeException cause) {
    if (cause == null) {
      complete(result);
    } else {
      fail(cause);
    }
  }
}
