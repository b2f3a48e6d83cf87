package glockenspiel.lockmanager.core;

import glockenspiel.lockmanager.core.RecoveryGate.PendingJournal;
import glockenspiel.protocol.lock.GlockName;
import glockenspiel.protocol.lock.LockFlags;
import glockenspiel.protocol.lock.LockManagerMessage.BecomeFirstMounter;
import glockenspiel.protocol.lock.LockManagerMessage.GateChanged;
import glockenspiel.protocol.lock.LockManagerMessage.Left;
import glockenspiel.protocol.lock.LockMode;
import glockenspiel.protocol.lock.NodeMessage.Acquire;
import glockenspiel.protocol.lock.NodeMessage.ReportClean;
import glockenspiel.protocol.lock.NodeMessage.ReportFirstMountDone;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * How members go away, in order or not, and how the gate closes and opens. There is one path: a
 * node that is given up is treated as one that withdrew. The story with its steps stands in {@code
 * docs/protocols/locks.md}.
 */
final class Recovery {
  private final Lockspace lockspace;
  private final SessionRoster roster;
  private final SessionDirectory directory;
  private final LockTable table;
  private final RecoveryGate gate;
  private final Granting granting;
  private final Demoting demoting;
  private final Outbox outbox;
  private final LockDelays lockDelays;

  /**
   * Who must see to every journal; null when the first mount is done, or nobody can at the moment.
   */
  private @Nullable Session firstMounter;

  Recovery(
      Lockspace lockspace,
      SessionRoster roster,
      SessionDirectory directory,
      LockTable table,
      RecoveryGate gate,
      Granting granting,
      Demoting demoting,
      Outbox outbox) {
    this.lockspace = lockspace;
    this.roster = roster;
    this.directory = directory;
    this.table = table;
    this.gate = gate;
    this.granting = granting;
    this.demoting = demoting;
    this.outbox = outbox;
    this.lockDelays = new LockDelays(directory, granting, outbox);
  }

  @Nullable Session firstMounter() {
    return firstMounter;
  }

  /**
   * Whether a slot is kept for a journal that waits for replay.
   *
   * <p>Is there a problem if it were kept during a first mount, too? Yes: a volume with one journal
   * whose only node has died could never be mounted again. Nobody opens a journal before the first
   * mount is done, and that replays them all.
   */
  boolean isReserved(int slot) {
    return gate.isPending(slot) && !gate.isFirstMountPending();
  }

  /** Makes a new member the first mounter when one is wanted. The welcome tells it. */
  boolean joined(Session session) {
    if (gate.isFirstMountPending() && firstMounter == null && session.canRecover()) {
      firstMounter = session;
      return true;
    }
    return false;
  }

  /** Whether this request says that the node withdraws (design: step 4 of a withdraw). */
  static boolean isWithdrawAnnouncement(Session session, Acquire acquire) {
    return acquire.mode() == LockMode.EX
        && !session.isSpectator()
        && LockFlags.has(acquire.flags(), LockFlags.TRY_1CB)
        && acquire.glock().equals(GlockName.LIVE);
  }

  /**
   * A node withdraws: the gate closes for its journal before its request for the live glock is
   * looked at, which then sends the demote requests. The second announcement of a session changes
   * nothing more.
   */
  void announceWithdraw(Session session, String trace) {
    if (session.isWithdrawing()) {
      return;
    }
    session.state.become(SessionState.WITHDRAWING, "asked for the live glock EX with TRY_1CB");
    outbox.tell(
        lockspace, new Notice.WithdrawAnnounced(session.id, session.nodeName, session.slot, trace));
    closeGate(session, closeForJournal(session, "withdraws"), "withdraw of " + session.nodeName);
    granting.cancelGatedRequests(session);
  }

  /**
   * Gives a session up: its lease has ended, an operator wants it, or the node breaks the contract.
   */
  void lose(Session session, CloseCause cause, String reason) {
    depart(session, SessionState.LOST, reason);
    Long streamId = directory.detach(session);
    if (streamId != null) {
      outbox.close(streamId, cause, reason);
    }
    Set<Glock> changed = granting.forgetRequests(session, false);
    boolean newlyPending = closeForJournal(session, reason);
    dropHolds(session, changed);
    outbox.tell(
        lockspace,
        new Notice.SessionLost(
            session.id,
            session.nodeName,
            session.slot,
            cause,
            reason,
            session.journal.is(JournalUse.PENDING),
            session.holdCount()));
    closeGate(session, newlyPending, "loss of " + session.nodeName + ": " + reason);
    if (newlyPending) {
      demoting.announceOnLiveGlock();
    }
    granting.serveAll(changed);
    forgetLockValues();
  }

  /** A node leaves. With a journal of its own and locks not given back, that is not in order. */
  void leave(Session session) {
    if (session.journal.is(JournalUse.OWNED) && session.holdCount() > 0) {
      lose(
          session,
          CloseCause.INVALID_ARGUMENT,
          "leave: " + session.holdCount() + " locks were not lowered to UN before");
      return;
    }
    Set<Glock> changed = granting.forgetRequests(session, true);
    depart(session, SessionState.LEFT, "left in order");
    outbox.send(session, new Left());
    dropHolds(session, changed);
    outbox.tell(lockspace, new Notice.SessionLeft(session.id, session.nodeName, session.slot));
    Long streamId = directory.detach(session);
    if (streamId != null) {
      outbox.closeAfterLastBatch(session, streamId, CloseCause.LEFT, "left in order");
    }
    closeGate(session, false, session.nodeName + " left");
    granting.serveAll(changed);
    forgetLockValues();
  }

  /** With nobody left who could know a lock value, the next one begins anew. */
  private void forgetLockValues() {
    if (roster.isEmpty()
        && !gate.hasPendingJournals()
        && directory.lingering().stream().noneMatch(lost -> lost.lockspace == lockspace)) {
      table.clear();
    }
  }

  private void depart(Session session, SessionState state, String reason) {
    session.state.become(state, reason);
    roster.remove(session);
    directory.remove(session);
  }

  /**
   * Makes the session's journal wait for replay if it may be dirty. Returns whether that is news.
   */
  private boolean closeForJournal(Session session, String reason) {
    if (!session.journal.is(JournalUse.OWNED)) {
      return false;
    }
    session.journal.become(JournalUse.PENDING, reason);
    gate.add(session.slot, session.nodeName, reason, outbox.nowNanos());
    return true;
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
  private void dropHolds(Session session, Set<Glock> changed) {
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
    PendingJournal pending =
        session.journal.is(JournalUse.PENDING) ? gate.find(session.slot) : null;
    if (pending != null) {
      pending.orphanOwners.add(session);
    } else {
      dropOrphans(session, changed);
    }
  }

  private int dropOrphans(Session owner, Set<Glock> changed) {
    if (directory.findLingering(owner.id) != null) {
      return 0;
    }
    int dropped = owner.protectedHolds.size();
    granting.drop(owner.protectedHolds, changed);
    return dropped;
  }

  /** The lease of a session that was given up before has ended, or not yet. */
  void checkLingering(Session session) {
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
      dropOrphans(session, changed);
      granting.serveAll(changed);
    }
    forgetLockValues();
  }

  /**
   * After a member has withdrawn or gone: finds out what the gate waits for now, tells everybody
   * once, and finds another first mounter if that is needed.
   */
  private void closeGate(Session session, boolean newlyPending, String reason) {
    boolean changes = newlyPending;
    if (session == firstMounter) {
      firstMounter = null;
      changes = true;
    }
    if (!gate.isFirstMountPending() && needsFirstMount()) {
      gate.requireFirstMount(outbox.nowNanos());
      changes = true;
    }
    if (changes) {
      gate.nextGeneration();
      outbox.tell(lockspace, new Notice.GateClosed(gate.status(), reason));
      tellMembersOfGate();
      // Requests with NOEXP wait no longer behind those that the gate holds back from now on.
      granting.serveAll(granting.contended());
    }
    if (gate.isFirstMountPending() && firstMounter == null) {
      Session next = roster.oldestThatCanRecover();
      if (next != null) {
        firstMounter = next;
        outbox.send(next, new BecomeFirstMounter(gate.status()));
        outbox.tell(lockspace, new Notice.FirstMounterChosen(next.id, next.nodeName));
      }
    }
  }

  /**
   * With nobody left, the next one begins anew. With spectators left, they may go on reading as
   * long as no journal waits; but when one does, nobody here can replay it, and the next mounter
   * sees to all of them.
   */
  private boolean needsFirstMount() {
    return !lockspace.isNamespace()
        && (roster.isEmpty() || (!roster.hasMounter() && gate.hasPendingJournals()));
  }

  /** A journal is clean. Counts only for what is pending, and only under the present generation. */
  void reportClean(Session reporter, ReportClean report) {
    if (report.generation() != gate.generation() || !gate.isPending(report.jid())) {
      return;
    }
    Set<Glock> changed = new LinkedHashSet<>();
    int dropped = makeClean(report.jid(), changed);
    outbox.tell(lockspace, new Notice.JournalClean(report.jid(), reporter.nodeName, dropped));
    openGate(changed);
  }

  /**
   * Every journal is clean. Counts only from the first mounter, and only under the present
   * generation.
   */
  void reportFirstMountDone(Session reporter, ReportFirstMountDone report) {
    if (reporter != firstMounter || report.generation() != gate.generation()) {
      return;
    }
    Set<Glock> changed = new LinkedHashSet<>();
    int dropped = 0;
    for (PendingJournal pending : List.copyOf(gate.pendingJournals())) {
      dropped += makeClean(pending.jid, changed);
    }
    gate.firstMountDone();
    firstMounter = null;
    outbox.tell(lockspace, new Notice.JournalClean(-1, reporter.nodeName, dropped));
    openGate(changed);
  }

  private int makeClean(int jid, Set<Glock> changed) {
    PendingJournal pending = gate.remove(jid);
    if (pending == null) {
      return 0;
    }
    Session member = roster.findBySlot(jid);
    if (member != null && member.journal.is(JournalUse.PENDING)) {
      member.journal.become(JournalUse.REPLAYED, "journal reported clean");
    }
    int dropped = 0;
    for (Session owner : pending.orphanOwners) {
      dropped += dropOrphans(owner, changed);
    }
    return dropped;
  }

  private void openGate(Set<Glock> changed) {
    tellMembersOfGate();
    if (gate.isClosed()) {
      granting.serveAll(changed);
      return;
    }
    outbox.tell(
        lockspace,
        new Notice.GateOpened(gate.generation(), outbox.nowNanos() - gate.closedSinceNanos()));
    // Includes what waited for orphans.
    granting.serveAll(granting.contended());
  }

  private void tellMembersOfGate() {
    List<Session> members = new ArrayList<>(roster.members());
    for (Session member : members) {
      outbox.send(member, new GateChanged(gate.status()));
    }
  }
}
