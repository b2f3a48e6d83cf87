package glockenspiel.node.filesystem;

import glockenspiel.node.transaction.NodeStorage;
import glockenspiel.runtime.task.Promise;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * The operations that change something, counted, so that a freeze can wait for those under way and
 * keep others from beginning.
 *
 * <p>Is there a problem if only transactions are kept from beginning? Yes: an operation takes its
 * glocks before its transactions. It would keep them until the thaw, and whoever wants to read that
 * file on another node would wait as long. So it waits here, with nothing in its hands.
 */
final class Changes {
  private final NodeStorage storage;
  private int underWay;

  /** Completed when changes may begin; null while they may. */
  private @Nullable Promise<@Nullable Void> letGo = new Promise<>();

  /** Completed when none is under way any more. */
  private Promise<@Nullable Void> quiet = Promise.of(null);

  /** No change may begin before the first {@link #letGo}. */
  Changes(NodeStorage storage) {
    this.storage = storage;
  }

  /**
   * Runs a change, once it may begin. Only inside a task.
   *
   * @throws glockenspiel.node.transaction.WithdrawnException when the node withdraws first
   */
  <T> T run(Supplier<T> change) {
    while (letGo != null) {
      storage.await(letGo);
    }
    underWay++;
    try {
      return change.get();
    } finally {
      if (--underWay == 0) {
        quiet.complete(null);
      }
    }
  }

  /** Lets no change begin, and waits for those under way. Only inside a task. */
  void stop() {
    letGo = new Promise<>();
    if (underWay > 0) {
      quiet = new Promise<>();
      storage.await(quiet);
    }
  }

  /** Changes may begin. */
  void letGo() {
    Promise<@Nullable Void> waited = letGo;
    letGo = null;
    if (waited != null) {
      waited.complete(null);
    }
  }
}
