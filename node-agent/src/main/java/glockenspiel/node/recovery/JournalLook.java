package glockenspiel.node.recovery;

import glockenspiel.node.event.NodeEvent.CleanReported;
import glockenspiel.node.event.NodeEvent.JournalBusy;
import glockenspiel.node.event.NodeEvent.JournalChecked;
import glockenspiel.node.event.NodeEvent.ReplayDone;
import glockenspiel.node.event.NodeEvent.ReplayFailed;
import glockenspiel.node.event.NodeEvents;
import glockenspiel.node.glock.GlockException;
import glockenspiel.node.glock.Glocks.Holder;
import glockenspiel.node.glock.Patience;
import glockenspiel.protocol.lock.GlockName;
import glockenspiel.protocol.lock.LockFlags;
import glockenspiel.protocol.lock.LockMode;
import glockenspiel.protocol.lock.NodeMessage;
import glockenspiel.protocol.storage.JournalCheck;
import glockenspiel.protocol.storage.JournalState;
import glockenspiel.protocol.storage.ReplayResult;
import glockenspiel.protocol.storage.StorageException;
import glockenspiel.protocol.storage.StoragePort;
import glockenspiel.runtime.task.Promise;
import glockenspiel.runtime.task.SerialOwner;
import glockenspiel.runtime.task.Signal;
import java.util.function.BooleanSupplier;
import org.jspecify.annotations.Nullable;

/**
 * One node's look at one journal: its glock by trying, its replay by the journal-service, the
 * report, the glock back.
 *
 * <p>Is there a problem if the journal glock is waited for instead of tried? Yes: its owner holds
 * it for as long as it is mounted, so a node that looks at all journals would wait for ever at the
 * first one that is well.
 *
 * <p>Is there a problem if the report is sent after the glock was given back? Yes: its next owner
 * may have opened the journal and have died meanwhile; the late report would speak of that journal
 * too. In the session's order the report comes first.
 *
 * <p>Is there a problem if the gate is not looked at again when the glock is granted? Not for any
 * rule, but each peer would have the journal replayed, one after the other: the one that was first
 * gives the glock back, and the next one is granted it. Its session has told it by then that the
 * gate has changed.
 *
 * <p>Is there a problem if the journal is replayed without a look at it? Not while the caller holds
 * the glock. But a request may arrive after its sender has lost its session: the glock has gone to
 * the next owner, whom the replay would fence. So the request names the epoch that the look has
 * shown, and J refuses it when the journal was opened since. The cases:
 *
 * <ul>
 *   <li>The owner has withdrawn and has mounted again, or the slot has another owner: the request
 *       names the old epoch, and is refused. The journal was clean when it was opened, and whoever
 *       waits for a report gets it from a look under the present generation.
 *   <li>Two peers at once: the glock keeps them apart. If the first one lost its session while J
 *       replays for it, the second is told JOURNAL_BUSY, looks again, finds the journal clean and
 *       closed, and only reports.
 *   <li>A replay that ended half-way left the epoch fenced: not closed, so it is replayed again,
 *       even when the clean header is written already.
 *   <li>The journal is open under the dead owner's epoch: that is the epoch that the look shows,
 *       and the replay fences it, clean head or not.
 *   <li>The dead owner's open arrives between look and replay: refused; the next look shows that
 *       epoch, and its replay fences it.
 * </ul>
 *
 * <p>Is there a problem if a journal with a clean head counts as clean while it is not closed? Yes:
 * before an open epoch its owner may append the next moment (rule 2), and of a fenced one J still
 * has to save the end, for which W waits (rule 8).
 */
final class JournalLook {
  /** How a look ended. */
  sealed interface Outcome {
    /** The owner lives, or a peer is at it, or it has a new owner since it was looked at. */
    record Busy() implements Outcome {}

    /** While its glock was asked for, a peer has done it, and the lock-manager knows. */
    record Settled() implements Outcome {}

    /** It is clean now, and its former epoch fenced. */
    record Clean(ReplayResult result) implements Outcome {}

    /** Its newest epoch is cut off; it stays so until it is replayed. */
    record Fenced(boolean wasOpen) implements Outcome {}

    /** It was well: nothing was to be done, and nothing was. */
    record Well() implements Outcome {}

    /** The journal-service could not do it. */
    record Failed(StorageException cause) implements Outcome {}
  }

  private final SerialOwner owner;
  private final Membership membership;
  private final StoragePort storage;
  private final NodeEvents events;
  private final JournalProblems problems;
  private final BooleanSupplier stopped;
  private final Signal wake;

  /**
   * Looks for one purpose.
   *
   * @param stopped whether to end where it is
   * @param wake raised when that changes
   */
  JournalLook(
      SerialOwner owner,
      Membership membership,
      StoragePort storage,
      NodeEvents events,
      JournalProblems problems,
      BooleanSupplier stopped,
      Signal wake) {
    this.owner = owner;
    this.membership = membership;
    this.storage = storage;
    this.events = events;
    this.problems = problems;
    this.stopped = stopped;
    this.wake = wake;
  }

  /** Cuts off whatever epoch the journal has, if its glock can be had. */
  Outcome fence(int jid, String trace) {
    return withGlock(jid, () -> true, trace, () -> new Outcome.Fenced(fenceNewest(jid, trace)));
  }

  /**
   * Fences the epoch that a look shows, never one that it does not know of: a fence that is late
   * must not meet the epoch of an owner who came after it.
   */
  private boolean fenceNewest(int jid, String trace) {
    JournalCheck seen = await(storage.check(jid, trace));
    while (!seen.closed()) {
      boolean ownerMayLive = await(storage.fence(jid, seen.epoch(), trace));
      JournalCheck now = await(storage.check(jid, trace));
      if (now.epoch() == seen.epoch()) {
        return ownerMayLive;
      }
      seen = now;
    }
    return false;
  }

  /**
   * Replays the journal if its glock can be had, clean or not: for a first mount, which folds what
   * clean journals have to tell, too.
   */
  Outcome replay(int jid, String trace) {
    return withGlock(
        jid, () -> true, trace, () -> replayHeld(await(storage.check(jid, trace)), trace));
  }

  /**
   * For a journal that waits for replay: as {@link #replayUnlessWell}, and tells the lock-manager
   * under that generation, before the journal glock is given back.
   */
  Outcome replayAndReport(int jid, long generation, String trace) {
    return withGlock(
        jid,
        () -> membership.gate().isPending(jid) && membership.gate().generation() == generation,
        trace,
        () -> {
          Outcome outcome = replayHeldUnlessWell(jid, trace);
          membership.session().send(new NodeMessage.ReportClean(generation, jid));
          events.happened(new CleanReported(jid, generation, trace));
          return outcome;
        });
  }

  /**
   * For a journal that nobody says is pending: replays it only if nobody holds it and it is not
   * well.
   */
  Outcome replayUnlessWell(int jid, String trace) {
    return withGlock(jid, () -> true, trace, () -> replayHeldUnlessWell(jid, trace));
  }

  private Outcome replayHeldUnlessWell(int jid, String trace) {
    JournalCheck check = await(storage.check(jid, trace));
    return check.state() == JournalState.CLEAN && check.closed()
        ? new Outcome.Well()
        : replayHeld(check, trace);
  }

  private interface Work {
    Outcome run();
  }

  private Outcome withGlock(int jid, BooleanSupplier wanted, String trace, Work work) {
    Holder holder = tryGlock(jid, trace);
    if (holder == null) {
      events.happened(new JournalBusy(jid, trace));
      return new Outcome.Busy();
    }
    try {
      if (!wanted.getAsBoolean()) {
        return new Outcome.Settled();
      }
      events.happened(new JournalChecked(jid, trace));
      Outcome outcome = work.run();
      problems.clear(jid);
      return outcome;
    } catch (StorageException cause) {
      if (cause.reason() == StorageException.Reason.JOURNAL_BUSY
          || cause.reason() == StorageException.Reason.STALE_EPOCH) {
        events.happened(new JournalBusy(jid, trace));
        return new Outcome.Busy();
      }
      problems.note(jid, cause);
      events.happened(new ReplayFailed(jid, cause.reason() + ": " + cause.getMessage(), trace));
      return new Outcome.Failed(cause);
    } finally {
      holder.close();
      membership.glocks().giveBack(GlockName.journal(jid));
    }
  }

  private @Nullable Holder tryGlock(int jid, String trace) {
    try {
      return membership
          .glocks()
          .acquire(
              GlockName.journal(jid),
              LockMode.EX,
              LockFlags.TRY | LockFlags.NOEXP,
              Patience.endless(),
              trace);
    } catch (GlockException refused) {
      if (refused.reason() == GlockException.Reason.TRY_FAILED) {
        return null;
      }
      throw new RecoveryStoppedException("jid=" + jid + ": " + refused.getMessage());
    }
  }

  private Outcome replayHeld(JournalCheck check, String trace) {
    ReplayResult result = await(storage.replay(check.jid(), check.epoch(), true, trace));
    events.happened(new ReplayDone(result, trace));
    return new Outcome.Clean(result);
  }

  /**
   * Waits for the journal-service, but not past the node's own end: the peers' turn has come then.
   */
  private <T> T await(Promise<T> promise) {
    promise.whenDone((value, failure) -> wake.raise());
    while (!promise.isDone()) {
      if (stopped.getAsBoolean()) {
        throw new RecoveryStoppedException("stopped during a replay");
      }
      wake.await();
    }
    return owner.await(promise);
  }
}
