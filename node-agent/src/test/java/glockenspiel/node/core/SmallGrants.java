package glockenspiel.node.core;

import glockenspiel.node.core.SmallLockManager.Hold;
import glockenspiel.node.core.SmallLockManager.Session;
import glockenspiel.protocol.lock.GlockName;
import glockenspiel.protocol.lock.LockFlags;
import glockenspiel.protocol.lock.LockManagerMessage;
import glockenspiel.protocol.lock.LockMode;
import glockenspiel.protocol.lock.LockOutcome;
import glockenspiel.protocol.lock.NodeMessage;
import java.util.ArrayList;
import java.util.List;

/** Who gets which glock in the small lock-manager. */
final class SmallGrants {
  private record Waiting(Session session, NodeMessage.Acquire acquire) {
    boolean isFor(GlockName glock) {
      return acquire.glock().equals(glock);
    }

    boolean isConversion() {
      return session.holds.containsKey(acquire.glock());
    }
  }

  private final SmallLockManager manager;
  private final List<Waiting> waiting = new ArrayList<>();
  private long grantNumber;

  SmallGrants(SmallLockManager manager) {
    this.manager = manager;
  }

  void forget(Session session) {
    waiting.removeIf(request -> request.session == session);
  }

  void clear() {
    waiting.clear();
  }

  void acquire(Session session, NodeMessage.Acquire acquire) {
    boolean announces =
        acquire.glock().equals(GlockName.LIVE)
            && acquire.mode() == LockMode.EX
            && LockFlags.has(acquire.flags(), LockFlags.TRY_1CB);
    if (announces && session.slot >= 0 && !session.withdrawing) {
      session.withdrawing = true;
      manager.closeFor(session);
    }
    if (session.withdrawing && acquire.glock().isIo()) {
      manager.violations.add("rule 2: " + session.nodeName + " asks for " + acquire.glock());
    }
    Waiting request = new Waiting(session, acquire);
    if (mayGrant(request) && waiting.stream().noneMatch(other -> other.isFor(acquire.glock()))) {
      grant(request);
    } else if (LockFlags.isTry(acquire.flags())) {
      if (LockFlags.has(acquire.flags(), LockFlags.TRY_1CB)) {
        demoteHolders(request, true);
      }
      answer(request, LockOutcome.TRY_FAILED, LockMode.UN, 0);
    } else if (isConversionDeadlock(request)) {
      answer(request, LockOutcome.DEADLOCK, LockMode.UN, 0);
    } else {
      waiting.add(request);
    }
  }

  private boolean isConversionDeadlock(Waiting request) {
    return request.isConversion()
        && waiting.stream()
            .anyMatch(other -> other.isFor(request.acquire.glock()) && other.isConversion());
  }

  private boolean mayGrant(Waiting request) {
    GlockName glock = request.acquire.glock();
    boolean gated =
        glock.isIo()
            && !manager.gate().isOpen()
            && !LockFlags.has(request.acquire.flags(), LockFlags.NOEXP);
    return !gated && holders(glock, request.session).stream().allMatch(h -> goesWith(h, request));
  }

  private static boolean goesWith(Hold hold, Waiting request) {
    return hold.mode.compatible(request.acquire.mode());
  }

  private List<Hold> holders(GlockName glock, Session but) {
    List<Hold> holders = new ArrayList<>();
    List<Session> all = new ArrayList<>(manager.sessions.values());
    all.addAll(manager.orphanOwners.keySet());
    for (Session session : all) {
      Hold hold = session.holds.get(glock);
      if (hold != null && session != but) {
        holders.add(hold);
      }
    }
    return holders;
  }

  private void grant(Waiting request) {
    GlockName glock = request.acquire.glock();
    Session session = request.session;
    session.holds.put(glock, new Hold(request.acquire.mode(), ++grantNumber));
    if (glock.equals(GlockName.journal(session.slot)) && !session.withdrawing) {
      session.ownsJournal = true;
    }
    answer(request, LockOutcome.GRANTED, request.acquire.mode(), grantNumber);
  }

  private static void answer(Waiting request, LockOutcome outcome, LockMode mode, long number) {
    request.session.log.add(
        new LockManagerMessage.Answer(
            request.acquire.requestId(),
            request.acquire.glock(),
            outcome,
            mode,
            number,
            null,
            true));
  }

  private void demoteHolders(Waiting request, boolean always) {
    GlockName glock = request.acquire.glock();
    for (Session session : manager.sessions.values()) {
      Hold hold = session.holds.get(glock);
      if (hold == null || session == request.session || goesWith(hold, request)) {
        continue;
      }
      boolean share = hold.mode == LockMode.EX && request.acquire.mode() != LockMode.EX;
      LockMode wanted = share ? request.acquire.mode() : LockMode.UN;
      if (always || hold.demoted != wanted) {
        hold.demoted = wanted;
        session.log.add(
            new LockManagerMessage.Demote(
                glock,
                wanted,
                hold.grantNumber,
                manager.gate(),
                request.acquire.trace(),
                request.session.nodeName));
      }
    }
  }

  void demote(Session session, GlockName glock, LockMode wanted, Hold hold, String trace) {
    session.log.add(
        new LockManagerMessage.Demote(glock, wanted, hold.grantNumber, manager.gate(), trace));
  }

  void serve() {
    boolean progress = true;
    while (progress) {
      progress = false;
      List<GlockName> blocked = new ArrayList<>();
      for (Waiting request : List.copyOf(waiting)) {
        if (mayGrant(request) && !blocked.contains(request.acquire.glock())) {
          waiting.remove(request);
          grant(request);
          progress = true;
        } else {
          blocked.add(request.acquire.glock());
          demoteHolders(request, false);
        }
      }
    }
  }

  void lower(Session session, NodeMessage.Lower lower) {
    Hold hold = session.holds.get(lower.glock());
    if (hold == null) {
      manager.violations.add(
          session.nodeName + " lowers " + lower.glock() + ", which it does not hold");
      return;
    }
    if (waiting.stream().anyMatch(w -> w.session == session && w.isFor(lower.glock()))) {
      manager.violations.add(
          session.nodeName + " lowers " + lower.glock() + " while its request waits");
    }
    if (session.withdrawing && lower.glock().isIo() && !manager.isJournalClean.test(session.slot)) {
      manager.violations.add("rule 8: " + session.nodeName + " lowers " + lower.glock());
    }
    if (lower.mode() == LockMode.UN) {
      session.holds.remove(lower.glock());
    } else {
      hold.mode = lower.mode();
    }
  }

  void cancel(Session session, long requestId) {
    for (Waiting request : List.copyOf(waiting)) {
      if (request.session == session && request.acquire.requestId() == requestId) {
        waiting.remove(request);
        answer(request, LockOutcome.CANCELLED, LockMode.UN, 0);
      }
    }
  }
}
