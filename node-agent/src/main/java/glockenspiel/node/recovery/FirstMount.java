package glockenspiel.node.recovery;

import glockenspiel.node.event.NodeEvent.FirstMountReported;
import glockenspiel.node.event.NodeEvents;
import glockenspiel.protocol.lock.NodeMessage;
import glockenspiel.protocol.storage.StorageException;
import glockenspiel.protocol.storage.StoragePort;
import glockenspiel.runtime.task.SerialOwner;
import glockenspiel.runtime.task.Signal;
import java.util.TreeSet;
import java.util.function.BooleanSupplier;
import java.util.function.IntPredicate;

/**
 * The first mounter's work: every journal is replayed before anyone gets an I/O glock. F is this
 * node, L the lock-manager, J the journal-service.
 *
 * <ol>
 *   <li>L tells F, in the welcome or later, that it is the first mounter; the gate is closed with
 *       "first mount" pending.
 *   <li>F takes each journal's glock by trying, again and again while it is busy, and has J fence
 *       whatever epoch it has.
 *   <li>If an epoch was open at J, F waits until one lease has passed since the last such fencing.
 *   <li>F takes each journal's glock again, and has J replay it.
 *   <li>F reports that the first mount is done, under the generation that it knew before it began.
 *       A new generation: again from 2.
 *   <li>L opens the gate.
 * </ol>
 *
 * <p>Is there a problem if F does not wait in step 3? Yes: L has perhaps lost its memory, so that F
 * only seems to be alone. The owner of the open epoch may live, cut off from L; it writes no more,
 * but until its lease ends it may still <em>read</em> under locks that L is about to grant to
 * others.
 *
 * <p>Is there a problem if F replays first, and waits then? Yes: a replayed journal is closed, and
 * nobody can see any more that an epoch was open. F goes away before its wait is over, the next
 * first mounter finds all journals closed, has no reason to wait, and L opens the gate too early
 * (rule 1). A journal that is only fenced keeps the reason to wait until somebody has waited.
 *
 * <p>Is there a problem if a journal that was found clean is skipped without a replay? Yes: a clean
 * header can stand before an open epoch whose owner has not flushed yet. Replay fences first,
 * whatever it finds.
 */
public final class FirstMount {
  private final SerialOwner owner;
  private final Membership membership;
  private final NodeEvents events;
  private final RecoverySettings settings;
  private final JournalLook look;
  private final BooleanSupplier stopped;

  /** Fenced by this node, when their epochs were open. */
  private final TreeSet<Integer> fenced = new TreeSet<>();

  private boolean mustWait;
  private long lastFencingNanos;

  /**
   * The work of one membership.
   *
   * @param stopped whether to end where it is
   */
  public FirstMount(
      SerialOwner owner,
      Membership membership,
      StoragePort storage,
      NodeEvents events,
      JournalProblems problems,
      RecoverySettings settings,
      BooleanSupplier stopped) {
    this.owner = owner;
    this.membership = membership;
    this.events = events;
    this.settings = settings;
    this.stopped = stopped;
    this.look =
        new JournalLook(
            owner, membership, storage, events, problems, stopped, membership.gate().changed());
  }

  /**
   * Does it all; returns when the gate is open, or the node is not the first mounter any more.
   *
   * @throws StorageException JOURNAL_CORRUPT when a journal cannot be replayed at all
   * @throws RecoveryStoppedException when the node has to stop
   */
  public void run(int journals, String trace) {
    while (membership.gate().isFirstMounter()) {
      long generation = membership.gate().generation();
      untilDone(journals, jid -> isDone(jid, look.fence(jid, trace)));
      waitOutLeases();
      untilDone(journals, jid -> isDone(jid, look.replay(jid, trace)));
      // If an epoch was opened since, by a message that was late.
      waitOutLeases();
      if (membership.gate().generation() == generation) {
        membership.session().send(new NodeMessage.ReportFirstMountDone(generation));
        events.happened(new FirstMountReported(generation));
        awaitNews(generation);
      }
    }
  }

  private void untilDone(int journals, IntPredicate step) {
    TreeSet<Integer> rest = new TreeSet<>();
    for (int jid = 0; jid < journals; jid++) {
      rest.add(jid);
    }
    GrowingPause pauses = settings.pauses();
    while (true) {
      rest.removeIf(step::test);
      if (rest.isEmpty() || !membership.gate().isFirstMounter()) {
        return;
      }
      awaitUpTo(pauses.next());
    }
  }

  private boolean isDone(int jid, JournalLook.Outcome outcome) {
    return switch (outcome) {
      case JournalLook.Outcome.Fenced(boolean wasOpen) -> {
        if (wasOpen) {
          fenced.add(jid);
          ownerMayReadOn();
        }
        yield true;
      }
      case JournalLook.Outcome.Clean clean -> {
        if (!fenced.remove(jid) && clean.result().wasOpen()) {
          ownerMayReadOn();
        }
        yield true;
      }
      case JournalLook.Outcome.Failed failed -> {
        if (failed.cause().reason() == StorageException.Reason.JOURNAL_CORRUPT) {
          throw failed.cause();
        }
        yield false;
      }
      case JournalLook.Outcome.Busy busy -> false;
      case JournalLook.Outcome.Settled settled -> false;
      case JournalLook.Outcome.Well well -> true;
    };
  }

  private void ownerMayReadOn() {
    mustWait = true;
    lastFencingNanos = owner.nowNanos();
  }

  private void waitOutLeases() {
    if (mustWait) {
      long end = lastFencingNanos + membership.session().leaseNanos();
      for (long rest = end - owner.nowNanos();
          rest > 0 && membership.gate().isFirstMounter();
          rest = end - owner.nowNanos()) {
        awaitUpTo(rest);
      }
      mustWait = false;
    }
    requireGoingOn();
  }

  private void awaitNews(long generation) {
    while (membership.gate().isFirstMounter() && membership.gate().generation() == generation) {
      requireGoingOn();
      membership.gate().changed().await();
    }
    requireGoingOn();
  }

  private void awaitUpTo(long nanos) {
    requireGoingOn();
    Signal changed = membership.gate().changed();
    changed.await(nanos);
    requireGoingOn();
  }

  private void requireGoingOn() {
    if (stopped.getAsBoolean()) {
      throw new RecoveryStoppedException("stopped during the first mount");
    }
  }
}
