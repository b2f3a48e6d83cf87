package glockenspiel.lockmanager.core;

import glockenspiel.protocol.lock.GlockName;
import glockenspiel.protocol.lock.LockManagerMessage.Demote;
import glockenspiel.protocol.lock.LockMode;
import glockenspiel.protocol.lock.NodeMessage.Acquire;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** Asks holders to lower: whom, to which mode, and how often. */
final class Demoting {
  private final LockTable table;
  private final RecoveryGate gate;
  private final Outbox outbox;
  private final LockWatches watches;

  Demoting(LockTable table, RecoveryGate gate, Outbox outbox, LockWatches watches) {
    this.table = table;
    this.gate = gate;
    this.outbox = outbox;
    this.watches = watches;
  }

  /**
   * A TRY_1CB has failed: asks each holder in its way exactly once, whatever was asked before (rule
   * 11).
   */
  void demoteForTry(Session session, Glock glock, Acquire acquire) {
    for (Hold hold = glock.firstHolder(); hold != null; hold = glock.holderAfter(hold)) {
      if (hold.session != session && !hold.mode.compatible(acquire.mode()) && !hold.isOrphan()) {
        LockMode wanted = wantedMode(hold.mode, acquire.mode());
        if (!glock.isNamed(GlockName.LIVE)) {
          // On the live glock it is an announcement, and nothing is lowered.
          hold.demoteWanted = lowerOf(hold.demoteWanted, wanted);
        }
        send(hold, wanted, acquire.trace(), session.nodeName);
      }
    }
  }

  /**
   * Asks those who stand in the first waiter's way to lower, each once, unless they were asked for
   * as much already.
   *
   * <p>Is there a problem if every waiter asks? Only waste: by the time the second is the first,
   * the holders are others. Is there a problem if waiters ask while the gate holds them back? Yes:
   * a holder that lowers then cannot get the glock again before the gate opens, and a node that was
   * working on what it has cached stands still for nothing.
   *
   * @return conversions of those holders that wait behind the first waiter (the gate holds them
   *     back, and the first waiter has NOEXP). Their nodes would wait for the answers before they
   *     lower, and neither would ever come: they must end with DEADLOCK
   */
  List<Request> demoteForWaiter(Glock glock, Request first) {
    LockMode mode = first.acquire.mode();
    List<Request> inTheWay = List.of();
    for (Hold hold = glock.firstHolder(); hold != null; hold = glock.holderAfter(hold)) {
      if (hold.session == first.session || hold.mode.compatible(mode) || hold.isOrphan()) {
        continue;
      }
      LockMode wanted = lowerOf(hold.demoteWanted, wantedMode(hold.mode, mode));
      if (wanted != hold.demoteWanted) {
        hold.demoteWanted = wanted;
        send(hold, wanted, first.acquire.trace(), first.session.nodeName);
      }
      Request conversion = hold.session.waitingRequest(glock);
      if (conversion != null) {
        inTheWay = inTheWay.isEmpty() ? new ArrayList<>() : inTheWay;
        inTheWay.add(conversion);
      }
    }
    return inTheWay;
  }

  /**
   * Tells everyone who holds the live glock and is still there that a journal waits for replay: the
   * same demote request that a withdraw sends, exactly one for each.
   */
  void announceOnLiveGlock() {
    Glock live = table.find(GlockName.LIVE);
    if (live == null) {
      return;
    }
    for (Hold hold = live.firstHolder(); hold != null; hold = live.holderAfter(hold)) {
      send(hold, LockMode.UN, "", "");
    }
  }

  private void send(Hold hold, LockMode wanted, String trace, String askedBy) {
    if (!hold.glock.isNamed(GlockName.LIVE)) {
      hold.glock.obtainContention().countDemote();
      watches.note(hold.glock);
    }
    // Who is frozen wants to know by whom; no other demote request is worth the bytes.
    String known = hold.glock.isNamed(GlockName.FREEZE) ? askedBy : "";
    outbox.send(
        hold.session,
        new Demote(hold.glock.name(), wanted, hold.grantNumber, gate.status(), trace, known));
  }

  /** What a holder of one mode must lower to, for a waiter that wants the other. */
  static LockMode wantedMode(LockMode held, LockMode waiterWants) {
    return held == LockMode.EX && waiterWants != LockMode.EX ? waiterWants : LockMode.UN;
  }

  /** What satisfies both demote requests: of SH and DF neither is below the other. */
  static LockMode lowerOf(@Nullable LockMode before, LockMode wanted) {
    return before == null || before == wanted ? wanted : LockMode.UN;
  }
}
