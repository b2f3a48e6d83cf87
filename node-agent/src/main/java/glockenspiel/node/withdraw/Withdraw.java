package glockenspiel.node.withdraw;

import glockenspiel.node.event.NodeEvent.HeldBackReleased;
import glockenspiel.node.event.NodeEvent.JournalClean;
import glockenspiel.node.event.NodeEvent.JournalGlockReleased;
import glockenspiel.node.event.NodeEvent.LiveGranted;
import glockenspiel.node.event.NodeEvent.LiveRefused;
import glockenspiel.node.event.NodeEvent.SelfFenced;
import glockenspiel.node.event.NodeEvent.WaitingForReplay;
import glockenspiel.node.event.NodeEvents;
import glockenspiel.node.glock.GlockException;
import glockenspiel.node.glock.Glocks.Holder;
import glockenspiel.node.glock.Patience;
import glockenspiel.node.recovery.GrowingPause;
import glockenspiel.node.recovery.Membership;
import glockenspiel.protocol.lock.GateStatus;
import glockenspiel.protocol.lock.GlockName;
import glockenspiel.protocol.lock.LockFlags;
import glockenspiel.protocol.lock.LockMode;
import glockenspiel.protocol.storage.JournalCheck;
import glockenspiel.protocol.storage.JournalState;
import glockenspiel.protocol.storage.StorageException;
import glockenspiel.protocol.storage.StoragePort;
import glockenspiel.runtime.state.InvariantViolation;
import glockenspiel.runtime.state.StateMachine;
import glockenspiel.runtime.task.Promise;
import glockenspiel.runtime.task.SerialOwner;
import org.jspecify.annotations.Nullable;

/**
 * The withdraw of a node, from the moment when nothing of it uses I/O glocks any more. Plain
 * blocking code, in one task.
 *
 * <p>W is this node with journal w, P a peer, L the lock-manager, J the journal-service. Steps as
 * in docs/protocols/withdraw.md:
 *
 * <ol>
 *   <li>W: the first caller turns the node to WITHDRAWING; later callers wait for the same end.
 *       (The core does this.)
 *   <li>W: no new holder of an I/O glock, every release of one held back; the file system aborted.
 *       (The core does this, through {@code GlockCache.beginWithdraw} and {@code
 *       MountedFileSystem.abort}, and waits until a mount or unmount that was under way has ended.)
 *   <li>W asks J to fence its own epoch. {@link #fenceOwnEpoch}
 *   <li>W gives up journal/w and live, and asks for live EX with TRY_1CB and NOEXP. {@link
 *       #announce}
 *   <li>L, in one step: closes the gate for w, refuses, and sends every holder of live one demote
 *       request.
 *   <li>P: tries journal/w, has J replay it, reports. ({@code PeerRecovery})
 *   <li>L opens the gate.
 *   <li>W sees its journal clean, lets the held back releases go, leaves. {@link #awaitNews},
 *       {@link #leave}
 *   <li>If step 4 is granted, nobody else is mounted: W has J replay w. {@link #replayOwn}
 *   <li>If nobody can do it, W waits, and its status says for whom. It announces again with growing
 *       pauses, and whenever the gate has changed: the peers that were told may have died or
 *       withdrawn themselves, and then the next try is granted.
 * </ol>
 *
 * <p>Is there a problem if W lets its I/O glocks go before its journal is clean? Yes: P gets a
 * glock, changes the block, and lets it go; then w is replayed, and an older image of the block
 * from w is put over P's (rules 4 and 8). This is the whole reason for holding back; {@code glock
 * demo --fault late-replay} shows it.
 *
 * <p>Is there a problem if W replays its own journal without asking? Yes: W is the one node that
 * has shown that it cannot be trusted. And if it was cut off rather than broken, its journal may
 * have been replayed, and opened by the next owner of the slot, long ago.
 *
 * <p>Is there a problem if W asks for live before it gives up journal/w? Yes: P, told at once,
 * finds journal/w busy, takes W for alive, and looks again only after a pause. The order costs
 * nothing and saves that pause.
 *
 * <p>Is there a problem if W asks for live before it gives up its own SH of it? Yes: two nodes that
 * withdraw at the same moment would refuse each other, and each would wait for the other to replay.
 * Having given it up first, the one whose request comes last is granted.
 *
 * <p>Is there a problem if W skips step 3, since replay fences anyway? Not for rule 3. But what W
 * has in flight would land while P already tries; and when nobody can replay, the epoch would stay
 * open, and a hung W could go on writing where nobody expects it.
 *
 * <p>Is there a problem if W gives up after some tries, and leaves? Yes: the gate would stay closed
 * for a node that is gone, and no status would name it. Nothing here ends by patience running out
 * (rule 8).
 *
 * <p>Is there a problem if W stops waiting when <em>L</em> says that the gate is open? Yes, when
 * the session is new or L is: a gate that was never told of w is open too. W asks J, who has the
 * journal before its eyes. Is there a problem if W believes J alone? Yes: a W that is cut off from
 * J, and only from J, would keep its glocks, and with them everybody, for as long as that lasts
 * (rule 12). So what L has said since W's announcement counts as well: w waits for replay, and
 * later, w does not any more. That is a peer's report, under W's generation, after J has fenced W.
 */
public final class Withdraw {
  private final SerialOwner owner;
  private final Membership membership;
  private final StoragePort storage;
  private final NodeEvents events;
  private final WithdrawSettings settings;
  private final SecondSession secondSession;
  private final String trace;
  private final int jid;
  private final StateMachine<WithdrawStep> step =
      new StateMachine<>(
          "withdraw", WithdrawStep.TRANSITIONS, WithdrawStep.STOPPING, (from, to, reason) -> {});

  /**
   * The withdraw of one membership.
   *
   * @param secondSession what is left to a node without a session
   * @param trace W3C traceparent that all parts of the withdraw, here and elsewhere, belong to
   */
  public Withdraw(
      SerialOwner owner,
      Membership membership,
      StoragePort storage,
      NodeEvents events,
      WithdrawSettings settings,
      SecondSession secondSession,
      String trace) {
    this.owner = owner;
    this.membership = membership;
    this.storage = storage;
    this.events = events;
    this.settings = settings;
    this.secondSession = secondSession;
    this.trace = trace;
    this.jid = membership.journal().jid();
  }

  /** Where it is. */
  public WithdrawStep step() {
    return step.state();
  }

  /**
   * Steps 3 to 9. Returns when the journal is clean, or there is none that this node may have
   * written to. Only inside a task.
   */
  public void run() {
    if (membership.journal().use().needsReplay()) {
      fenceOwnEpoch();
      recover();
    }
    leave();
    step.become(WithdrawStep.DONE, "left");
  }

  private boolean hasSession() {
    return !membership.session().state().isOver();
  }

  /** Step 3. Not reaching J is no reason to stop: replay fences before it reads a byte. */
  private void fenceOwnEpoch() {
    step.become(WithdrawStep.FENCING, "stopped");
    long epoch = membership.journal().epoch();
    if (epoch == 0) {
      events.happened(new SelfFenced(jid, 0, false, "the epoch was never told", trace));
      return;
    }
    Promise<String> fenced = new Promise<>();
    storage
        .fence(jid, epoch, trace)
        .whenDone(
            (value, failure) -> fenced.complete(failure == null ? "" : failure.getMessage() + ""));
    SerialOwner.Timer patience =
        owner.after(
            settings.fenceTimeoutNanos(),
            () -> fenced.complete("no answer from the journal-service in time"));
    String problem = owner.await(fenced);
    patience.cancel();
    events.happened(new SelfFenced(jid, epoch, problem.isEmpty(), problem, trace));
  }

  /** Steps 4 to 9. */
  private void recover() {
    Promise<@Nullable Void> clean = new Promise<>();
    owner.start("await clean journal", () -> watchJournal(clean));
    long announced = membership.gate().generation();
    GrowingPause pauses =
        new GrowingPause(settings.askAgainMinNanos(), settings.askAgainMaxNanos());
    while (!clean.isDone() && hasSession()) {
      GateStatus before = membership.gate().status();
      announce();
      fenceLateEpoch();
      if (awaitNews(clean, before, announced, pauses.next())) {
        pauses.reset();
      }
      if (!clean.isDone() && isReportedClean(announced)) {
        clean.complete(null);
      }
    }
    if (!clean.isDone()) {
      step.become(WithdrawStep.WAITING_WITHOUT_SESSION, "session over");
      events.happened(new WaitingForReplay(jid, trace));
      secondSession.helpUntil(clean, jid, trace);
    }
    owner.await(clean);
    events.happened(new JournalClean(jid, trace));
  }

  /** Step 8 for a node that cannot reach J. */
  private boolean isReportedClean(long announced) {
    return hasSession() && membership.gate().isCleanSince(jid, announced);
  }

  /** Step 4: tells the lockspace, by being refused. */
  private void announce() {
    step.become(WithdrawStep.ANNOUNCING, "ask for recovery");
    membership.journal().releaseGlock();
    membership.glocks().giveBack(GlockName.journal(jid));
    membership.releaseLive();
    events.happened(new JournalGlockReleased(jid, trace));
    Holder alone = tryForLive();
    if (alone != null) {
      events.happened(new LiveGranted(jid, trace));
      try {
        replayOwn();
      } finally {
        alone.close();
        membership.glocks().giveBack(GlockName.LIVE);
      }
    }
  }

  private @Nullable Holder tryForLive() {
    int flags = LockFlags.TRY_1CB | LockFlags.NOEXP;
    try {
      return membership
          .glocks()
          .acquire(GlockName.LIVE, LockMode.EX, flags, Patience.endless(), trace);
    } catch (GlockException refused) {
      if (refused.reason() == GlockException.Reason.TRY_FAILED) {
        events.happened(new LiveRefused(jid, trace));
      }
      return null;
    }
  }

  /**
   * Step 9. W holds live EX: nobody is mounted. The report belongs to the generation that was known
   * before the replay, as a peer's does.
   */
  private void replayOwn() {
    step.become(WithdrawStep.REPLAYING, "nobody else is mounted");
    new OwnReplay(owner, membership, storage, events, jid, trace).run();
  }

  /**
   * A journal that was being opened when the withdraw began may be opened by a message that was
   * late, even after the replay: an epoch that nobody uses, that nobody waits for, and that keeps
   * the journal from being seen closed. Only this node can have asked for it, since its slot is its
   * own as long as it is a member.
   */
  private void fenceLateEpoch() {
    if (membership.journal().epoch() != 0 || membership.gate().isPending(jid) || !hasSession()) {
      return;
    }
    try {
      JournalCheck check = owner.await(storage.check(jid, trace));
      if (check.open() && check.state() == JournalState.CLEAN) {
        owner.await(storage.fence(jid, check.epoch(), trace));
        events.happened(new SelfFenced(jid, check.epoch(), true, "", trace));
      }
    } catch (StorageException later) {
      // The next announcement is followed by another look.
    }
  }

  /** Step 8, first half: J has the journal before its eyes. Asks again as long as it takes. */
  private @Nullable Void watchJournal(Promise<@Nullable Void> clean) {
    GrowingPause pauses =
        new GrowingPause(settings.askAgainMinNanos() / 10 + 1, settings.askAgainMaxNanos());
    Promise<Boolean> seen = new Promise<>();
    while (!seen.isDone() && !clean.isDone()) {
      Promise<Boolean> answer = new Promise<>();
      storage.awaitClean(jid).whenDone((value, failure) -> answer.complete(failure == null));
      if (isOpenedAnew() || owner.await(answer)) {
        seen.complete(true);
      } else {
        owner.pause(pauses.next());
      }
    }
    if (!clean.isDone()) {
      clean.complete(null);
      membership.gate().changed().raise();
    }
    return null;
  }

  /**
   * Whether the next owner of the slot has opened the journal: then it was clean.
   *
   * <p>Is there a problem if a node that was cut off while its journal was replayed only waits to
   * see it clean? Yes: the next owner may have opened it meanwhile, and it is not clean again
   * before that one leaves (rule 12).
   */
  private boolean isOpenedAnew() {
    Promise<Long> newest = new Promise<>();
    storage
        .check(jid, trace)
        .whenDone((check, failure) -> newest.complete(check == null ? 0 : check.epoch()));
    long own = membership.journal().epoch();
    return own > 0 && owner.await(newest) > own;
  }

  /**
   * Steps 8 and 10: waits for the journal, or for a reason to ask again: the pause is over, or the
   * gate has changed, because a peer has gone or another node that withdraws has had its turn.
   *
   * @return whether the gate has changed
   */
  private boolean awaitNews(
      Promise<@Nullable Void> clean, GateStatus before, long announced, long pauseNanos) {
    if (clean.isDone() || !hasSession()) {
      return false;
    }
    step.become(WithdrawStep.WAITING, "asked");
    events.happened(new WaitingForReplay(jid, trace));
    long asked = owner.nowNanos();
    while (!clean.isDone() && hasSession() && !isReportedClean(announced)) {
      boolean news = !membership.gate().status().equals(before);
      long pause = news ? Math.min(pauseNanos, settings.askAgainMinNanos()) : pauseNanos;
      long rest = asked + pause - owner.nowNanos();
      if (rest <= 0) {
        return news;
      }
      membership.gate().changed().await(rest);
    }
    return false;
  }

  /** Step 8, second half. Rule 8: nothing that was held back leaves before the journal is clean. */
  private void leave() {
    step.become(WithdrawStep.LEAVING, "clean");
    int count = membership.glocks().letGo();
    events.happened(new HeldBackReleased(count, trace));
    membership.releaseAll();
    membership.glocks().giveAllBack();
    owner.await(membership.session().leave());
    InvariantViolation.require(
        membership.session().state().isOver(), "the session is not over after the node has left");
  }
}
