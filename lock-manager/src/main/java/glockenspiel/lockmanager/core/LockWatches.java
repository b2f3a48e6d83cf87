package glockenspiel.lockmanager.core;

import glockenspiel.protocol.lock.GlockName;
import java.util.LinkedHashMap;
import java.util.Map;

/**
 * The locks of a lockspace that somebody looks at all the time. While there are none, a change of a
 * lock costs one look at a size.
 */
final class LockWatches {
  private final String lockspace;
  private final Outbox outbox;

  /** How many look at each. */
  private final Map<GlockName, Integer> watched = new LinkedHashMap<>();

  LockWatches(String lockspace, Outbox outbox) {
    this.lockspace = lockspace;
    this.outbox = outbox;
  }

  void add(GlockName name) {
    watched.merge(name, 1, Integer::sum);
  }

  void remove(GlockName name) {
    watched.computeIfPresent(name, (_, count) -> count == 1 ? null : count - 1);
  }

  boolean isEmpty() {
    return watched.isEmpty();
  }

  /** Holders or waiters change in this step. */
  void note(Glock glock) {
    if (!watched.isEmpty() && watched.containsKey(glock.name())) {
      outbox.emit(new Effect.LockChanged(lockspace, glock.name()));
    }
  }

  /** All of these holds have become orphans. */
  void noteAll(HoldRing holds) {
    if (!watched.isEmpty()) {
      for (Hold hold = holds.first(); hold != null; hold = holds.after(hold)) {
        note(hold.glock);
      }
    }
  }
}
