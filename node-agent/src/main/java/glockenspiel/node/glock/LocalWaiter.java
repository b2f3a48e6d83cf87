package glockenspiel.node.glock;

import glockenspiel.protocol.lock.LockFlags;
import glockenspiel.protocol.lock.LockMode;
import glockenspiel.runtime.task.Promise;
import glockenspiel.runtime.task.SerialOwner;
import org.jspecify.annotations.Nullable;

/** A local task that waits for a holder. */
final class LocalWaiter {
  final LockMode mode;
  final int flags;
  final String trace;

  /** Done when the holder was admitted, or the waiter was told why not. */
  final Promise<LocalHolder> holder = new Promise<>();

  /** Ends its patience; null when it has no limit. */
  SerialOwner.@Nullable Timer timer;

  LocalWaiter(LockMode mode, int flags, String trace) {
    this.mode = mode;
    this.flags = flags;
    this.trace = trace;
  }

  boolean isTry() {
    return LockFlags.isTry(flags);
  }

  void admit(LocalHolder admitted) {
    cancelTimer();
    holder.complete(admitted);
  }

  void fail(GlockException cause) {
    cancelTimer();
    holder.fail(cause);
  }

  private void cancelTimer() {
    if (timer != null) {
      timer.cancel();
    }
  }
}
