package glockenspiel.journal.core;

import glockenspiel.runtime.task.Promise;
import org.jspecify.annotations.Nullable;

/** Several operations as one that ends when the last of them does, and fails if any has failed. */
final class Arrivals {
  private final Promise<@Nullable Void> all = new Promise<>();
  private @Nullable RuntimeException failed;
  private int missing = 1;

  /** One more. */
  void add(Promise<@Nullable Void> operation) {
    missing++;
    operation.whenDone((done, failure) -> end(failure));
  }

  /** All that were added; call it once, when there is no more to add. */
  Promise<@Nullable Void> all() {
    end(null);
    return all;
  }

  private void end(@Nullable RuntimeException failure) {
    failed = failed == null ? failure : failed;
    if (--missing == 0) {
      if (failed == null) {
        all.complete(null);
      } else {
        all.fail(failed);
      }
    }
  }
}
