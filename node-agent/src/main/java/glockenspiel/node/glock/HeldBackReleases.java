package glockenspiel.node.glock;

import glockenspiel.protocol.lock.LockMode;
import glockenspiel.protocol.lock.NodeMessage;

/**
 * What a withdraw does to the glocks. A node that withdraws is to give up all its I/O glocks; each
 * of these releases is held back until its journal is clean (rule 8), and counts as one.
 *
 * <p>Is there a problem if an I/O glock that is granted after the withdraw has begun, because its
 * request was on its way, is given back at once? The node has done nothing under it; but it may be
 * the same glock that it had lowered a moment before with its blocks still in the journal. It costs
 * nothing to hold it back with the others.
 */
final class HeldBackReleases {
  private final GlockTable table;
  private final GlockQueue queue;
  private final LockSender sender;
  private int count;

  HeldBackReleases(GlockTable table, GlockQueue queue, LockSender sender) {
    this.table = table;
    this.queue = queue;
    this.sender = sender;
  }

  int count() {
    return count;
  }

  void beginWithdraw() {
    if (table.is(CachePhase.SERVING)) {
      table.become(CachePhase.WITHDRAWING);
      for (Glock glock : table.all()) {
        queue.failWaiters(glock);
        holdBack(glock);
      }
    }
  }

  /**
   * Holds an I/O glock's release back, unless its request is still under way; lets other glocks go
   * on.
   */
  void holdBack(Glock glock) {
    boolean settled =
        switch (glock.state()) {
          case UNLOCKED, REQUESTING, HELD_BACK -> false;
          case HELD, DEMOTE_DEFERRED, DEMOTE_WAITING, SYNCING -> true;
        };
    if (!settled) {
      return;
    }
    if (glock.name.isIo()) {
      glock.become(GlockState.HELD_BACK, "withdraw");
      glock.demoteWanted = null;
      count++;
    } else if (glock.state() == GlockState.SYNCING) {
      // Its task sees that and ends; what was cached is void.
      glock.become(GlockState.HELD, "withdraw");
      queue.demotion().proceed(glock);
    }
  }

  int letGo() {
    int released = 0;
    if (table.is(CachePhase.WITHDRAWING)) {
      table.become(CachePhase.LEAVING);
    }
    for (Glock glock : table.all()) {
      if (glock.state() == GlockState.HELD_BACK) {
        drop(glock);
        released++;
      }
    }
    return released;
  }

  /**
   * The node leaves: gives a glock up whoever holds it here, for its holders are void. Not while
   * its request is under way.
   */
  void drop(Glock glock) {
    if (glock.held != LockMode.UN && glock.requestId == 0) {
      sender.send(new NodeMessage.Lower(glock.name, LockMode.UN, null));
      unlock(glock);
    }
  }

  void sessionEnded() {
    beginWithdraw();
    table.become(CachePhase.ENDED);
    for (Glock glock : table.all()) {
      queue.failWaiters(glock);
      if (glock.requestId != 0) {
        queue.noRequest(glock);
        queue.refused(glock);
        holdBack(glock);
      }
      if (glock.held != LockMode.UN) {
        unlock(glock);
      }
    }
    table.clear();
  }

  private void unlock(Glock glock) {
    glock.held = LockMode.UN;
    glock.demoteWanted = null;
    glock.become(GlockState.UNLOCKED, "withdrawn");
    table.countUnlocked();
  }
}
