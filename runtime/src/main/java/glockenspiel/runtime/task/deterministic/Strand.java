package glockenspiel.runtime.task.deterministic;

import org.jspecify.annotations.Nullable;

/**
 * A thread that takes turns with the others of its scheduler: the driver that called {@code run},
 * or the carrier of a task.
 */
final class Strand {
  /** The thread; of the driver, whichever called last. */
  @Nullable Thread thread;

  /** What a carrier carries; null for the driver, and for a carrier whose task has ended. */
  @Nullable Coroutine coroutine;
}
