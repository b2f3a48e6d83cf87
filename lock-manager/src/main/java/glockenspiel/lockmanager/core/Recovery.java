package glockenspiel.lockmanager.core;

import glockenspiel.lockmanager.core.RecoveryGate.PendingJournal;
import glockenspiel.protocol.lock.GlockName;
import glockenspiel.protocol.lock.LockFlags;
import glockenspiel.protocol.lock.LockManagerMessage.BecomeFirstMounter;
import glockenspiel.protocol.lock.LockManagerMessage.CheckJournals;
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
  private final RecoveryGate gate;
  private final Granting granting;
  private final Demoting demoting;
  private final Outbox outbox;
  private final Orphans orphans;

  /**
   * Who must see to every journal; null when the first mount is done, or nobody can at the moment.
   */
  private @Nullable Session firstMounter;

  /** Members have come back after a restart: who sees to the journals leaves them theirs. */
  private boolean ownersReturned;

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
    this.gate = gate;
    this.granting = granting;
    this.demoting = demoting;
    this.outbox = outbox;
    this.orphans = new Orphans(lockspace, roster, directory, table, gate, granting, outbox);
  }

  Orphans orphans() {
    return orphans;
  }

  @Nullable Session firstMounter() {
    return firstMounter;
  }

  /**
   * Whether a slot is kept from that node, for a journal that waits for replay, or from all but its
   * last owner for a while.
   *
   * <p>Is there a problem if it were kept during a first mount, too? Yes: a volume with one journal
   * whose only node has died could never be mounted again. Nobody opens a journal before the first
   * mount is done, and that replays them all.
   */
  boolean isReserved(int slot, String nodeName) {
    return (gate.isPending(slot) || mayBeClaimed(slot, nodeName)) && !gate.isFirstMountPending();
  }

  /**
   * Whether the slot's last owner was given up before its lease ended, is not that node, and may
   * not have heard.
   *
   * <p>Is there a problem if such a slot is given away as soon as its journal is clean? Yes, if the
   * lock-manager is restarted within that lease: the node that was given up reasserts the slot,
   * beside its next owner.
   */
  private boolean mayBeClaimed(int slot, String nodeName) {
    for (Session session : directory.lingering()) {
      if (session.lockspace == lockspace
          && session.slot == slot
          && !session.nodeName.equals(nodeName)) {
        return true;
      }
    }
    return false;
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
   *
   * <p>Is there a problem if a session that is WITHDRAWING has announced it? Yes: one that came
   * back from the lock-manager before is from the beginning, and its journal may still be its own.
   */
  void announceWithdraw(Session session, String trace) {
    if (session.isWithdrawing() && !session.journal.is(JournalUse.OWNED)) {
      return;
    }
    if (!session.isWithdrawing()) {
      session.state.become(SessionState.WITHDRAWING, "asked for the live glock EX with TRY_1CB");
    }
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
    orphans.leaveBehind(session, changed);
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
    orphans.forgetLockValues();
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
    orphans.leaveBehind(session, changed);
    outbox.tell(lockspace, new Notice.SessionLeft(session.id, session.nodeName, session.slot));
    Long streamId = directory.detach(session);
    if (streamId != null) {
      outbox.closeAfterLastBatch(session, streamId, CloseCause.LEFT, "left in order");
    }
    closeGate(session, false, session.nodeName + " left");
    granting.serveAll(changed);
    orphans.forgetLockValues();
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
    chooseFirstMounter();
  }

  private void chooseFirstMounter() {
    if (gate.isInGrace() || !gate.isFirstMountPending() || firstMounter != null) {
      return;
    }
    Session next = roster.oldestThatCanRecover();
    if (next != null) {
      firstMounter = next;
      outbox.send(
          next,
          ownersReturned
              ? new CheckJournals(gate.status(), ownedJids())
              : new BecomeFirstMounter(gate.status()));
      outbox.tell(lockspace, new Notice.FirstMounterChosen(next.id, next.nodeName));
    }
  }

  private List<Integer> ownedJids() {
    return roster.members().stream()
        .filter(member -> member.journal.is(JournalUse.OWNED))
        .map(member -> member.slot)
        .sorted()
        .toList();
  }

  /**
   * The grace period is over: whatever nobody has come back for may wait for replay, and the oldest
   * that can finds out. Without members, the next one begins anew.
   */
  void checkAllJournals() {
    if (lockspace.isNamespace()) {
      granting.serveAll(granting.contended());
      return;
    }
    gate.nextGeneration();
    if (roster.isEmpty()) {
      return;
    }
    ownersReturned = true;
    outbox.tell(lockspace, new Notice.GateClosed(gate.status(), "the lock-manager was restarted"));
    tellMembersOfGate();
    chooseFirstMounter();
    granting.serveAll(granting.contended());
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
    if (gate.isInGrace()
        || report.generation() != gate.generation()
        || !gate.isPending(report.jid())) {
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
    ownersReturned = false;
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
      dropped += orphans.drop(owner, changed);
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
