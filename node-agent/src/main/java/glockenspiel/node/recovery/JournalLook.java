package glockenspiel.node.recovery;

import glockenspiel.node.event.NodeEvent.CleanReported;
import glockenspiel.node.event.NodeEvent.JournalBusy;
import glockenspiel.node.event.NodeEvent.JournalChecked;
import glockenspiel.node.event.NodeEvent.ReplayDone;
import glockenspiel.node.event.NodeEvent.ReplayFailed;
import glockenspiel.node.event.NodeEvents;
import glockenspiel.node.glock.GlockException;
import glockenspiel.node.glock.Glocks.Holder;
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
 */
final class JournalLook {
  /** How a look ended. */
  sealed interface Outcome {
    /** The owner lives, or a peer is at it. */
    record Busy() implements Outcome {}

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
    return withGlock(
        jid, trace, () -> new Outcome.Fenced(await(storage.fence(jid, StoragePort.NEWEST_EPOCH))));
  }

  /** Replays the journal if its glock can be had. */
  Outcome replay(int jid, String trace) {
    return withGlock(jid, trace, () -> replayHeld(jid, trace));
  }

  /**
   * As {@link #replay}, and tells the lock-manager under that generation, before the journal glock
   * is given back.
   */
  Outcome replayAndReport(int jid, long generation, String trace) {
    return withGlock(
        jid,
        trace,
        () -> {
          Outcome outcome = replayHeld(jid, trace);
          if (outcome instanceof Outcome.Clean) {
            membership.session().send(new NodeMessage.ReportClean(generation, jid));
            events.happened(new CleanReported(jid, generation, trace));
          }
          return outcome;
        });
  }

  /**
   * For a journal that nobody says is pending: replays it only if nobody holds it and it is not
   * well.
   */
  Outcome replayUnlessWell(int jid, String trace) {
    return withGlock(
        jid,
        trace,
        () -> {
          JournalCheck check = await(storage.check(jid));
          return check.state() == JournalState.CLEAN && !check.open()
              ? new Outcome.Well()
              : replayHeld(jid, trace);
        });
  }

  private interface Work {
    Outcome run();
  }

  private Outcome withGlock(int jid, String trace, Work work) {
    Holder holder = tryGlock(jid, trace);
    if (holder == null) {
      events.happened(new JournalBusy(jid, trace));
      return new Outcome.Busy();
    }
    events.happened(new JournalChecked(jid, trace));
    try {
      Outcome outcome = work.run();
      problems.clear(jid);
      return outcome;
    } catch (StorageException cause) {
      if (cause.reason() == StorageException.Reason.JOURNAL_BUSY) {
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
              Long.MAX_VALUE,
              trace);
    } catch (GlockException refused) {
      if (refused.reason() == GlockException.Reason.TRY_FAILED) {
        return null;
      }
      throw new RecoveryStoppedException("jid=" + jid + ": " + refused.getMessage());
    }
  }

  private Outcome replayHeld(int jid, String trace) {
    ReplayResult result = await(storage.replay(jid, true, trace));
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
