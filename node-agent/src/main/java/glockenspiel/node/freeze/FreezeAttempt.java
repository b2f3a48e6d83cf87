package glockenspiel.node.freeze;

import glockenspiel.node.glock.Patience;
import glockenspiel.runtime.task.Promise;
import org.jspecify.annotations.Nullable;

/** One wish to freeze the volume, from its call to its answer. */
public final class FreezeAttempt {
  private final Promise<@Nullable Void> done = new Promise<>();
  private final Patience patience = Patience.endless();
  private final Runnable changed;
  private boolean givenUp;

  FreezeAttempt(Runnable changed) {
    this.changed = changed;
  }

  /**
   * Done when the volume is frozen. Fails with {@link FreezeException} GIVEN_UP when that was not
   * waited for, and this node goes on; with WITHDRAWN when it withdraws.
   */
  public Promise<@Nullable Void> done() {
    return done;
  }

  /** Nobody waits for it any more: all nodes go on. Without effect once it is done. */
  public void giveUp() {
    if (!done.isDone() && !givenUp) {
      givenUp = true;
      patience.end();
      changed.run();
    }
  }

  boolean isGivenUp() {
    return givenUp;
  }

  Patience patience() {
    return patience;
  }
}
