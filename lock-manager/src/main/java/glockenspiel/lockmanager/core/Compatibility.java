package glockenspiel.lockmanager.core;

import glockenspiel.protocol.lock.LockFlags;
import glockenspiel.protocol.lock.LockMode;
import glockenspiel.protocol.lock.NodeMessage.Acquire;
import org.jspecify.annotations.Nullable;

/** Whether a request goes with what others hold of its glock. */
final class Compatibility {
  private Compatibility() {}

  /**
   * The wanted mode, or with ANY the other shared one, if the other holders allow it; else null.
   */
  static @Nullable LockMode mode(Glock glock, @Nullable Hold own, Acquire acquire) {
    if (glock.othersAllow(own, acquire.mode())) {
      return acquire.mode();
    }
    if (LockFlags.has(acquire.flags(), LockFlags.ANY)) {
      LockMode other = acquire.mode() == LockMode.SH ? LockMode.DF : LockMode.SH;
      return glock.othersAllow(own, other) ? other : null;
    }
    return null;
  }

  /**
   * Whether a conversion that waits already and this one each wait for the other's hold. The later
   * one is told, and lowers its hold to UN before it asks again; its hold stays until then.
   */
  static boolean isDeadlock(Session session, Glock glock, @Nullable Hold own, Acquire acquire) {
    GrantQueue waiting = glock.waiting();
    if (own == null || waiting == null || mode(glock, own, acquire) != null) {
      return false;
    }
    for (Request other = waiting.head();
        other != null && other.rank.isConversion();
        other = other.next) {
      if (other.session != session && !other.acquire.mode().compatible(own.mode)) {
        return true;
      }
    }
    return false;
  }
}
