package glockenspiel.runtime.task.deterministic;

import org.jspecify.annotations.Nullable;

/** One task of an owner, between its start and its end. */
final class Coroutine extends Lane {
  /** Its code; completes the task's promise itself and throws nothing. */
  final Runnable body;

  final String name;

  /** The thread that carries it; null before its first slice. */
  @Nullable Strand strand;

  /** It awaits something that is not done, so it may be made ready once. */
  boolean waiting;

  Coroutine(DeterministicOwner owner, long id, String name, Runnable body) {
    super(owner, id);
    this.name = name;
    this.body = body;
  }
}
