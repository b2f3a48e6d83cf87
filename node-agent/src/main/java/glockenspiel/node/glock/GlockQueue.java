package glockenspiel.node.glock;

import glockenspiel.protocol.lock.GlockName;
import glockenspiel.protocol.lock.LockManagerMessage.Answer;
import glockenspiel.protocol.lock.LockMode;
import glockenspiel.protocol.lock.LockOutcome;
import glockenspiel.protocol.lock.NodeMessage;
import glockenspiel.runtime.state.InvariantViolation;
import glockenspiel.runtime.task.SerialOwner;
import java.util.List;

/**
 * Serves the local waiters of each glock in order, and asks the lock-manager for what they need. At
 * most one request for a glock is under way, for the first waiter.
 *
 * <p>A conversion (SH held, EX wanted) keeps what is cached if nobody comes between. If two nodes
 * want that of each other, one is told DEADLOCK: it lowers its glock to UN, dropping what it had
 * cached, and asks again.
 */
final class GlockQueue {
  private final SerialOwner owner;
  private final GlockTable table;
  private final LockSender sender;
  private final Demotion demotion;
  private final int lockDelayMillis;
  private long requests;

  GlockQueue(
      SerialOwner owner,
      GlockTable table,
      LockSender sender,
      GlockSettings settings,
      GlockFailures failures) {
    this.owner = owner;
    this.table = table;
    this.sender = sender;
    this.lockDelayMillis = settings.lockDelayMillis();
    this.demotion = new Demotion(owner, table, this, sender, settings, failures);
  }

  Demotion demotion() {
    return demotion;
  }

  /** How many requests were sent so far. */
  long requests() {
    return requests;
  }

  /**
   * Serves local waiters, starts what a demote waits for, asks the cluster: whatever can be done
   * now.
   */
  void run(Glock glock) {
    if (glock.state().admits()) {
      promote(glock);
    }
    LocalWaiter first = glock.findFirstWaiter();
    switch (glock.state()) {
      case DEMOTE_WAITING -> demotion.proceed(glock);
      case DEMOTE_DEFERRED -> {
        if (first != null && glock.holderCount() == 0) {
          // What waits here needs another mode than what is held: keeping it longer helps nobody.
          demotion.proceed(glock);
        }
      }
      case HELD -> {
        if (glock.demoteWanted != null) {
          demotion.begin(glock);
        } else if (first != null && glock.holderCount() == 0) {
          convert(glock, first);
        }
      }
      case UNLOCKED -> {
        if (first != null) {
          request(glock, first);
        } else {
          table.forgetIfUnused(glock);
        }
      }
      case REQUESTING, SYNCING, HELD_BACK -> {}
    }
  }

  /** Admits waiters in order, as far as the first that may not be: {@code do_promote}. */
  private void promote(Glock glock) {
    LocalWaiter first = glock.findFirstWaiter();
    while (first != null && glock.mayGrant(first.mode, first.flags)) {
      glock.dequeue(first);
      first.admit(glock.admit(this, first.mode, first.flags));
      first = glock.findFirstWaiter();
    }
  }

  /**
   * SH keeps what is cached while EX is asked for; DF may cache nothing, so SH goes to it by way of
   * UN.
   */
  private void convert(Glock glock, LocalWaiter first) {
    if (glock.held == LockMode.SH && first.mode == LockMode.DF) {
      glock.demoteWanted = LockMode.UN;
      demotion.proceed(glock);
    } else {
      request(glock, first);
    }
  }

  private void request(Glock glock, LocalWaiter first) {
    glock.become(GlockState.REQUESTING, "acquire");
    table.countRequest();
    glock.requestedFor = first;
    send(glock, first);
  }

  private void send(Glock glock, LocalWaiter first) {
    glock.requestId = ++requests;
    sender.send(
        new NodeMessage.Acquire(
            glock.requestId, glock.name, first.mode, first.flags, lockDelayMillis, first.trace));
  }

  /**
   * The lock-manager was restarted: tells it what is held of the glock.
   *
   * <p>Is there a problem if a glock is reasserted whose conversion to another shared mode is under
   * way? Yes: it may have been granted, and others with it, before the lock-manager died. What both
   * modes allow is nothing, so nothing is held.
   */
  void reassert(Glock glock) {
    dropIfConverting(glock);
    if (glock.held != LockMode.UN) {
      sender.send(
          new NodeMessage.Reassert(
              glock.name,
              glock.held,
              glock.grantNumber,
              glock.lockValue,
              glock.lockValueValid,
              lockDelayMillis));
    }
  }

  /** A conversion that leaves nothing in common with what is held: nothing is held any more. */
  private void dropIfConverting(Glock glock) {
    LocalWaiter asker = glock.requestedFor;
    if (asker != null && glock.held != LockMode.UN && !asker.mode.covers(glock.held)) {
      demotion.invalidate(glock);
      glock.held = LockMode.UN;
      table.countUnlocked();
    }
  }

  /**
   * The request that is under way was lost with its lock-manager: sends it again, under a new id.
   *
   * @return false when nobody waits for it any more
   */
  boolean askAgain(Glock glock) {
    LocalWaiter asker = glock.requestedFor;
    if (asker == null || (asker.holder.isDone() && !glock.hasWaiters())) {
      return false;
    }
    send(glock, asker);
    return true;
  }

  /** A waiter's patience is over. */
  void giveUp(Glock glock, LocalWaiter waiter) {
    if (waiter.holder.isDone()) {
      return;
    }
    glock.dequeue(waiter);
    waiter.fail(
        new GlockException(
            GlockException.Reason.CANCELLED,
            "glock " + glock.name + " " + waiter.mode + " was not granted in time"));
    if (glock.requestedFor == waiter && !glock.hasWaiters()) {
      sender.send(new NodeMessage.Cancel(glock.requestId));
    }
    run(glock);
  }

  /** Nobody may wait for that glock any more. */
  void failWaiters(Glock glock) {
    List<LocalWaiter> waiters = glock.waiters();
    for (LocalWaiter waiter : waiters) {
      glock.dequeue(waiter);
      waiter.fail(withdrawn(glock.name));
    }
    if (!waiters.isEmpty() && glock.requestId != 0) {
      sender.send(new NodeMessage.Cancel(glock.requestId));
    }
  }

  /**
   * The first half of an answer, {@code finish_xmote}: what is held now, and how the asker fares.
   */
  void settle(Glock glock, Answer answer) {
    if (glock.requestId != answer.requestId() || answer.requestId() == 0) {
      throw new InvariantViolation("rule 11: no request is under way for " + answer);
    }
    LocalWaiter asker = glock.requestedFor;
    noRequest(glock);
    if (answer.outcome() == LockOutcome.GRANTED) {
      granted(glock, answer);
      return;
    }
    refused(glock);
    if (answer.outcome() == LockOutcome.DEADLOCK && glock.held != LockMode.UN) {
      glock.demoteWanted = LockMode.UN;
    }
    if (asker == null || asker.holder.isDone()) {
      return;
    }
    if (answer.outcome() == LockOutcome.TRY_FAILED) {
      glock.dequeue(asker);
      asker.fail(tryFailed(glock));
    } else if (answer.outcome() == LockOutcome.REFUSED) {
      glock.dequeue(asker);
      asker.fail(
          new GlockException(
              GlockException.Reason.REFUSED, "glock " + glock.name + ": " + answer.reason()));
    }
  }

  /** The glock's request is over. */
  void noRequest(Glock glock) {
    glock.requestId = 0;
    glock.requestedFor = null;
    table.countOutcome();
  }

  /** The second half: serves who can be served now. */
  void continueAfter(Glock glock, LockOutcome outcome) {
    if (outcome == LockOutcome.DEADLOCK) {
      // Another node waits for this, and has waited longer: no hold time.
      demotion.proceed(glock);
    }
    run(glock);
  }

  private void granted(Glock glock, Answer answer) {
    if (answer.mode() == LockMode.UN || answer.grantNumber() <= glock.grantNumber) {
      throw new InvariantViolation(
          "grant of "
              + glock.name
              + " "
              + answer.mode()
              + " with number "
              + answer.grantNumber()
              + " after "
              + glock.grantNumber);
    }
    if (glock.held == LockMode.UN) {
      table.countHeld();
    }
    glock.held = answer.mode();
    glock.grantNumber = answer.grantNumber();
    glock.heldSinceNanos = owner.nowNanos();
    glock.lockValue = answer.lockValue();
    glock.lockValueValid = answer.lockValueValid();
    // What was wanted of the old grant means nothing for the new one: the lock-manager asks again.
    glock.demoteWanted = null;
    glock.become(GlockState.HELD, "granted");
  }

  /** The request is over, and what is held is what was held before. */
  void refused(Glock glock) {
    boolean unlocked = glock.held == LockMode.UN;
    glock.become(unlocked ? GlockState.UNLOCKED : GlockState.HELD, "not granted");
  }

  static GlockException withdrawn(GlockName name) {
    return new GlockException(
        GlockException.Reason.WITHDRAWN,
        "glock " + name + ": the node withdraws or has no session");
  }

  static GlockException tryFailed(Glock glock) {
    return new GlockException(
        GlockException.Reason.TRY_FAILED, "glock " + glock.name + " is in use");
  }
}
