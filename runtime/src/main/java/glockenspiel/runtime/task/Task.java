package glockenspiel.runtime.task;

/**
 * Plain blocking code that runs on a {@link SerialOwner} and gives it up only inside {@code await}
 * and {@code pause}.
 *
 * @param <T> what it returns; {@code Void} for nothing
 */
@FunctionalInterface
public interface Task<T extends @org.jspecify.annotations.Nullable Object> {
  /** Runs to its end. A thrown exception fails the task's promise with that same exception. */
  T run();
}
