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

/**
 * The first mounter's work: every journal is replayed before anyone gets an I/O glock. F is this
 * node, L the lock-manager, J the journal-service.
 *
 * <ol>
 *   <li>L tells F, in the welcome or later, that it is the first mounter; the gate is closed with
 *       "first mount" pending.
 *   <li>F takes each journal's glock by trying, again and again while it is busy, and has J replay
 *       it, folding its statfs change: nobody else uses the master now.
 *   <li>If an epoch was open at J when it was replayed, F waits until one lease has passed since
 *       the last such fencing.
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
  private boolean epochWasOpen;
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
      replayAll(journals, trace);
      waitOutLeases();
      if (membership.gate().generation() == generation) {
        membership.session().send(new NodeMessage.ReportFirstMountDone(generation));
        events.happened(new FirstMountReported(generation));
        awaitNews(generation);
      }
    }
  }

  private void replayAll(int journals, String trace) {
    TreeSet<Integer> rest = new TreeSet<>();
    for (int jid = 0; jid < journals; jid++) {
      rest.add(jid);
    }
    GrowingPause pauses = settings.pauses();
    while (true) {
      rest.removeIf(jid -> isClean(look.replay(jid, trace)));
      if (rest.isEmpty()) {
        return;
      }
      awaitUpTo(pauses.next());
    }
  }

  private boolean isClean(JournalLook.Outcome outcome) {
    return switch (outcome) {
      case JournalLook.Outcome.Clean clean -> {
        if (clean.result().wasOpen()) {
          epochWasOpen = true;
          lastFencingNanos = owner.nowNanos();
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
      case JournalLook.Outcome.Well well -> true;
    };
  }

  private void waitOutLeases() {
    if (epochWasOpen) {
      long end = lastFencingNanos + membership.session().leaseNanos();
      for (long rest = end - owner.nowNanos(); rest > 0; rest = end - owner.nowNanos()) {
        awaitUpTo(rest);
      }
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
