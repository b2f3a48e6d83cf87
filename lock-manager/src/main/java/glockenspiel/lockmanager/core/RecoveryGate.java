package glockenspiel.lockmanager.core;

import glockenspiel.protocol.lock.GateStatus;
import glockenspiel.protocol.lock.LockFlags;
import glockenspiel.protocol.lock.NodeMessage.Acquire;
import glockenspiel.runtime.state.InvariantViolation;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Collections;
import java.util.List;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/**
 * The gate of one lockspace: what waits for replay, and the recovery generation. It begins closed:
 * nobody has looked at the journals yet. That of a namespace is open for ever. Knows no locks, so
 * closing it costs the same however many there are.
 */
final class RecoveryGate {
  /** A journal that waits for replay. */
  static final class PendingJournal {
    final int jid;
    final String nodeName;
    final String reason;
    final long sinceNanos;

    /** Ended sessions whose locks are kept until this journal is clean. */
    final List<Session> orphanOwners = new ArrayList<>();

    PendingJournal(int jid, String nodeName, String reason, long sinceNanos) {
      this.jid = jid;
      this.nodeName = nodeName;
      this.reason = reason;
      this.sinceNanos = sinceNanos;
    }
  }

  private final TreeMap<Integer, PendingJournal> pending = new TreeMap<>();
  private boolean firstMountPending;
  private long firstMountSinceNanos;
  private long closedSinceNanos;
  private long generation = 1;
  private GateStatus status;

  private boolean inGrace;

  /**
   * A closed gate, or one that is always open.
   *
   * @param hasJournals of a volume; a namespace has none, and its gate is always open
   * @param inGrace members of the lock-manager before this one may come back: nothing is granted
   */
  RecoveryGate(long nowNanos, boolean hasJournals, boolean inGrace) {
    this.inGrace = inGrace;
    firstMountPending = hasJournals;
    status = new GateStatus(generation, List.of(), hasJournals);
    firstMountSinceNanos = nowNanos;
    closedSinceNanos = nowNanos;
  }

  /** Whether members of the lock-manager before this one may come back. */
  boolean isInGrace() {
    return inGrace;
  }

  /** Who has not come back does not come any more. {@link #nextGeneration} must follow. */
  void endGrace() {
    inGrace = false;
  }

  /**
   * A node was told of that generation by the lock-manager before: what it reports under that one,
   * or an older one, must mean nothing. {@link #nextGeneration} must follow before a report counts.
   */
  void raiseGeneration(long told) {
    generation = Math.max(generation, told);
  }

  boolean isClosed() {
    return firstMountPending || !pending.isEmpty();
  }

  /** Whether the gate, if it is closed, holds such a request back. */
  static boolean concerns(Acquire acquire) {
    return acquire.glock().isIo() && !LockFlags.has(acquire.flags(), LockFlags.NOEXP);
  }

  /** Whether the gate holds the request back now. In grace, all are held back. */
  boolean holdsBack(Acquire acquire) {
    return inGrace || (isClosed() && concerns(acquire));
  }

  /** Rule 2, before every grant. */
  void requireLetsThrough(Acquire acquire) {
    if (holdsBack(acquire)) {
      throw new InvariantViolation(
          "rule 2: grant of " + acquire.glock() + " in closed gate " + status);
    }
  }

  GateStatus status() {
    return status;
  }

  long generation() {
    return generation;
  }

  boolean isFirstMountPending() {
    return firstMountPending;
  }

  long firstMountSinceNanos() {
    return firstMountSinceNanos;
  }

  long closedSinceNanos() {
    return closedSinceNanos;
  }

  boolean isPending(int jid) {
    return pending.containsKey(jid);
  }

  boolean hasPendingJournals() {
    return !pending.isEmpty();
  }

  @Nullable PendingJournal find(int jid) {
    return pending.get(jid);
  }

  /** By jid. */
  Collection<PendingJournal> pendingJournals() {
    return Collections.unmodifiableCollection(pending.values());
  }

  /** A new reason to be closed. A later {@link #nextGeneration} must follow in the same step. */
  void add(int jid, String nodeName, String reason, long nowNanos) {
    noteClosing(nowNanos);
    PendingJournal present = pending.get(jid);
    PendingJournal added = new PendingJournal(jid, nodeName, reason, nowNanos);
    if (present != null) {
      added.orphanOwners.addAll(present.orphanOwners);
    }
    pending.put(jid, added);
  }

  /**
   * A new reason to be closed: somebody must see to every journal. {@link #nextGeneration} must
   * follow in the same step.
   */
  void requireFirstMount(long nowNanos) {
    noteClosing(nowNanos);
    firstMountPending = true;
    firstMountSinceNanos = nowNanos;
  }

  private void noteClosing(long nowNanos) {
    if (!isClosed()) {
      closedSinceNanos = nowNanos;
    }
  }

  /** Reports of the generations so far count no more. */
  void nextGeneration() {
    generation++;
    updateStatus();
  }

  /** The journal is clean. Returns what waited for it. */
  @Nullable PendingJournal remove(int jid) {
    PendingJournal removed = pending.remove(jid);
    updateStatus();
    return removed;
  }

  /**
   * The first mount is done; so are all pending journals, which the caller has to {@link #remove}
   * one by one.
   */
  void firstMountDone() {
    firstMountPending = false;
    updateStatus();
  }

  private void updateStatus() {
    status = new GateStatus(generation, List.copyOf(pending.keySet()), firstMountPending);
  }
}
