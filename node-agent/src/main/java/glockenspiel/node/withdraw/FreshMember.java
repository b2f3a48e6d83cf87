package glockenspiel.node.withdraw;

import glockenspiel.node.event.NodeEvents;
import glockenspiel.node.event.Tracing;
import glockenspiel.node.glock.SessionException;
import glockenspiel.node.recovery.FirstMount;
import glockenspiel.node.recovery.GrowingPause;
import glockenspiel.node.recovery.JournalProblems;
import glockenspiel.node.recovery.Membership;
import glockenspiel.node.recovery.PeerRecovery;
import glockenspiel.node.recovery.RecoverySettings;
import glockenspiel.node.recovery.RecoveryStoppedException;
import glockenspiel.protocol.lock.GateStatus;
import glockenspiel.protocol.lock.LockManagerMessage.Demote;
import glockenspiel.protocol.storage.StorageException;
import glockenspiel.protocol.storage.StoragePort;
import glockenspiel.runtime.task.Promise;
import glockenspiel.runtime.task.SerialOwner;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/**
 * A node that has lost its session joins again, with nothing in its hands, and does what any
 * mounting node would do for the journals that wait: first mount if it is told so, else a peer's
 * part. It leaves as soon as its own journal is clean.
 *
 * <p>Is there a problem if a node without a session just waits for the others? Yes, if there are
 * none: a lock-manager that restarts loses all sessions at once, all nodes withdraw, each waits for
 * a peer, and none may mount before it has withdrawn. Nobody would ever replay anything.
 *
 * <p>Is there a problem if a node that withdraws replays journals? Not under a new session: it has
 * no cache, no lock, no epoch, nothing that could be stale. It is what it would be after a restart
 * of its process.
 */
public final class FreshMember implements SecondSession {
  private final SerialOwner owner;
  private final StoragePort storage;
  private final NodeEvents events;
  private final Tracing tracing;
  private final JournalProblems problems;
  private final RecoverySettings settings;
  private final Function<Membership.Watcher, Membership> memberships;
  private final int journals;
  private final long firstPauseNanos;

  /**
   * Helps with the journals of one volume.
   *
   * @param memberships makes a new one each time
   * @param firstPauseNanos how long the peers are left to themselves before
   */
  public FreshMember(
      SerialOwner owner,
      StoragePort storage,
      NodeEvents events,
      Tracing tracing,
      JournalProblems problems,
      RecoverySettings settings,
      Function<Membership.Watcher, Membership> memberships,
      int journals,
      long firstPauseNanos) {
    this.owner = owner;
    this.storage = storage;
    this.events = events;
    this.tracing = tracing;
    this.problems = problems;
    this.settings = settings;
    this.memberships = memberships;
    this.journals = journals;
    this.firstPauseNanos = firstPauseNanos;
  }

  @Override
  public void helpUntil(Promise<@Nullable Void> clean, int jid, String trace) {
    GrowingPause pauses = new GrowingPause(firstPauseNanos, 8 * firstPauseNanos);
    while (!clean.isDone()) {
      pauseUnlessDone(clean, pauses.next());
      if (!clean.isDone()) {
        helpOnce(clean, jid, trace);
      }
    }
  }

  private void pauseUnlessDone(Promise<@Nullable Void> clean, long nanos) {
    Promise<Boolean> over = new Promise<>();
    clean.whenDone((value, failure) -> over.complete(true));
    SerialOwner.Timer timer = owner.after(nanos, () -> over.complete(false));
    owner.await(over);
    timer.cancel();
  }

  private void helpOnce(Promise<@Nullable Void> clean, int jid, String trace) {
    Helper helper = new Helper(trace);
    Membership membership = helper.membership;
    clean.whenDone((value, failure) -> membership.gate().changed().raise());
    try {
      membership.join(owner);
      helper.recovery.begin(journals);
      FirstMount firstMount =
          new FirstMount(
              owner, membership, storage, events, problems, settings, helper::isSessionOver);
      while (!clean.isDone() && !helper.isSessionOver()) {
        firstMount.run(journals, trace);
        if (membership.gate().isOpen()) {
          break;
        }
        membership.gate().changed().await();
      }
      if (!clean.isDone() && !helper.isSessionOver()) {
        lookAtOwn(helper, clean, jid, trace);
      }
    } catch (SessionException | RecoveryStoppedException | StorageException noHelp) {
      // Tried again after the next pause; what stands in the way is among the problems.
    }
    helper.recovery.stop();
    helper.recovery.awaitStopped();
    owner.await(membership.session().leave());
  }

  /**
   * The gate is open, and the journal is not known to be clean.
   *
   * <p>Is there a problem if the node goes on waiting? Yes, if its open came to J when its session
   * was over already: L knows nothing of that epoch, so nobody waits for a replay, and nobody does
   * one. And if the epoch was never told, the node cannot see that the next owner has a newer one.
   */
  private void lookAtOwn(Helper helper, Promise<@Nullable Void> clean, int jid, String trace) {
    if (!helper.recovery.replayIfFree(jid)
        && helper.membership.gate().isOpen()
        && owner.await(storage.check(jid, trace)).open()) {
      // Its glock is held, by an owner then: it was clean when that one opened it.
      clean.complete(null);
    }
  }

  /** The new membership, with a peer's part in recovery, and nothing else. */
  private final class Helper implements Membership.Watcher {
    private final Membership membership;
    private final PeerRecovery recovery;

    @SuppressWarnings("NullAway") // the membership calls back only once it has joined
    Helper(String trace) {
      membership = memberships.apply(this);
      recovery = new PeerRecovery(owner, membership, storage, events, tracing, problems, settings);
      recovery.announced(trace);
    }

    boolean isSessionOver() {
      return membership.session().state().isOver();
    }

    @Override
    public void announced(Demote demote) {
      recovery.announced(demote.trace());
    }

    @Override
    public void freezeWanted(Demote demote) {}

    @Override
    public void gateChanged(GateStatus gate) {
      recovery.wake();
    }

    @Override
    public void sessionBroken(String reason) {}

    @Override
    public void sessionResumed() {}

    @Override
    public void sessionReasserted(long sessionId) {}

    @Override
    public void sessionLost(String reason) {
      recovery.stop();
    }

    @Override
    public void violated(RuntimeException cause) {
      recovery.stop();
      membership.session().leave();
    }
  }
}
