package glockenspiel.runtime.task;

import org.jspecify.annotations.Nullable;

/**
 * Runs all the code of one lockspace, volume or node, at most one piece at a time.
 *
 * <p>A piece is an event, a timer, or a slice of a task between two awaits. Between two awaits
 * nothing else of the same owner runs, so state needs no locks; after an await everything may have
 * changed and must be checked again. {@link #execute} may be called from anywhere; everything else,
 * and every method of the objects that belong to the owner (promises too), only from a piece of
 * this owner.
 *
 * <p>Production runs tasks on virtual threads that hold the owner's lock. The simulation runs them
 * as coroutines in an order that its seed decides. Both continue waiting tasks in the order in
 * which their promises were completed, unless the seed says otherwise.
 */
public interface SerialOwner {
  /** The owner's monotonic clock in nanoseconds. Only differences have a meaning. */
  long nowNanos();

  /**
   * Runs the piece soon, after the pieces that were handed over before it. Never runs it inside the
   * call.
   */
  void execute(Runnable piece);

  /**
   * As {@link #execute}, but an owner that is free may run the piece inside the call: that saves
   * waking a thread. Pieces of one caller keep their order, however they are handed over. Only for
   * threads of the outside, such as a transport's, which hold nothing that the piece could want.
   */
  default void executeNow(Runnable piece) {
    execute(piece);
  }

  /**
   * Starts a task; its first slice runs soon, not inside the call.
   *
   * @param name says what the task is, in logs and thread dumps
   * @return completed with what the task returns or throws
   */
  <T extends @Nullable Object> Promise<T> start(String name, Task<T> body);

  /**
   * Waits for the promise and returns its value. Returns at once, without giving up the owner, when
   * it is already done. Only inside a task.
   *
   * @throws RuntimeException the very exception that the promise failed with
   * @throws OwnerStoppedException when the owner stops first
   */
  <T extends @Nullable Object> T await(Promise<T> promise);

  /**
   * Gives up the owner for at least this long. Zero lets the other pieces that are ready go first.
   * Only inside a task.
   */
  void pause(long nanos);

  /** Runs the piece after at least this long, unless it is cancelled first. */
  Timer after(long nanos, Runnable piece);

  /** A piece that is due later. */
  interface Timer {
    /** After this the piece does not run any more. Harmless when it has run. */
    void cancel();
  }
}
