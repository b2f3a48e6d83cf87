package glockenspiel.runtime.task.deterministic;

import java.util.ArrayDeque;
import org.jspecify.annotations.Nullable;

/**
 * The pieces that were handed to an owner, in the order in which they came. One turn runs one of
 * them.
 */
final class PieceLane extends Lane {
  private final ArrayDeque<Runnable> pieces = new ArrayDeque<>();

  PieceLane(DeterministicOwner owner, long id) {
    super(owner, id);
  }

  /** Returns whether it was empty, so that it becomes ready now. */
  boolean add(Runnable piece) {
    pieces.addLast(piece);
    return pieces.size() == 1;
  }

  @Nullable Runnable poll() {
    return pieces.pollFirst();
  }

  boolean isEmpty() {
    return pieces.isEmpty();
  }

  void clear() {
    pieces.clear();
  }
}
