package glockenspiel.lockmanager.core;

import static glockenspiel.runtime.state.InvariantViolation.require;

import java.util.LinkedHashSet;
import java.util.Set;

/**
 * Checks a whole lockspace: every list against the others, the rules, and that nobody waits who
 * need not.
 */
final class Validation {
  private final Lockspace lockspace;
  private final Set<Glock> contended = new LinkedHashSet<>();
  private int glockCount;
  private long holdCount;

  private Validation(Lockspace lockspace) {
    this.lockspace = lockspace;
  }

  static void validate(Lockspace lockspace) {
    Validation validation = new Validation(lockspace);
    lockspace.table().forEach(validation::checkGlock);
    require(
        validation.glockCount == lockspace.table().size(),
        lockspace.name()
            + ": the table says "
            + lockspace.table().size()
            + " glocks, but has "
            + validation.glockCount);
    require(
        validation.contended.equals(new LinkedHashSet<>(lockspace.granting().contended())),
        lockspace.name() + ": the contended glocks are others than those with waiters");
    validation.checkSessions();
  }

  private void checkGlock(Glock glock) {
    glockCount++;
    require(
        lockspace.table().find(glock.name()) == glock, glock.name() + " is not where it is found");
    require(!glock.isUnused(), glock.name() + " is unused and still in the table");
    int holders = 0;
    for (Hold hold = glock.firstHolder(); hold != null; hold = glock.holderAfter(hold)) {
      holders++;
      require(glock.holdOf(hold.session) == hold, glock.name() + ": a holder is not found");
      require(hold.mode == glock.heldMode(), glock.name() + ": rule 1: holders of two modes");
      require(
          hold.session.isPresent() || isOrphanOwner(hold.session),
          glock.name() + ": the orphan of session " + hold.session.id + " waits for nothing");
    }
    holdCount += holders;
    require(holders == glock.holderCount(), glock.name() + ": wrong holder count");
    require(
        holders < 2 || glock.heldMode().compatible(glock.heldMode()),
        glock.name() + ": rule 1: " + holders + " holders of " + glock.heldMode());
    GrantQueue waiting = glock.waiting();
    if (waiting != null) {
      contended.add(glock);
      checkWaiting(glock, waiting);
    }
  }

  private boolean isOrphanOwner(Session session) {
    return orphanOwners().contains(session);
  }

  private Set<Session> orphanOwners() {
    Set<Session> owners = new LinkedHashSet<>();
    for (RecoveryGate.PendingJournal pending : lockspace.gate().pendingJournals()) {
      owners.addAll(pending.orphanOwners);
    }
    for (Session session : lockspace.directory().lingering()) {
      if (session.lockspace == lockspace) {
        owners.add(session);
      }
    }
    return owners;
  }

  private void checkWaiting(Glock glock, GrantQueue waiting) {
    int count = 0;
    for (Request request = waiting.head(); request != null; request = request.next) {
      count++;
      require(
          request.session.waitingRequest(glock) == request,
          glock.name() + ": a waiter is not its session's");
      require(request.session.isPresent(), glock.name() + ": a session waits that is gone");
      require(
          request.rank.isConversion() == (glock.holdOf(request.session) != null),
          glock.name() + ": a waiter has a wrong rank");
    }
    require(count == waiting.size(), glock.name() + ": wrong waiter count");
    Request first = waiting.findFirstWaiter(lockspace.gate().isClosed() && glock.type().isIo());
    if (first != null && !lockspace.gate().isInGrace()) {
      // Rule 12: the first waiter waits for somebody who has been asked, or for an orphan.
      Hold own = glock.holdOf(first.session);
      require(
          !glock.othersAllow(own, first.acquire.mode()),
          glock.name() + ": the first waiter could be granted");
      for (Hold hold = glock.firstHolder(); hold != null; hold = glock.holderAfter(hold)) {
        require(
            hold == own || hold.isOrphan() || hold.demoteWanted != null,
            glock.name() + ": session " + hold.session.id + " was not asked to lower");
      }
    }
  }

  private void checkSessions() {
    long held = 0;
    for (Session session : lockspace.roster().members()) {
      require(
          session.isPresent(),
          "session " + session.id + " is a member and " + session.state.state());
      held += session.holdCount();
      require(
          !session.journal.is(JournalUse.PENDING) || lockspace.gate().isPending(session.slot),
          "session " + session.id + ": its journal is pending, but not at the gate");
    }
    for (Session owner : orphanOwners()) {
      require(!owner.isPresent(), "session " + owner.id + " is present and has orphans");
      held += owner.holdCount();
    }
    require(held == holdCount, "sessions hold " + held + " glocks, glocks have " + holdCount);
    require(
        lockspace.gate().isClosed() != lockspace.gate().status().isOpen(),
        "the gate and its status differ");
  }
}
