package glockenspiel.node.glock;

import glockenspiel.protocol.lock.LockFlags;
import glockenspiel.protocol.lock.LockMode;
import glockenspiel.runtime.task.Promise;

/** A local task that waits for a holder. */
final class LocalWaiter {
  final LockMode mode;
  final int flags;
  final String trace;

  /** Done when the holder was admitted, or the waiter was told why not. */
  final Promise<LocalHolder> holder = new Promise<>();

  /** How long it waits. */
  final Patience patience;

  LocalWaiter(LockMode mode, int flags, Patience patience, String trace) {
    this.mode = mode;
    this.flags = flags;
    this.patience = patience;
    this.trace = trace;
  }

  boolean isTry() {
    return LockFlags.isTry(flags);
  }

  void admit(LocalHolder admitted) {
    patience.stop();
    holder.complete(admitted);
  }

  void fail(GlockException cause) {
    patience.stop();
    holder.fail(cause);
  }
}
