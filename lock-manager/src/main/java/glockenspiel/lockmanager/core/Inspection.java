package glockenspiel.lockmanager.core;

import glockenspiel.lockmanager.core.RecoveryGate.PendingJournal;
import glockenspiel.protocol.lock.GlockName;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;

/** Pictures of a lockspace for operators. Reads only. */
final class Inspection {
  private Inspection() {}

  static boolean isInUse(Lockspace lockspace) {
    return !lockspace.roster().isEmpty()
        || lockspace.table().size() > 0
        || lockspace.gate().hasPendingJournals()
        || lockspace.gate().isInGrace()
        || !lockspace.watches().isEmpty();
  }

  static LockTotals totals(Collection<Lockspace> lockspaces, LockTally tally) {
    int closedGates = 0;
    int inGrace = 0;
    int sessions = 0;
    long locks = 0;
    long contended = 0;
    long unacknowledged = 0;
    for (Lockspace lockspace : lockspaces) {
      closedGates += lockspace.gate().isClosed() ? 1 : 0;
      inGrace += lockspace.gate().isInGrace() ? 1 : 0;
      sessions += lockspace.roster().members().size();
      locks += lockspace.table().size();
      contended += lockspace.granting().contended().size();
      for (Session session : lockspace.roster().members()) {
        unacknowledged += session.log.unacknowledgedCount();
      }
    }
    return new LockTotals(
        tally.counts(),
        lockspaces.size(),
        closedGates,
        inGrace,
        sessions,
        locks,
        contended,
        unacknowledged);
  }

  static LockspaceInfo lockspace(Lockspace lockspace) {
    int gated = 0;
    for (Glock glock : lockspace.granting().contended()) {
      GrantQueue waiting = glock.waiting();
      for (Request request = waiting == null ? null : waiting.head();
          request != null;
          request = request.next) {
        gated += lockspace.gate().holdsBack(request.acquire) ? 1 : 0;
      }
    }
    return new LockspaceInfo(
        lockspace.name(),
        lockspace.isNamespace(),
        lockspace.gate().isInGrace(),
        lockspace.gate().status(),
        lockspace.gate().closedSinceNanos(),
        pending(lockspace),
        gated,
        lockspace.roster().members().size(),
        lockspace.table().size(),
        lockspace.granting().contended().size());
  }

  private static List<LockspaceInfo.Pending> pending(Lockspace lockspace) {
    RecoveryGate gate = lockspace.gate();
    List<LockspaceInfo.Pending> pending = new ArrayList<>();
    if (gate.isFirstMountPending()) {
      Session firstMounter = lockspace.recovery().firstMounter();
      pending.add(
          new LockspaceInfo.Pending(
              -1,
              firstMounter == null ? "" : firstMounter.nodeName,
              gate.isInGrace()
                  ? "the lock-manager was started a moment ago, and waits for the members of before"
                  : "no node has seen to every journal yet",
              gate.firstMountSinceNanos(),
              firstMounter == null ? List.of() : List.of(firstMounter.nodeName)));
    }
    for (PendingJournal journal : gate.pendingJournals()) {
      List<String> helpers = new ArrayList<>();
      for (Session member : lockspace.roster().members()) {
        if (member.canRecover()) {
          helpers.add(member.nodeName);
        }
      }
      pending.add(
          new LockspaceInfo.Pending(
              journal.jid, journal.nodeName, journal.reason, journal.sinceNanos, helpers));
    }
    return List.copyOf(pending);
  }

  static List<SessionInfo> sessions(Lockspace lockspace) {
    List<SessionInfo> sessions = new ArrayList<>();
    for (Session session : lockspace.roster().members()) {
      sessions.add(
          new SessionInfo(
              session.id,
              session.nodeName,
              session.slot,
              session.state.state(),
              session.streamId != null,
              session.journal.state(),
              session == lockspace.recovery().firstMounter(),
              session.leaseEndsNanos,
              session.holdCount(),
              session.waitingCount(),
              session.log.unacknowledgedCount()));
    }
    return List.copyOf(sessions);
  }

  static LockInfo lock(Lockspace lockspace, GlockName name) {
    Glock glock = lockspace.table().find(name);
    return picture(lockspace, glock == null ? Glock.of(null, name) : glock);
  }

  static LockInfo picture(Lockspace lockspace, Glock glock) {
    List<LockInfo.Holder> holders = new ArrayList<>();
    for (Hold hold = glock.firstHolder(); hold != null; hold = glock.holderAfter(hold)) {
      holders.add(
          new LockInfo.Holder(
              hold.session.id,
              hold.session.nodeName,
              hold.mode,
              hold.grantNumber,
              hold.demoteWanted,
              hold.isOrphan(),
              hold.lockDelayMillis));
    }
    List<LockInfo.Waiter> waiters = new ArrayList<>();
    GrantQueue waiting = glock.waiting();
    for (Request request = waiting == null ? null : waiting.head();
        request != null;
        request = request.next) {
      waiters.add(
          new LockInfo.Waiter(
              request.session.id,
              request.session.nodeName,
              request.acquire.requestId(),
              request.acquire.mode(),
              request.acquire.flags(),
              request.rank.isConversion(),
              lockspace.gate().holdsBack(request.acquire),
              request.sinceNanos));
    }
    Contention contention = glock.contention();
    return new LockInfo(
        glock.name(),
        List.copyOf(holders),
        List.copyOf(waiters),
        glock.lockValue() != null,
        glock.lockValueValid(),
        contention == null ? LockInfo.Contention.NONE : contention.picture());
  }
}
