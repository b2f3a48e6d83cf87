package glockenspiel.node.glock;

import glockenspiel.protocol.lock.GlockName;
import glockenspiel.protocol.lock.GlockType;
import glockenspiel.protocol.lock.LockFlags;
import glockenspiel.protocol.lock.LockManagerMessage.Answer;
import glockenspiel.protocol.lock.LockManagerMessage.Demote;
import glockenspiel.protocol.lock.LockMode;
import glockenspiel.protocol.lock.LockOutcome;
import glockenspiel.protocol.lock.LockValue;
import glockenspiel.runtime.state.InvariantViolation;
import glockenspiel.runtime.task.SerialOwner;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * The glocks that a node holds, and who uses them. A glock stays after its last local holder is
 * gone, so that the next use costs no message. One per session.
 *
 * <p>Local holders of one glock go together as nodes do, within what the node holds: SH with SH, DF
 * with DF, EX alone. Waiters are served in order, PRIORITY first. {@link GlockQueue} serves them,
 * {@link Demotion} lowers, {@link HeldBackReleases} withdraws.
 *
 * <p>Is there a problem if a cached glock is handed out without a look at the lease? Yes: a process
 * that stood still for longer than its lease wakes up with its next piece of work, not with its
 * timers. It would read what it has cached while another node has changed it.
 */
public final class GlockCache implements Glocks {
  private final SerialOwner owner;
  private final LockSender sender;
  private final GlockSettings settings;
  private final GlockTable table;
  private final GlockQueue queue;
  private final HeldBackReleases heldBack;
  private long demotes;
  private long demotesStale;

  /** A cache that holds nothing. */
  public GlockCache(
      SerialOwner owner, LockSender sender, GlockSettings settings, GlockFailures failures) {
    this.owner = owner;
    this.sender = sender;
    this.settings = settings;
    this.table = new GlockTable(owner);
    this.queue = new GlockQueue(owner, table, sender, settings, failures);
    this.heldBack = new HeldBackReleases(table, queue, sender);
  }

  /** Says what is cached under the glocks: from now on demotes sync and invalidate it. */
  public void serve(GlockContents contents) {
    queue.demotion().serve(contents);
  }

  // Acquiring.

  @Override
  public Holder acquire(GlockName name, LockMode mode, int flags) {
    Holder cached = acquireCached(name, mode, flags);
    return cached != null ? cached : acquireSlowly(name, mode, flags, Patience.endless(), "");
  }

  /**
   * Takes a holder if that costs neither a message nor waiting; null otherwise. May be called
   * outside a task.
   */
  public @Nullable Holder acquireCached(GlockName name, LockMode mode, int flags) {
    Glock glock = table.find(name);
    if (glock != null
        && !glock.hasWaiters()
        && glock.mayGrant(mode, flags)
        && table.is(CachePhase.SERVING)
        && sender.holdsLease()) {
      return glock.admit(queue, mode, flags);
    }
    return null;
  }

  /**
   * As {@link #acquire(GlockName, LockMode, int)}, but gives up after a while.
   *
   * @param patience how long it waits
   * @param trace W3C traceparent of the operation behind it; empty for none
   * @throws GlockException CANCELLED when the patience is over
   */
  public Holder acquire(GlockName name, LockMode mode, int flags, Patience patience, String trace) {
    return acquireSlowly(name, mode, flags, patience, trace);
  }

  private Holder acquireSlowly(
      GlockName name, LockMode mode, int flags, Patience patience, String trace) {
    if (mode == LockMode.UN) {
      throw new IllegalArgumentException("glock " + name + ": UN cannot be acquired");
    }
    checkMayAcquire(name);
    Glock glock = findOrAdd(name);
    if (!glock.hasWaiters() && glock.mayGrant(mode, flags)) {
      return glock.admit(queue, mode, flags);
    }
    if (LockFlags.isTry(flags) && !mayTry(glock, mode, flags)) {
      throw GlockQueue.tryFailed(glock);
    }
    LocalWaiter waiter = new LocalWaiter(mode, flags, patience, trace);
    glock.enqueue(waiter);
    queue.run(glock);
    if (!waiter.holder.isDone()) {
      patience.begin(owner, () -> queue.giveUp(glock, waiter));
    }
    return owner.await(waiter.holder);
  }

  private void checkMayAcquire(GlockName name) {
    boolean refused =
        switch (table.phase()) {
          case SERVING -> false;
          case WITHDRAWING -> !isCoordination(name);
          case LEAVING, ENDED -> true;
        };
    if (refused || !sender.holdsLease()) {
      throw GlockQueue.withdrawn(name);
    }
  }

  /** Glocks that a withdraw itself needs. */
  private static boolean isCoordination(GlockName name) {
    return name.type() == GlockType.NONDISK || name.type() == GlockType.JOURNAL;
  }

  /**
   * A try lock asks the cluster only when nobody is before it here; else it has met its conflict
   * already.
   */
  private static boolean mayTry(Glock glock, LockMode mode, int flags) {
    boolean settled = glock.isForgettable() || glock.isUnused();
    return settled && !glock.held.covers(glock.effectiveMode(mode, flags));
  }

  private Glock findOrAdd(GlockName name) {
    Glock glock = table.find(name);
    if (glock == null) {
      if (table.size() >= settings.glocksMax()) {
        table.unusedAmongOldest(settings.shrinkScan()).forEach(this::giveBack);
      }
      glock = table.add(name);
    }
    return glock;
  }

  // What the lock-manager says.

  /** The outcome of a request. */
  public void answered(Answer answer) {
    Glock glock = table.find(answer.glock());
    if (glock == null) {
      throw new InvariantViolation("rule 11: no request is under way for " + answer);
    }
    queue.settle(glock, answer);
    if (table.is(CachePhase.WITHDRAWING)) {
      heldBack.holdBack(glock);
    }
    if (!table.is(CachePhase.LEAVING)) {
      queue.continueAfter(glock, answer.outcome());
    }
  }

  /**
   * A demote request. The live glock's are announcements and do not come here.
   *
   * @return whether it means what is held now, and asks for less
   */
  public boolean demoteRequested(Demote demote) {
    Glock glock = table.find(demote.glock());
    boolean meant = glock != null && queue.demotion().requested(glock, demote);
    if (meant) {
      demotes++;
    } else {
      demotesStale++;
    }
    return meant;
  }

  // Giving glocks back.

  /** Gives a glock back as soon as nobody holds it here, whatever its age. */
  public void giveBack(GlockName name) {
    Glock glock = table.find(name);
    if (glock != null) {
      giveBack(glock);
    }
  }

  /** Lowers a glock to that mode as soon as nobody holds it here, if it is held in a higher one. */
  public void lower(GlockName name, LockMode to) {
    Glock glock = table.find(name);
    if (glock != null && glock.lowerTo(to) != glock.held) {
      glock.wantDemote(to);
      queue.demotion().proceed(glock);
    }
  }

  private void giveBack(Glock glock) {
    if (glock.held != LockMode.UN) {
      glock.wantDemote(LockMode.UN);
      queue.demotion().proceed(glock);
    }
  }

  /**
   * Gives all glocks back, and waits until that has been sent and each request has had its outcome.
   * Only inside a task.
   *
   * <p>Is there a problem if a cancelled request is not waited for? Yes: its grant may be on its
   * way. The node would leave with a lock that it does not know of, and the lock-manager would take
   * it for one that has not left in order.
   *
   * @return false when the node has begun to withdraw meanwhile, so that some are held back; what
   *     still has a local holder is waited for
   */
  public boolean giveAllBack() {
    while (!table.isEmptyHanded() && table.is(CachePhase.SERVING)) {
      table.all().forEach(this::giveBack);
      if (!table.isEmptyHanded()) {
        table.awaitChange();
      }
    }
    while (!table.isEmptyHanded() && table.is(CachePhase.LEAVING)) {
      table.all().forEach(heldBack::drop);
      if (!table.isEmptyHanded()) {
        table.awaitChange();
      }
    }
    return table.isEmptyHanded();
  }

  // The withdraw.

  /**
   * The node withdraws: all that wait fail, only NONDISK and JOURNAL glocks may be acquired from
   * now on, and every release of an I/O glock is held back (rule 8). All I/O glocks are to be given
   * up, so each that is held counts as one.
   */
  public void beginWithdraw() {
    heldBack.beginWithdraw();
  }

  /** Whether the node withdraws or leaves. */
  public boolean isWithdrawing() {
    return !table.is(CachePhase.SERVING);
  }

  /**
   * The journal is clean: lets the held back releases go.
   *
   * @return how many
   */
  public int letGo() {
    return heldBack.letGo();
  }

  /** The lock-manager was restarted: tells it what is held, and nothing else. */
  public void reassert() {
    for (Glock glock : table.all()) {
      queue.reassert(glock);
    }
  }

  /**
   * The restarted lock-manager knows what is held: asks again for what somebody still waits for
   * (rule 11: the answer to the first request never comes).
   */
  public void askAgain() {
    for (Glock glock : table.all()) {
      if (glock.requestId != 0 && !queue.askAgain(glock)) {
        answered(
            new Answer(
                glock.requestId, glock.name, LockOutcome.CANCELLED, LockMode.UN, 0, null, true));
      }
    }
  }

  /**
   * The session is over: nothing is held any more, and nobody is told. I/O glocks stay with the
   * lock-manager until recovery.
   */
  public void sessionEnded() {
    heldBack.sessionEnded();
  }

  // Values and inspection.

  /**
   * The lock value of a glock that is held; null when it has none, or when it may be old because an
   * EX holder died.
   */
  public @Nullable LockValue lockValue(GlockName name) {
    Glock glock = table.find(name);
    return glock == null || glock.held == LockMode.UN || !glock.lockValueValid
        ? null
        : glock.lockValue;
  }

  /** The mode in which the node holds a glock; UN for one that it does not know. */
  public LockMode held(GlockName name) {
    Glock glock = table.find(name);
    return glock == null ? LockMode.UN : glock.held;
  }

  /** Whether a demote request stands against what is held of a glock. */
  public boolean isDemoteWanted(GlockName name) {
    Glock glock = table.find(name);
    return glock != null && glock.demoteWanted != null;
  }

  /** Sets the lock value of a glock that is held EX; it travels when EX is lowered. */
  public void setLockValue(GlockName name, LockValue value) {
    Glock glock = table.find(name);
    if (glock == null || glock.held != LockMode.EX) {
      throw new IllegalStateException("glock " + name + " is not held EX: its value cannot change");
    }
    glock.lockValue = value;
    glock.lockValueValid = true;
    glock.lockValueChanged = true;
  }

  /** The cache in numbers. */
  public GlockCounts counts() {
    return new GlockCounts(
        table.size(), table.heldCount(), heldBack.count(), queue.requests(), demotes, demotesStale);
  }

  /** All glocks as they are now, by type and number. Costs time and memory for each. */
  public List<GlockSnapshot> snapshot() {
    long now = owner.nowNanos();
    List<GlockSnapshot> all = new ArrayList<>(table.size());
    for (Glock glock : table.all()) {
      all.add(GlockSnapshot.of(glock, now));
    }
    all.sort(null);
    return all;
  }
}
