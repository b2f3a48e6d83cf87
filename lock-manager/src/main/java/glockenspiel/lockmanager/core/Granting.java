package glockenspiel.lockmanager.core;

import glockenspiel.protocol.lock.GlockName;
import glockenspiel.protocol.lock.LockFlags;
import glockenspiel.protocol.lock.LockManagerMessage.Answer;
import glockenspiel.protocol.lock.LockMode;
import glockenspiel.protocol.lock.LockOutcome;
import glockenspiel.protocol.lock.NodeMessage.Acquire;
import glockenspiel.protocol.lock.NodeMessage.Cancel;
import glockenspiel.protocol.lock.NodeMessage.Lower;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Collections;
import java.util.LinkedHashSet;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** Who gets which glock of a lockspace, who waits, and who is asked to lower. */
final class Granting {
  private final LockTable table;
  private final RecoveryGate gate;
  private final Demoting demoting;
  private final Outbox outbox;
  private final GrantNumbers grantNumbers;
  private final Admission admission;
  private final LockWatches watches;

  private final Spares<Hold> spareHolds = new Spares<>();

  /** Glocks that somebody waits for, in the order in which they came to that. */
  private final Set<Glock> contended = new LinkedHashSet<>();

  Granting(
      LockTable table,
      RecoveryGate gate,
      Demoting demoting,
      Outbox outbox,
      GrantNumbers grantNumbers,
      Admission admission,
      LockWatches watches) {
    this.table = table;
    this.gate = gate;
    this.demoting = demoting;
    this.outbox = outbox;
    this.grantNumbers = grantNumbers;
    this.admission = admission;
    this.watches = watches;
  }

  /** Glocks that somebody waits for. */
  Collection<Glock> contended() {
    return Collections.unmodifiableCollection(contended);
  }

  /** Answers the request, or lets it wait. */
  void acquire(Session session, Acquire acquire) {
    AcquireContract.check(session, acquire);
    session.newestRequestId = acquire.requestId();
    Glock glock = table.obtain(acquire.glock());
    try {
      ContractBreach.require(
          session.waitingRequest(glock) == null,
          () -> "acquire: a request for " + glock.name() + " waits already");
      if (session.isWithdrawing() && RecoveryGate.concerns(acquire)) {
        // Rules 2 and 8: a node that withdraws gets no I/O glock any more, so there is nothing to
        // wait for.
        answer(session, acquire, isTry(acquire) ? LockOutcome.TRY_FAILED : LockOutcome.CANCELLED);
        return;
      }
      Hold own = glock.holdOf(session);
      String refusal = admission.refusal(session, own, acquire);
      if (refusal != null) {
        refuse(session, acquire, refusal);
        return;
      }
      LockMode mode = gate.holdsBack(acquire) ? null : mayGrantNow(glock, own, acquire);
      if (mode != null) {
        grant(session, glock, own, acquire, mode);
        // A conversion may leave room for others; a new holder may stand in the first waiter's way.
        serve(glock);
      } else if (isTry(acquire)) {
        failTry(session, glock, acquire);
      } else if (Compatibility.isDeadlock(session, glock, own, acquire)) {
        answer(session, acquire, LockOutcome.DEADLOCK);
      } else {
        enqueue(session, glock, own, acquire);
      }
    } finally {
      table.removeIfUnused(glock);
    }
  }

  private static boolean isTry(Acquire acquire) {
    return LockFlags.isTry(acquire.flags());
  }

  /**
   * The mode in which the request may be granted without waiting; null when it may not. The gate is
   * asked before.
   *
   * <p>Is there a problem if a request that goes with all holders is granted at once? Yes: shared
   * requests that keep coming would starve an exclusive one that waits (rule 12). So it goes behind
   * those that wait before it.
   */
  private @Nullable LockMode mayGrantNow(Glock glock, @Nullable Hold own, Acquire acquire) {
    LockMode mode = Compatibility.mode(glock, own, acquire);
    GrantQueue waiting = glock.waiting();
    if (mode == null || waiting == null || (own != null && own.mode.covers(mode))) {
      return mode;
    }
    Request.Rank rank = Request.rankOf(own, acquire);
    if (!waiting.goesFirst(rank, isHeldByGate(glock))) {
      return null;
    }
    if (rank == Request.Rank.PRIORITY) {
      waiting.countOvertaken();
    }
    return mode;
  }

  private boolean isHeldByGate(Glock glock) {
    return gate.isClosed() && glock.type().isIo();
  }

  private void grant(
      Session session, Glock glock, @Nullable Hold own, Acquire acquire, LockMode mode) {
    gate.requireLetsThrough(acquire);
    long grantNumber = grantNumbers.next();
    if (own == null) {
      Hold hold = Hold.of(spareHolds.take(), session, glock, mode, grantNumber);
      hold.lockDelayMillis = acquire.lockDelayMillis();
      glock.add(hold);
      session.holdsLike(glock).add(hold);
    } else {
      glock.convert(own, mode);
      own.grantNumber = grantNumber;
      own.lockDelayMillis = acquire.lockDelayMillis();
      own.demoteWanted = null;
    }
    noteOwnJournal(session, acquire.glock(), mode);
    watches.note(glock);
    outbox.send(
        session,
        new Answer(
            acquire.requestId(),
            acquire.glock(),
            LockOutcome.GRANTED,
            mode,
            grantNumber,
            glock.lockValue(),
            glock.lockValueValid()));
  }

  /**
   * From here on the journal is dirty for all that the lock-manager knows, until the node leaves in
   * order.
   */
  private static void noteOwnJournal(Session session, GlockName name, LockMode mode) {
    if (mode == LockMode.EX
        && session.journal.is(JournalUse.NONE)
        && session.state.is(SessionState.MEMBER)
        && !session.isSpectator()
        && name.equals(GlockName.journal(session.slot))) {
      session.journal.become(JournalUse.OWNED, "journal glock granted");
    }
  }

  private void failTry(Session session, Glock glock, Acquire acquire) {
    // A closed gate is nobody's fault: no holder is disturbed for what could not be granted anyway.
    if (LockFlags.has(acquire.flags(), LockFlags.TRY_1CB) && !gate.holdsBack(acquire)) {
      demoting.demoteForTry(session, glock, acquire);
    }
    answer(session, acquire, LockOutcome.TRY_FAILED);
  }

  private void answer(Session session, Acquire acquire, LockOutcome outcome) {
    outbox.send(
        session,
        new Answer(acquire.requestId(), acquire.glock(), outcome, LockMode.UN, 0, null, true));
  }

  private void refuse(Session session, Acquire acquire, String reason) {
    outbox.send(
        session,
        new Answer(
            acquire.requestId(),
            acquire.glock(),
            LockOutcome.REFUSED,
            LockMode.UN,
            0,
            null,
            true,
            reason));
  }

  private void enqueue(Session session, Glock glock, @Nullable Hold own, Acquire acquire) {
    String refusal = admission.refusalToWait(session);
    if (refusal != null) {
      refuse(session, acquire, refusal);
      return;
    }
    Request request =
        new Request(session, glock, acquire, Request.rankOf(own, acquire), outbox.nowNanos());
    GrantQueue queue = glock.obtainQueue();
    glock.obtainContention().begin(queue.isEmpty(), outbox.nowNanos());
    queue.add(request);
    watches.note(glock);
    session.addWaiting(request);
    contended.add(glock);
    if (gate.isInGrace()) {
      return;
    }
    Request first = queue.findFirstWaiter(isHeldByGate(glock));
    if (first != null) {
      demoteHolders(glock, first);
    }
  }

  /** Lowers a hold. What waited for that is served. */
  void lower(Session session, Lower lower) {
    Glock glock = table.find(lower.glock());
    Hold hold = glock == null ? null : glock.holdOf(session);
    if (glock == null || hold == null) {
      throw new ContractBreach("lower: the session does not hold " + lower.glock());
    }
    ContractBreach.require(
        session.waitingRequest(glock) == null,
        () ->
            "lower: a request for "
                + glock.name()
                + " waits; cancel it or wait for its answer first");
    ContractBreach.require(
        lower.mode() == LockMode.UN || (hold.mode == LockMode.EX && lower.mode() != LockMode.EX),
        () ->
            "lower: "
                + glock.name()
                + " is held "
                + hold.mode
                + ", which "
                + lower.mode()
                + " is not below");
    if (lower.lockValue() != null) {
      ContractBreach.require(
          hold.mode == LockMode.EX, () -> "lower: only who holds EX may change the lock value");
      admission.checkValue(lower.lockValue());
      glock.setLockValue(lower.lockValue());
    }
    if (lower.mode() == LockMode.UN) {
      remove(hold);
    } else {
      glock.convert(hold, lower.mode());
      if (hold.demoteWanted == lower.mode()) {
        hold.demoteWanted = null;
      }
      watches.note(glock);
    }
    serve(glock);
    table.removeIfUnused(glock);
  }

  private void remove(Hold hold) {
    watches.note(hold.glock);
    hold.glock.remove(hold);
    hold.session.holdsLike(hold.glock).remove(hold);
    hold.giveUp();
    spareHolds.giveBack(hold);
  }

  /** Takes a waiting request back; one that has ended already stays as it is (rule 11). */
  void cancel(Session session, Cancel cancel) {
    ContractBreach.require(
        Long.compareUnsigned(cancel.requestId(), session.newestRequestId) <= 0,
        () -> "cancel: there is no request " + Long.toUnsignedString(cancel.requestId()));
    Request request = session.waitingRequest(cancel.requestId());
    if (request != null) {
      end(request, LockOutcome.CANCELLED);
      serve(request.glock);
      table.removeIfUnused(request.glock);
    }
  }

  /**
   * Ends all waiting requests of the session that a node that withdraws may not be granted any
   * more.
   */
  void cancelGatedRequests(Session session) {
    for (Request request : session.waitingRequests()) {
      if (RecoveryGate.concerns(request.acquire)) {
        end(request, LockOutcome.CANCELLED);
        serve(request.glock);
        table.removeIfUnused(request.glock);
      }
    }
  }

  /**
   * Takes all waiting requests of a session away. The node knows how they ended, or is told when it
   * is still there to be told.
   */
  Set<Glock> forgetRequests(Session session, boolean tell) {
    Set<Glock> changed = new LinkedHashSet<>();
    for (Request request : session.waitingRequests()) {
      if (tell) {
        end(request, LockOutcome.CANCELLED);
      } else {
        dequeue(request);
      }
      changed.add(request.glock);
    }
    return changed;
  }

  private void end(Request request, LockOutcome outcome) {
    dequeue(request);
    answer(request.session, request.acquire, outcome);
  }

  private void dequeue(Request request) {
    request.end();
    request.session.removeWaiting(request);
    GrantQueue queue = request.glock.obtainQueue();
    queue.remove(request);
    request.glock.obtainContention().end(request.sinceNanos, queue.isEmpty(), outbox.nowNanos());
    outbox.tally().countWait(outbox.nowNanos() - request.sinceNanos);
    watches.note(request.glock);
    if (queue.isEmpty()) {
      contended.remove(request.glock);
      request.glock.forgetExtraIfEmpty();
    }
  }

  /**
   * Drops holds of a session that is gone. Whoever waited for them is served later, by {@link
   * #serveAll}.
   *
   * @param changed takes the glocks that somebody waits for
   */
  void drop(HoldRing holds, Collection<Glock> changed) {
    for (Hold hold = holds.first(); hold != null; hold = holds.first()) {
      drop(hold, changed);
    }
  }

  /** As above, for one hold. */
  void drop(Hold hold, Collection<Glock> changed) {
    Glock glock = hold.glock;
    if (hold.mode == LockMode.EX) {
      glock.invalidateLockValue();
    }
    remove(hold);
    if (glock.waiting() != null) {
      changed.add(glock);
    }
    table.removeIfUnused(glock);
  }

  /** Serves those who wait for these glocks. */
  void serveAll(Collection<Glock> changed) {
    for (Glock glock : new ArrayList<>(changed)) {
      serve(glock);
      table.removeIfUnused(glock);
    }
  }

  /** Grants what can be granted, in order; asks for what the first that must still wait needs. */
  private void serve(Glock glock) {
    if (gate.isInGrace()) {
      return;
    }
    for (GrantQueue waiting = glock.waiting(); waiting != null; waiting = glock.waiting()) {
      Request first = waiting.findFirstWaiter(isHeldByGate(glock));
      if (first == null) {
        return;
      }
      Hold own = glock.holdOf(first.session);
      LockMode mode = Compatibility.mode(glock, own, first.acquire);
      if (mode == null) {
        demoteHolders(glock, first);
        return;
      }
      dequeue(first);
      grant(first.session, glock, own, first.acquire, mode);
    }
  }

  /** Asks those in the first waiter's way to lower. */
  private void demoteHolders(Glock glock, Request first) {
    for (Request conversion : demoting.demoteForWaiter(glock, first)) {
      end(conversion, LockOutcome.DEADLOCK);
    }
  }
}
