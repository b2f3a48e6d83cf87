package glockenspiel.node.glock;

import glockenspiel.protocol.lock.GlockName;
import glockenspiel.protocol.lock.GlockType;
import glockenspiel.protocol.lock.LockFlags;
import glockenspiel.protocol.lock.LockMode;
import glockenspiel.protocol.lock.LockValue;
import glockenspiel.runtime.state.InvariantViolation;
import glockenspiel.runtime.task.SerialOwner;
import java.util.ArrayDeque;
import java.util.Iterator;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * One glock inside a node: what it holds, who uses it, who waits, what is wanted of it. Decides
 * nothing; the cache does.
 */
final class Glock {
  /**
   * Whether holders are used again. Not in a JVM with assertions, as tests and the simulation are:
   * there every second close is seen ({@link LocalHolder#close}).
   */
  private static final boolean KEEPS_SPARES = !Glock.class.desiredAssertionStatus();

  final GlockName name;

  /** What the node holds in the cluster. */
  LockMode held = LockMode.UN;

  /** Of the newest grant. */
  long grantNumber;

  /** When that grant came. */
  long heldSinceNanos;

  /** As the newest grant brought it, or as a local EX holder has set it. */
  @Nullable LockValue lockValue;

  boolean lockValueValid = true;
  boolean lockValueChanged;

  /** The request that is under way; 0 for none. */
  long requestId;

  /** The waiter for whose sake the request went; it may have given up meanwhile. */
  @Nullable LocalWaiter requestedFor;

  /** What a demote request, or the node itself, wants it lowered to; null for nothing. */
  @Nullable LockMode demoteWanted;

  SerialOwner.@Nullable Timer holdTimer;

  private GlockState state = GlockState.UNLOCKED;
  private @Nullable LocalHolder firstHolder;

  /** Of a user that has gone; for the next one. */
  private @Nullable LocalHolder spareHolder;

  private int holderCount;
  private LockMode holderMode = LockMode.UN;
  private @Nullable ArrayDeque<LocalWaiter> waiters;

  Glock(GlockName name) {
    this.name = name;
  }

  GlockState state() {
    return state;
  }

  /** The only way to another state. */
  void become(GlockState next, String reason) {
    if (!GlockState.TRANSITIONS.allows(state, next)) {
      throw new InvariantViolation(
          "glock " + name + ": illegal transition " + state + " -> " + next + " (" + reason + ")");
    }
    if ((next == GlockState.UNLOCKED) != (held == LockMode.UN) && next != GlockState.REQUESTING) {
      throw new InvariantViolation(
          "glock " + name + ": held " + held + " does not go with " + next + " (" + reason + ")");
    }
    if (state == GlockState.DEMOTE_DEFERRED && holdTimer != null) {
      holdTimer.cancel();
      holdTimer = null;
    }
    state = next;
  }

  // Holders.

  int holderCount() {
    return holderCount;
  }

  /** Whether a holder of that mode may be admitted now: {@code may_grant}. */
  boolean mayGrant(LockMode mode, int flags) {
    if (!state.admits()) {
      return false;
    }
    LockMode wanted = effectiveMode(mode, flags);
    return held.covers(wanted)
        && (holderCount == 0 || (holderMode == wanted && wanted != LockMode.EX));
  }

  /** What the holder will hold: with ANY, whichever of SH and DF is at hand. */
  LockMode effectiveMode(LockMode mode, int flags) {
    if (!LockFlags.has(flags, LockFlags.ANY)) {
      return mode;
    }
    LockMode present = holderCount > 0 ? holderMode : held;
    return present == LockMode.SH || present == LockMode.DF ? present : mode;
  }

  LocalHolder admit(GlockQueue queue, LockMode mode, int flags) {
    LocalHolder spare = spareHolder;
    LocalHolder holder = spare == null ? new LocalHolder(queue, this) : spare;
    spareHolder = null;
    holder.begin(mode, flags);
    holderMode = effectiveMode(mode, flags);
    holderCount++;
    LocalHolder first = firstHolder;
    holder.next = first;
    if (first != null) {
      first.previous = holder;
    }
    firstHolder = holder;
    return holder;
  }

  void remove(LocalHolder holder) {
    LocalHolder before = holder.previous;
    LocalHolder after = holder.next;
    if (before == null) {
      firstHolder = after;
    } else {
      before.next = after;
    }
    if (after != null) {
      after.previous = before;
    }
    holder.previous = null;
    holder.next = null;
    // Where somebody waits, an object for him costs nothing beside the waiting.
    spareHolder = KEEPS_SPARES && !isAwaited() ? holder : null;
    if (--holderCount == 0) {
      holderMode = LockMode.UN;
    }
  }

  /** The newest holder; the others follow by {@code next}. */
  @Nullable LocalHolder firstHolder() {
    return firstHolder;
  }

  /** What the holders hold; UN when there are none. */
  LockMode holderMode() {
    return holderMode;
  }

  // Waiters.

  /** Whether somebody or something waits for holders to go. */
  boolean isAwaited() {
    return demoteWanted != null || waiters != null;
  }

  boolean hasWaiters() {
    return waiters != null;
  }

  @Nullable LocalWaiter findFirstWaiter() {
    return waiters == null ? null : waiters.peekFirst();
  }

  /** In the order of service. */
  List<LocalWaiter> waiters() {
    return waiters == null ? List.of() : List.copyOf(waiters);
  }

  /** Behind all others; with PRIORITY, behind those with PRIORITY only. */
  void enqueue(LocalWaiter waiter) {
    ArrayDeque<LocalWaiter> queue = waiters;
    if (queue == null) {
      queue = new ArrayDeque<>(2);
      waiters = queue;
    }
    if (queue.isEmpty() || !LockFlags.has(waiter.flags, LockFlags.PRIORITY)) {
      queue.addLast(waiter);
      return;
    }
    ArrayDeque<LocalWaiter> reordered = new ArrayDeque<>(queue.size() + 1);
    Iterator<LocalWaiter> rest = queue.iterator();
    LocalWaiter next = rest.next();
    while (next != null && LockFlags.has(next.flags, LockFlags.PRIORITY)) {
      reordered.addLast(next);
      next = rest.hasNext() ? rest.next() : null;
    }
    reordered.addLast(waiter);
    while (next != null) {
      reordered.addLast(next);
      next = rest.hasNext() ? rest.next() : null;
    }
    waiters = reordered;
  }

  void dequeue(LocalWaiter waiter) {
    ArrayDeque<LocalWaiter> queue = waiters;
    if (queue != null && queue.remove(waiter) && queue.isEmpty()) {
      waiters = null;
    }
  }

  // What it may lower to.

  /** The mode to lower to, so that one who wants {@code wanted} of it is content. */
  LockMode lowerTo(LockMode wanted) {
    if (held == wanted || held == LockMode.UN) {
      return held;
    }
    return held == LockMode.EX ? wanted : LockMode.UN;
  }

  /** A further demote request: whoever wants different things wants UN. */
  void wantDemote(LockMode wanted) {
    demoteWanted = demoteWanted == null || demoteWanted == wanted ? wanted : LockMode.UN;
  }

  /**
   * Whether blocks or values are cached under it, so that lowering it takes more than a message.
   */
  boolean hasContents() {
    return name.type() != GlockType.NONDISK && name.type() != GlockType.JOURNAL;
  }

  /** Whether nothing would be lost with it. */
  boolean isForgettable() {
    return state == GlockState.UNLOCKED && holderCount == 0 && waiters == null;
  }

  /** Whether it is held for later use only. */
  boolean isUnused() {
    return state == GlockState.HELD && holderCount == 0 && waiters == null && demoteWanted == null;
  }
}
