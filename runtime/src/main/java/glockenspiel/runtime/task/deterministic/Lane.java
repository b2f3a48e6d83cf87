package glockenspiel.runtime.task.deterministic;

/**
 * Something of one owner that can have a turn: its queue of pieces, or one of its tasks. Ready at
 * most once at a time.
 */
abstract sealed class Lane permits PieceLane, Coroutine {
  final DeterministicOwner owner;

  /** Counts the lanes of a scheduler, so that a run can be fingerprinted. */
  final long id;

  Lane(DeterministicOwner owner, long id) {
    this.owner = owner;
    this.id = id;
  }
}
