package glockenspiel.node.freeze;

import glockenspiel.node.glock.GlockCache;
import glockenspiel.node.glock.GlockException;
import glockenspiel.node.glock.Glocks.Holder;
import glockenspiel.node.glock.Patience;
import glockenspiel.node.recovery.Membership;
import glockenspiel.protocol.lock.GlockName;
import glockenspiel.protocol.lock.LockFlags;
import glockenspiel.protocol.lock.LockMode;
import glockenspiel.runtime.task.SerialOwner;
import org.jspecify.annotations.Nullable;

/**
 * How a mount has the freeze glock: SH while it may write, EX to freeze. The holder is the
 * membership's, which keeps it for a node that withdraws.
 */
final class FreezeGlock {
  private static final long REFUSED_PAUSE_NANOS = 1_000_000_000;

  private final SerialOwner owner;
  private final Membership membership;
  private @Nullable Patience waiting;
  private boolean ended;

  FreezeGlock(SerialOwner owner, Membership membership) {
    this.owner = owner;
    this.membership = membership;
  }

  private GlockCache glocks() {
    return membership.glocks();
  }

  /** Takes SH if nobody has EX or waits for it. Only inside a task. */
  boolean trySharing() {
    int flags = LockFlags.TRY | LockFlags.NOEXP;
    try {
      return keepShared(glocks().acquire(GlockName.FREEZE, LockMode.SH, flags));
    } catch (GlockException refused) {
      if (refused.reason() == GlockException.Reason.TRY_FAILED) {
        return false;
      }
      throw refused;
    }
  }

  /**
   * Gives up what is held of it, unless nobody wants it, and waits for SH. Only inside a task.
   *
   * @return false when it was ended first
   */
  boolean awaitShared() {
    membership.releaseFreeze();
    while (!ended) {
      lower();
      Patience patience = Patience.endless();
      waiting = patience;
      try {
        if (keepShared(
            glocks().acquire(GlockName.FREEZE, LockMode.SH, LockFlags.NOEXP, patience, ""))) {
          return true;
        }
      } catch (GlockException refused) {
        if (refused.reason() != GlockException.Reason.REFUSED) {
          throw refused;
        }
        // L is over one of its limits: that passes.
        owner.pause(REFUSED_PAUSE_NANOS);
      } finally {
        waiting = null;
      }
    }
    return false;
  }

  /**
   * Is there a problem if a node goes on under an EX that it has cached, since that covers SH? Yes:
   * others wait for SH, and the demote waits for the local holder, who stays until the unmount.
   *
   * <p>Is there a problem if the node goes on when its SH is granted, without a look at what came
   * meanwhile? Yes: the next demote request may have come between the grant and this, to a node
   * that was still frozen and took no notice. It would never lower.
   */
  private boolean keepShared(Holder shared) {
    boolean wanted =
        glocks().held(GlockName.FREEZE) == LockMode.SH
            && !glocks().isDemoteWanted(GlockName.FREEZE);
    if (ended || !wanted) {
      shared.close();
      return false;
    }
    membership.keepFreeze(shared);
    return true;
  }

  /**
   * Waits for EX. Only inside a task.
   *
   * @return false when the patience was over first, or L is over one of its limits
   */
  boolean awaitAll(Patience patience) {
    membership.releaseFreeze();
    try {
      membership.keepFreeze(
          glocks().acquire(GlockName.FREEZE, LockMode.EX, LockFlags.NOEXP, patience, ""));
      return true;
    } catch (GlockException refused) {
      if (refused.reason() == GlockException.Reason.WITHDRAWN) {
        throw refused;
      }
      return false;
    }
  }

  /**
   * Gives up EX, and keeps SH if nobody else waits for EX.
   *
   * @return whether SH is kept
   */
  boolean letGo() {
    membership.releaseFreeze();
    lower();
    return glocks().held(GlockName.FREEZE) == LockMode.SH;
  }

  private void lower() {
    glocks().lower(GlockName.FREEZE, LockMode.SH);
  }

  /** Waits no more; what is held stays with the membership. */
  void end() {
    ended = true;
    Patience patience = waiting;
    if (patience != null) {
      patience.end();
    }
  }
}
