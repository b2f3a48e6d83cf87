package glockenspiel.node.recovery;

import glockenspiel.protocol.lock.GateStatus;
import glockenspiel.runtime.task.SerialOwner;
import glockenspiel.runtime.task.Signal;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import org.jspecify.annotations.Nullable;

/** The gate of the lockspace, as the lock-manager told of it last. */
public final class Gate {
  private final SerialOwner owner;
  private final Signal changed;
  private GateStatus status = new GateStatus(0, List.of(), true);
  private long closedSinceNanos;
  private boolean firstMounter;
  private @Nullable Set<Integer> owned;

  /** For each journal that this lock-manager has told of: the newest generation it waited in. */
  private final Map<Integer, Long> pendingIn = new TreeMap<>();

  /** A gate that nothing is known of: closed. */
  public Gate(SerialOwner owner) {
    this.owner = owner;
    this.changed = new Signal(owner);
    this.closedSinceNanos = owner.nowNanos();
  }

  /** What it was last. */
  public GateStatus status() {
    return status;
  }

  /** Whether I/O glocks are granted. */
  public boolean isOpen() {
    return status.isOpen();
  }

  /** The recovery generation. */
  public long generation() {
    return status.generation();
  }

  /** Whether that journal waits for replay. */
  public boolean isPending(int jid) {
    return status.pendingJids().contains(jid);
  }

  /**
   * Whether this lock-manager has said that the journal waits for replay, in a later generation
   * than that, and has said since that it is clean.
   */
  public boolean isCleanSince(int jid, long generation) {
    return pendingIn.getOrDefault(jid, generation) > generation
        && !isPending(jid)
        && !status.firstMountPending();
  }

  /** Whether this node must see to every journal. */
  public boolean isFirstMounter() {
    return firstMounter && status.firstMountPending();
  }

  /** Whether this node must see to the journals whose owners have not come back. */
  public boolean checksAllJournals() {
    return owned != null && status.firstMountPending();
  }

  /** Whether that journal's owner has come back, and the journal does not wait for replay since. */
  boolean isOwned(int jid) {
    return owned != null && owned.contains(jid) && !isPending(jid);
  }

  /** For how long it has been closed, as far as this node knows; 0 when it is open. */
  public long closedMillis() {
    return isOpen() ? 0 : (owner.nowNanos() - closedSinceNanos) / 1_000_000;
  }

  /** Told on every change, and whenever those who watch the gate should look up. */
  public Signal changed() {
    return changed;
  }

  /** The lock-manager says so. */
  void update(GateStatus now) {
    if (status.isOpen() && !now.isOpen()) {
      closedSinceNanos = owner.nowNanos();
    }
    status = now;
    now.pendingJids().forEach(jid -> pendingIn.put(jid, now.generation()));
    changed.raise();
  }

  /** The lock-manager was restarted: whatever this node was to do, the new one will say. */
  void restarted(GateStatus now) {
    firstMounter = false;
    owned = null;
    pendingIn.clear();
    update(now);
  }

  /** The lock-manager says that this node sees to every journal but those. */
  void checkAllJournals(GateStatus now, List<Integer> ownedJids) {
    owned = new TreeSet<>(ownedJids);
    update(now);
  }

  /** The lock-manager says that this node is the first mounter. */
  void becomeFirstMounter(GateStatus now) {
    firstMounter = true;
    update(now);
  }
}
