package glockenspiel.node.recovery;

import glockenspiel.node.event.NodeEvent.FirstMountReported;
import glockenspiel.node.event.NodeEvent.StatfsFolded;
import glockenspiel.node.event.NodeEvents;
import glockenspiel.node.event.Tracing;
import glockenspiel.node.filesystem.MountedFileSystem;
import glockenspiel.protocol.lock.NodeMessage;
import glockenspiel.protocol.storage.StoragePort;
import glockenspiel.runtime.state.InvariantViolation;
import glockenspiel.runtime.state.StateMachine;
import glockenspiel.runtime.task.OwnerStoppedException;
import glockenspiel.runtime.task.Promise;
import glockenspiel.runtime.task.SerialOwner;
import java.util.ArrayList;
import java.util.List;
import java.util.TreeSet;
import org.jspecify.annotations.Nullable;

/**
 * A peer's part in the recovery of others. P is this node, L the lock-manager, J the
 * journal-service.
 *
 * <ol>
 *   <li>L closes the gate and tells P, by a demote request on the live glock or by {@code
 *       GateChanged}. P keeps its live glock.
 *   <li>P looks at every journal that L names, but its own: tries its glock with NOEXP. Busy: its
 *       owner lives or a peer is at it.
 *   <li>Granted, and still named: P has J look at it. If it is not clean and closed, J fences the
 *       epoch that the look has shown and replays it. P reports to L that it is clean, under the
 *       generation that P knew <em>before</em>; then gives the glock back. More at {@link
 *       JournalLook}.
 *   <li>While the gate is closed P looks again, with growing pauses; at once when there is a new
 *       generation. When the pauses have grown to their limit, P also looks at the journals that L
 *       does not name: nobody replays one whose glock is held.
 *   <li>When the gate is open, P folds what the replayed journals' owners had not told the master
 *       statfs file into it, in an ordinary transaction. An owner that has not left yet lets its
 *       file go soon; one that has mounted again keeps it, and folds it itself.
 * </ol>
 *
 * <p>Is there a problem if P reports under the generation that it knows <em>after</em> the replay?
 * Yes: the generation may have changed because the same journal's next owner died. The report would
 * open the gate for a journal that nobody has looked at since (rule 2). Reported under the older
 * one, it is ignored, and P looks again.
 *
 * <p>Is there a problem if P gives up its live glock when asked to? Yes: the next withdraw would
 * find nobody to refuse it, and would take itself for the last node.
 *
 * <p>Is there a problem if the fold runs in the task that looks at journals? Yes: it needs I/O
 * glocks, which wait for the gate if it closes again; the only task that could open it would wait
 * behind it.
 */
public final class PeerRecovery {
  private final SerialOwner owner;
  private final Membership membership;
  private final NodeEvents events;
  private final Tracing tracing;
  private final RecoverySettings settings;
  private final JournalProblems problems;
  private final JournalLook look;
  private final TreeSet<Integer> toFold = new TreeSet<>();
  private final StateMachine<RecoveryState> state =
      new StateMachine<>(
          "recovery", RecoveryState.TRANSITIONS, RecoveryState.IDLE, (from, to, reason) -> {});
  private int journals;
  private String trace = "";
  private @Nullable MountedFileSystem fileSystem;
  private @Nullable Promise<@Nullable Void> checking;
  private @Nullable Promise<@Nullable Void> folding;

  /** The node unmounts: what is not to be had at once is not waited for. */
  private boolean finishing;

  /** Takes no part before {@link #begin}. */
  public PeerRecovery(
      SerialOwner owner,
      Membership membership,
      StoragePort storage,
      NodeEvents events,
      Tracing tracing,
      JournalProblems problems,
      RecoverySettings settings) {
    this.owner = owner;
    this.membership = membership;
    this.events = events;
    this.tracing = tracing;
    this.settings = settings;
    this.problems = problems;
    this.look =
        new JournalLook(
            owner,
            membership,
            storage,
            events,
            problems,
            this::isStopped,
            membership.gate().changed());
  }

  /** What it is at. */
  public RecoveryState state() {
    return state.state();
  }

  /** From now on the node takes part; the volume has that many journals. */
  public void begin(int journalCount) {
    journals = journalCount;
    wake();
  }

  /** Journals have been announced, as part of that trace. */
  public void announced(String traceparent) {
    if (!traceparent.isEmpty()) {
      trace = traceparent;
    }
    wake();
  }

  /** The gate may have changed. */
  public void wake() {
    if (state.is(RecoveryState.IDLE) && journals > 0 && hasWork()) {
      state.become(RecoveryState.CHECKING, "gate closed");
      checking = owner.start("recovery", this::check);
    }
    membership.gate().changed().raise();
    fold();
  }

  /** The node is mounted: what it has replayed may be folded. */
  public void mounted(MountedFileSystem mounted) {
    fileSystem = mounted;
    fold();
  }

  /**
   * Has a journal that nobody says is pending replayed, if nobody has it and it is not well. Only
   * inside a task.
   *
   * @return false when somebody has its glock
   */
  public boolean replayIfFree(int jid) {
    return !(look.replayUnlessWell(jid, trace) instanceof JournalLook.Outcome.Busy);
  }

  /**
   * Ends where it is. The journal glock that it holds is given back; what was not reported, a peer
   * does again.
   */
  public void stop() {
    if (!isStopped()) {
      state.become(RecoveryState.STOPPED, "stop");
      membership.gate().changed().raise();
    }
  }

  /**
   * Folds what is to be had now, and nothing after that. Only inside a task.
   *
   * <p>Is there a problem if a node unmounts with folds undone? No: the close of the last open
   * journal folds for all (rule 10). Until then {@code df} is off, so what can be done is done.
   */
  public void finishFolding() {
    finishing = true;
    membership.gate().changed().raise();
    awaitQuietly(folding);
    fold();
    awaitQuietly(folding);
    fileSystem = null;
  }

  /** Waits until nothing of it runs. Only inside a task, after {@link #stop}. */
  public void awaitStopped() {
    awaitQuietly(checking);
    awaitQuietly(folding);
  }

  private void awaitQuietly(@Nullable Promise<@Nullable Void> task) {
    if (task != null) {
      // Neither task fails: both catch what they throw.
      owner.await(task);
    }
  }

  private boolean isStopped() {
    return state.is(RecoveryState.STOPPED);
  }

  /** A first mount is another node's work; this one would only be in its way. */
  private boolean hasWork() {
    Gate gate = membership.gate();
    return gate.checksAllJournals() || (!gate.isOpen() && !gate.status().firstMountPending());
  }

  private @Nullable Void check() {
    try (Tracing.Span span = tracing.start("recovery", trace)) {
      checkUntilOpen(span.traceparent());
    } catch (RecoveryStoppedException stopped) {
      // The node withdraws or leaves; the gate is the peers' now.
    } catch (OwnerStoppedException stopped) {
      throw stopped;
    } catch (RuntimeException cause) {
      membership.violated(cause);
      return null;
    }
    if (!isStopped()) {
      state.become(RecoveryState.IDLE, "gate open");
      trace = "";
      problems.clear();
      fold();
    }
    return null;
  }

  private void checkUntilOpen(String spanTrace) {
    GrowingPause pauses = settings.pauses();
    boolean unnamedToo = false;
    while (!isStopped() && hasWork()) {
      long generation = membership.gate().generation();
      if (membership.gate().checksAllJournals()) {
        checkAll(generation, spanTrace);
      } else {
        checkOnce(generation, unnamedToo, spanTrace);
      }
      if (isStopped() || !hasWork()) {
        return;
      }
      state.become(RecoveryState.PAUSING, "gate still closed");
      pauseUnlessNews(generation, pauses.next());
      if (isStopped()) {
        return;
      }
      state.become(RecoveryState.CHECKING, "look again");
      if (membership.gate().generation() == generation) {
        unnamedToo = pauses.isLongest();
      } else {
        pauses.reset();
        unnamedToo = false;
      }
    }
  }

  private void pauseUnlessNews(long generation, long nanos) {
    long end = owner.nowNanos() + nanos;
    long rest = nanos;
    while (rest > 0 && !isStopped() && hasWork() && membership.gate().generation() == generation) {
      membership.gate().changed().await(rest);
      rest = end - owner.nowNanos();
    }
  }

  /**
   * After a restart of L: nobody knows which journals are clean. Those of members that have come
   * back are as well as their owners; of all others each must be found clean, or made so, under one
   * generation.
   *
   * <p>Is there a problem if a busy journal counts as owned? Yes: a peer may have it to replay it,
   * and give up half-way. So L names those that are owned, and all others are waited for.
   */
  private void checkAll(long generation, String spanTrace) {
    boolean all = true;
    for (int jid = 0; jid < journals; jid++) {
      Gate gate = membership.gate();
      if (isStopped() || !gate.checksAllJournals() || gate.generation() != generation) {
        return;
      }
      if (!gate.isOwned(jid)) {
        JournalLook.Outcome outcome = look.replayUnlessWell(jid, spanTrace);
        if (outcome instanceof JournalLook.Outcome.Clean) {
          toFold.add(jid);
        }
        all &=
            outcome instanceof JournalLook.Outcome.Clean
                || outcome instanceof JournalLook.Outcome.Well;
      }
    }
    if (all && membership.gate().generation() == generation) {
      membership.session().send(new NodeMessage.ReportFirstMountDone(generation));
      events.happened(new FirstMountReported(generation));
    }
  }

  private void checkOnce(long generation, boolean unnamedToo, String spanTrace) {
    for (int jid : toLookAt(unnamedToo)) {
      Gate gate = membership.gate();
      if (isStopped() || !hasWork() || gate.generation() != generation) {
        return;
      }
      if (membership.journal().is(jid)) {
        continue;
      }
      boolean pending = gate.isPending(jid);
      JournalLook.Outcome outcome =
          pending
              ? look.replayAndReport(jid, generation, spanTrace)
              : look.replayUnlessWell(jid, spanTrace);
      // Of a journal that was found well, whoever had it replayed may be gone.
      if (outcome instanceof JournalLook.Outcome.Clean
          || (pending && outcome instanceof JournalLook.Outcome.Well)) {
        toFold.add(jid);
      }
    }
  }

  private List<Integer> toLookAt(boolean unnamedToo) {
    List<Integer> jids = new ArrayList<>(membership.gate().status().pendingJids());
    for (int jid = 0; unnamedToo && jid < journals; jid++) {
      if (!membership.gate().isPending(jid)) {
        jids.add(jid);
      }
    }
    return jids;
  }

  private void fold() {
    boolean running = folding != null && !folding.isDone();
    if (!running && !toFold.isEmpty() && fileSystem != null && membership.gate().isOpen()) {
      folding = owner.start("fold statfs", this::foldAll);
    }
  }

  private @Nullable Void foldAll() {
    MountedFileSystem mounted = fileSystem;
    GrowingPause pauses = settings.pauses();
    try {
      while (mounted != null && !toFold.isEmpty()) {
        foldFree(mounted);
        if (finishing || pauses.isLongest()) {
          toFold.clear();
        } else if (!toFold.isEmpty()) {
          membership.gate().changed().await(pauses.next());
        }
        mounted = fileSystem;
      }
    } catch (OwnerStoppedException stopped) {
      throw stopped;
    } catch (InvariantViolation cause) {
      membership.violated(cause);
    } catch (RuntimeException lost) {
      // The counts stay in the journal owner's own file, where its next mount goes on with them.
      // If the node itself is in trouble, the file system has asked for a withdraw.
      toFold.clear();
    }
    return null;
  }

  /** Folds all whose files nobody has. */
  private void foldFree(MountedFileSystem mounted) {
    for (int jid : List.copyOf(toFold)) {
      if (mounted.foldStatfs(jid)) {
        toFold.remove(jid);
        events.happened(new StatfsFolded(jid));
      }
    }
  }
}
