package glockenspiel.node.glock;

import glockenspiel.protocol.lock.GlockType;
import glockenspiel.protocol.lock.LockManagerMessage.Demote;
import glockenspiel.protocol.lock.LockMode;
import glockenspiel.protocol.lock.LockValue;
import glockenspiel.protocol.lock.NodeMessage;
import glockenspiel.runtime.task.OwnerStoppedException;
import glockenspiel.runtime.task.SerialOwner;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * How a glock goes down. The story, with N this node, L the lock-manager:
 *
 * <ol>
 *   <li>L asks N to lower a grant. If N has given it up, or has a newer one, there is nothing to
 *       do.
 *   <li>An INODE glock that local users want is kept until the minimum hold time has passed since
 *       its grant ({@code DEMOTE_DEFERRED}): else two nodes that write one file would hand it to
 *       and fro and do nothing else.
 *   <li>The present holders go on; new ones wait ({@code DEMOTE_WAITING}).
 *   <li>When the last holder is gone, a task ({@code SYNCING}) has the log flushed, the glock's
 *       blocks written in place and revoked, and all that made durable, if EX is lowered (rule 6);
 *       then, unless SH is kept, what is cached is dropped.
 *   <li>Only then N sends the lower, and serves the local waiters: they ask L anew.
 * </ol>
 *
 * <p>A glock that nobody uses, and that has nothing to be written, takes all steps at once when the
 * request comes: no task is started for what cannot wait.
 *
 * <p>Is there a problem if new holders are admitted while the old ones are waited for? Yes: with
 * two local readers that overlap, there never is a moment without a holder, and the other node
 * waits for ever (rule 12).
 *
 * <p>Is there a problem if the lower is sent while the revokes are still on their way? Yes: N may
 * die between the two. Its journal still holds an image of a block that the next owner has changed,
 * and replay would put the old one back (rule 4).
 *
 * <p>Is there a problem if a failed sync lowers the glock all the same, since the node withdraws
 * anyway? Yes: the next owner would read what is on the disk before N's journal was replayed. The
 * glock stays where it is; its release is one of those that the withdraw holds back.
 */
final class Demotion {
  private final SerialOwner owner;
  private final GlockTable table;
  private final GlockQueue queue;
  private final LockSender sender;
  private final GlockSettings settings;
  private final GlockFailures failures;
  private GlockContents contents = GlockContents.NONE;

  Demotion(
      SerialOwner owner,
      GlockTable table,
      GlockQueue queue,
      LockSender sender,
      GlockSettings settings,
      GlockFailures failures) {
    this.owner = owner;
    this.table = table;
    this.queue = queue;
    this.sender = sender;
    this.settings = settings;
    this.failures = failures;
  }

  void serve(GlockContents cached) {
    contents = cached;
  }

  /** What is cached under a glock that is held no more is void. */
  void invalidate(Glock glock) {
    contents.invalidate(glock.name);
  }

  /** Step 1. Returns whether the request meant something. */
  boolean requested(Glock glock, Demote demote) {
    if (demote.grantNumber() != glock.grantNumber || glock.lowerTo(demote.wanted()) == glock.held) {
      return false;
    }
    glock.wantDemote(demote.wanted());
    if (glock.state() == GlockState.HELD) {
      if (isIdleAndClean(glock)) {
        lowerClean(glock);
      } else {
        begin(glock);
      }
    } else if (glock.state() == GlockState.DEMOTE_WAITING) {
      proceed(glock);
    }
    return true;
  }

  private boolean isIdleAndClean(Glock glock) {
    return glock.holderCount() == 0
        && !glock.hasWaiters()
        && table.is(CachePhase.SERVING)
        && contents.isClean(glock.name);
  }

  /** Steps 2 to 5 at once: nobody uses it, and there is nothing to wait for. */
  private void lowerClean(Glock glock) {
    LockMode to = glock.lowerTo(Objects.requireNonNull(glock.demoteWanted));
    if (to != LockMode.SH) {
      contents.invalidate(glock.name);
    }
    finish(glock, to);
  }

  /** Steps 2 and 3, for a glock that is HELD and has a demote against it. */
  void begin(Glock glock) {
    long keepFor = glock.heldSinceNanos + settings.holdTimeMinNanos() - owner.nowNanos();
    boolean wanted = glock.holderCount() > 0 || glock.hasWaiters();
    if (wanted && keepFor > 0 && glock.name.type() == GlockType.INODE) {
      glock.become(GlockState.DEMOTE_DEFERRED, "demote");
      glock.holdTimer = owner.after(keepFor, () -> holdTimeIsOver(glock));
    } else {
      proceed(glock);
    }
  }

  private void holdTimeIsOver(Glock glock) {
    if (glock.state() == GlockState.DEMOTE_DEFERRED) {
      proceed(glock);
    }
  }

  /** Step 3: lowers the glock when nobody holds it. */
  void proceed(Glock glock) {
    LockMode wanted = glock.demoteWanted;
    if (wanted == null || !glock.state().mayDemote()) {
      return;
    }
    LockMode to = glock.lowerTo(wanted);
    if (to == glock.held) {
      glock.demoteWanted = null;
      if (glock.state() != GlockState.HELD) {
        glock.become(GlockState.HELD, "nothing to lower");
      }
      queue.run(glock);
    } else if (glock.holderCount() > 0) {
      if (glock.state() != GlockState.DEMOTE_WAITING) {
        glock.become(GlockState.DEMOTE_WAITING, "demote");
      }
    } else if (glock.hasContents() && table.is(CachePhase.SERVING)) {
      glock.become(GlockState.SYNCING, "demote");
      owner.start("demote " + glock.name, () -> sync(glock, to));
    } else {
      finish(glock, to);
    }
  }

  /**
   * Step 4. Every wait in it may see the node withdraw; the state tells, and then this demote is
   * over.
   */
  private @Nullable Void sync(Glock glock, LockMode to) {
    try {
      if (glock.state() == GlockState.SYNCING && glock.held == LockMode.EX) {
        contents.sync(glock.name, to);
      }
      if (glock.state() == GlockState.SYNCING && to != LockMode.SH) {
        contents.invalidate(glock.name);
      }
    } catch (OwnerStoppedException stopped) {
      throw stopped;
    } catch (RuntimeException cause) {
      if (glock.state() == GlockState.SYNCING) {
        failures.syncFailed(glock.name, cause);
      }
      return null;
    }
    if (glock.state() == GlockState.SYNCING) {
      finish(glock, to);
    }
    return null;
  }

  /** Step 5. */
  private void finish(Glock glock, LockMode to) {
    boolean tellValue = glock.held == LockMode.EX && glock.lockValueChanged;
    LockValue value = tellValue ? glock.lockValue : null;
    glock.lockValueChanged = false;
    glock.held = to;
    sender.send(new NodeMessage.Lower(glock.name, to, value));
    LockMode wanted = glock.demoteWanted;
    glock.demoteWanted = wanted != null && glock.lowerTo(wanted) != to ? wanted : null;
    if (to == LockMode.UN) {
      glock.become(GlockState.UNLOCKED, "lowered");
      table.countUnlocked();
    } else if (glock.state() != GlockState.HELD) {
      glock.become(GlockState.HELD, "lowered");
    }
    queue.run(glock);
  }
}
