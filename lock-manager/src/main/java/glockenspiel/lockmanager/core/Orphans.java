package glockenspiel.lockmanager.core;

import glockenspiel.lockmanager.core.RecoveryGate.PendingJournal;
import java.util.LinkedHashSet;
import java.util.Set;

/** What sessions that are gone leave behind, and for how long. */
final class Orphans {
  private final Lockspace lockspace;
  private final SessionRoster roster;
  private final SessionDirectory directory;
  private final LockTable table;
  private final RecoveryGate gate;
  private final Granting granting;
  private final Outbox outbox;
  private final LockDelays lockDelays;

  Orphans(
      Lockspace lockspace,
      SessionRoster roster,
      SessionDirectory directory,
      LockTable table,
      RecoveryGate gate,
      Granting granting,
      Outbox outbox) {
    this.lockspace = lockspace;
    this.roster = roster;
    this.directory = directory;
    this.table = table;
    this.gate = gate;
    this.granting = granting;
    this.outbox = outbox;
    this.lockDelays = new LockDelays(directory, granting, outbox);
  }

  /**
   * Drops what a session that is gone has held: all of it, unless its journal waits for replay or
   * its lease has not ended. Then what the journal may still overwrite, or what was done under it,
   * stays as orphans; only what recovery itself may need is dropped at once.
   *
   * <p>Is there a problem if an evicted node's locks are free as soon as its journal is clean? Yes:
   * a node that is cut off has not heard of its end. It cannot write any more, but until its lease
   * ends it reads what it has cached, beside a node that changes it (rule 1).
   */
  void leaveBehind(Session session, Set<Glock> changed) {
    granting.drop(session.coordinationHolds, changed);
    if (session.holdCount() == 0) {
      return;
    }
    lockspace.watches().noteAll(session.protectedHolds);
    if (lockspace.isNamespace() && session.state.is(SessionState.LOST)) {
      lockDelays.begin(session, changed);
      return;
    }
    if (session.state.is(SessionState.LOST) && session.leaseEndsNanos - outbox.nowNanos() > 0) {
      directory.addLingering(session);
    }
    if (session.holdCount() == 0) {
      return;
    }
    PendingJournal pending =
        session.journal.is(JournalUse.PENDING) ? gate.find(session.slot) : null;
    if (pending != null) {
      pending.orphanOwners.add(session);
    } else {
      drop(session, changed);
    }
  }

  /** The journal is clean. Returns how many went. */
  int drop(Session owner, Set<Glock> changed) {
    if (directory.findLingering(owner.id) != null) {
      return 0;
    }
    int dropped = owner.protectedHolds.size();
    granting.drop(owner.protectedHolds, changed);
    return dropped;
  }

  /** The lease of a session that was given up before has ended, or not yet. */
  void check(Session session) {
    if (lockspace.isNamespace()) {
      lockDelays.check(session);
      forgetLockValues();
      return;
    }
    if (session.leaseEndsNanos - outbox.nowNanos() > 0) {
      outbox.emit(new Effect.SetTimer(session.leaseEndsNanos, session.id));
      return;
    }
    directory.removeLingering(session);
    PendingJournal pending = session.slot < 0 ? null : gate.find(session.slot);
    if (pending == null || !pending.orphanOwners.contains(session)) {
      Set<Glock> changed = new LinkedHashSet<>();
      drop(session, changed);
      granting.serveAll(changed);
    }
    forgetLockValues();
  }

  /** With nobody left who could know a lock value, the next one begins anew. */
  void forgetLockValues() {
    if (roster.isEmpty()
        && !gate.hasPendingJournals()
        && directory.lingering().stream().noneMatch(lost -> lost.lockspace == lockspace)) {
      table.clear();
    }
  }
}
