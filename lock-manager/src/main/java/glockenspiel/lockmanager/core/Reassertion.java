package glockenspiel.lockmanager.core;

import glockenspiel.protocol.lock.GlockName;
import glockenspiel.protocol.lock.GlockType;
import glockenspiel.protocol.lock.Hello;
import glockenspiel.protocol.lock.LockMode;
import glockenspiel.protocol.lock.LockValue;
import glockenspiel.protocol.lock.NodeMessage.Reassert;
import glockenspiel.protocol.lock.NodeMessage.ReassertDone;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * How the members of a lock-manager that has died come back to its successor, in one lockspace. The
 * story, with its questions, stands in {@code docs/protocols/locks.md}.
 *
 * <p>Is there a problem if the slot of a node that does not fit is given to whoever came first?
 * Yes: of two nodes that claim one journal, one has been given up before, and nobody here knows
 * which. So neither stays, and the journal is seen to.
 */
final class Reassertion {
  private final Lockspace lockspace;
  private final SessionRoster roster;
  private final SessionDirectory directory;
  private final LockTable table;
  private final RecoveryGate gate;
  private final Recovery recovery;
  private final GrantNumbers grantNumbers;
  private final Outbox outbox;

  Reassertion(
      Lockspace lockspace,
      SessionRoster roster,
      SessionDirectory directory,
      LockTable table,
      RecoveryGate gate,
      Recovery recovery,
      GrantNumbers grantNumbers,
      Outbox outbox) {
    this.lockspace = lockspace;
    this.roster = roster;
    this.directory = directory;
    this.table = table;
    this.gate = gate;
    this.recovery = recovery;
    this.grantNumbers = grantNumbers;
    this.outbox = outbox;
  }

  /** A member of the lock-manager before wants to go on. Only during the grace period. */
  void open(long streamId, Hello hello) {
    if (hello.isWithoutSlot() != (hello.slot() < 0)) {
      outbox.close(
          streamId,
          CloseCause.NOT_A_MEMBER,
          "slot " + hello.slot() + " of no such node to reassert");
      return;
    }
    Session present = roster.findByName(hello.nodeName());
    if (present != null && present.continues(hello)) {
      openAgain(present, streamId);
      return;
    }
    Session rival =
        present == null && !hello.isWithoutSlot() ? roster.findBySlot(hello.slot()) : present;
    if (rival != null) {
      String reason = hello.nodeName() + " claims name or slot of " + rival.nodeName + ", too";
      recovery.lose(rival, CloseCause.NOT_A_MEMBER, reason);
      outbox.close(streamId, CloseCause.NOT_A_MEMBER, reason);
      return;
    }
    gate.raiseGeneration(hello.generation());
    Session session =
        new Session(
            lockspace, directory.nextId(), hello, hello.slot(), lockspace.unacknowledgedMax());
    lockspace.admit(session, streamId);
    outbox.tell(
        lockspace, new Notice.SessionReasserting(session.id, session.nodeName, session.slot));
    outbox.emit(new Effect.SetTimer(session.leaseEndsNanos, session.id));
    lockspace.welcome(session, streamId);
  }

  /**
   * The same hello again: its welcome was lost, or the hello itself was only late.
   *
   * <p>Is there a problem if a late one takes the stream? Yes, once the node has spoken: it waits
   * for nothing on that stream, and has closed it.
   */
  private void openAgain(Session session, long streamId) {
    if (session.log.received() > 0) {
      outbox.close(
          streamId, CloseCause.SUPERSEDED, "session " + session.id + " has come after this hello");
      return;
    }
    Long oldStream = directory.detach(session);
    if (oldStream != null) {
      outbox.close(
          oldStream, CloseCause.SUPERSEDED, "session " + session.id + " has a newer stream");
    }
    directory.attach(session, streamId);
    session.log.resume(0);
    lockspace.renewLease(session);
    lockspace.welcome(session, streamId);
    outbox.touch(session);
  }

  /** The node holds this. */
  void reassert(Session session, Reassert reassert) {
    ContractBreach.require(
        session.state.is(SessionState.REASSERTING),
        () -> "reassert: the session has nothing to reassert, or has done so");
    AcquireContract.check(session, reassert);
    GlockName name = reassert.glock();
    Glock present = table.find(name);
    if (present != null) {
      ContractBreach.require(
          present.holdOf(session) == null, () -> "reassert: " + name + " was reasserted before");
      if (!present.othersAllow(null, reassert.mode())) {
        resolve(present, session, reassert);
      }
    }
    Glock glock = table.obtain(name);
    Hold hold = Hold.of(null, session, glock, reassert.mode(), reassert.grantNumber());
    hold.lockDelayMillis = reassert.lockDelayMillis();
    glock.add(hold);
    session.holdsLike(glock).add(hold);
    grantNumbers.atLeast(reassert.grantNumber());
    takeValue(glock, reassert);
    if (reassert.mode() == LockMode.EX
        && !session.isSpectator()
        && name.equals(GlockName.journal(session.slot))) {
      session.journal.become(JournalUse.OWNED, "journal glock reasserted");
    }
  }

  /**
   * Two nodes hold what does not go together: one has been given up before and has not heard of it.
   * Of a journal glock that is the owner, since another one had it to replay the journal. Of any
   * other, there is no telling, and the one that comes later goes.
   */
  private void resolve(Glock glock, Session session, Reassert reassert) {
    Session owner = ownerAmongHolders(glock);
    if (owner == null) {
      throw new ContractBreach(
          "reassert: "
              + reassert.mode()
              + " of "
              + glock.name()
              + " does not go with "
              + glock.heldMode()
              + " that another node has reasserted");
    }
    recovery.lose(
        owner,
        CloseCause.NOT_A_MEMBER,
        session.nodeName + " has the journal glock of slot " + owner.slot + " to replay it");
  }

  private static @Nullable Session ownerAmongHolders(Glock glock) {
    Hold hold = glock.firstHolder();
    return hold != null && glock.type() == GlockType.JOURNAL && glock.number() == hold.session.slot
        ? hold.session
        : null;
  }

  /**
   * All that hold a glock know the same value: who could have changed it has had EX since, and then
   * nobody else holds it.
   */
  private static void takeValue(Glock glock, Reassert reassert) {
    LockValue value = reassert.lockValue();
    if (value != null && glock.lockValue() == null) {
      glock.setLockValue(value);
      if (!reassert.lockValueValid()) {
        glock.invalidateLockValue();
      }
    }
  }

  /** The node holds nothing else. */
  void done(Session session, ReassertDone done) {
    ContractBreach.require(
        session.state.is(SessionState.REASSERTING),
        () -> "reassert_done: the session has nothing to reassert, or has done so");
    session.state.become(
        done.withdrawing() ? SessionState.WITHDRAWING : SessionState.MEMBER, "reasserted");
    outbox.tell(
        lockspace,
        new Notice.SessionReasserted(
            session.id, session.nodeName, session.slot, session.holdCount()));
  }

  /**
   * One lease has passed since the lock-manager began. Who has not come back uses nothing any more,
   * and that includes those that have come and not finished: their leases are still the old ones.
   */
  void endGrace() {
    for (Session session : List.copyOf(roster.members())) {
      if (session.state.is(SessionState.REASSERTING)) {
        recovery.lose(
            session, CloseCause.LEASE_ENDED, "did not reassert all before the grace period ended");
      }
    }
    gate.endGrace();
    outbox.tell(lockspace, new Notice.GraceEnded(roster.members().size()));
    recovery.checkAllJournals();
  }
}
