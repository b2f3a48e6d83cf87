package glockenspiel.lockmanager.app;

import glockenspiel.lock.v1.LockErrorReason;
import glockenspiel.lockmanager.history.History;
import glockenspiel.protocol.lock.GlockName;
import glockenspiel.protocol.lock.GlockType;
import glockenspiel.protocol.lock.LockFlags;
import glockenspiel.protocol.lock.LockManagerMessage;
import glockenspiel.protocol.lock.LockManagerMessage.Answer;
import glockenspiel.protocol.lock.LockManagerMessage.Demote;
import glockenspiel.protocol.lock.LockMode;
import glockenspiel.protocol.lock.LockOutcome;
import glockenspiel.protocol.lock.LockValue;
import glockenspiel.protocol.lock.NodeMessage;
import glockenspiel.protocol.lock.NodeMessage.Acquire;
import glockenspiel.protocol.lock.NodeMessage.Reassert;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.TreeMap;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;

/**
 * A node over real streams, which it breaks by chance. Keeps the contract, obeys demote requests,
 * lowers all in the end and leaves. One of an application also crashes, stops reading until it is
 * thrown out, and comes back to a restarted lock-manager; each of its sessions is one of the
 * history.
 */
final class StreamHistoryNode implements Callable<StreamHistoryNode.Tally> {
  /** How often each node does something. */
  static final int ACTS = 60;

  /** More than {@link StreamHistoryTest} lets a session be behind. */
  private static final int TOO_MANY = 80;

  /** Less than the lease of {@link StreamHistoryTest}: most come back in time. */
  private static final int COME_BACK_MILLIS = 1_000;

  private static final int LOCK_DELAY_MILLIS = 50;
  private static final long RENEW_NANOS = 200_000_000;

  /** What has happened to it. */
  record Tally(long requests, int restarts, int crashes, Map<LockErrorReason, Integer> lost) {}

  private record Held(
      LockMode mode,
      long grantNumber,
      @Nullable LockValue value,
      boolean valueValid,
      int lockDelayMillis) {
    Held lowered(LockMode lower, @Nullable LockValue newValue) {
      return newValue == null
          ? new Held(lower, grantNumber, value, valueValid, lockDelayMillis)
          : new Held(
              lower,
              grantNumber,
              newValue.equals(LockValue.of()) ? null : newValue,
              true,
              lockDelayMillis);
    }
  }

  private final RestartedLockManager lockManager;
  private final History history;
  private final String lockspace;
  private final boolean application;
  private final String name;
  private final Random random;
  private final Runnable acted;
  private final Map<GlockName, Acquire> pending = new TreeMap<>();
  private final Map<GlockName, Held> held = new TreeMap<>();
  private final Map<GlockName, Demote> demotes = new TreeMap<>();
  private final Map<LockErrorReason, Integer> lost = new EnumMap<>(LockErrorReason.class);
  private HistorySession session;
  private long sessionNumber;
  private long requests;
  private long requestId;
  private int values;
  private int acts;
  private int restarts;
  private int crashes;
  private boolean cameBack;
  private boolean leaving;
  private boolean left;
  private long renewedNanos;

  /** Of the request whose grant shows that the grace period is over; null when none is. */
  private @Nullable GlockName graceEnds;

  /**
   * A node that has not begun.
   *
   * @param number tells its sessions in the history from those of other nodes, and is its seed
   * @param acted runs whenever it has done something
   */
  StreamHistoryNode(
      RestartedLockManager lockManager,
      History history,
      String lockspace,
      boolean application,
      long number,
      Runnable acted) {
    this.lockManager = lockManager;
    this.history = history;
    this.lockspace = lockspace;
    this.application = application;
    this.name = "node-" + number;
    this.random = new Random(number);
    this.acted = acted;
    this.sessionNumber = number * 1_000;
    this.session = newSession();
  }

  private HistorySession newSession() {
    return new HistorySession(
        lockManager,
        history,
        lockspace,
        application,
        name,
        ++sessionNumber,
        this::comeBack,
        () -> random.nextInt(application ? COME_BACK_MILLIS : 1));
  }

  @Override
  public Tally call() throws InterruptedException {
    while (!left) {
      try {
        session.greet();
        live();
      } catch (HistorySession.Over over) {
        lost.merge(over.reason, 1, Integer::sum);
        session.stop();
      }
      restarts += session.restarts;
      requests += requestId;
      if (!left) {
        forget();
        session = newSession();
      }
    }
    return new Tally(requests, restarts, crashes, lost);
  }

  private void forget() {
    pending.clear();
    held.clear();
    demotes.clear();
    requestId = 0;
    cameBack = false;
    leaving = false;
    graceEnds = null;
  }

  /** Until it leaves or crashes. */
  private void live() throws InterruptedException, HistorySession.Over {
    while (true) {
      if (cameBack) {
        cameBack = false;
        graceEnds = GlockName.application(name + " is back " + session.id() + "." + requestId);
        acquire(graceEnds, LockMode.EX, 0);
      }
      boolean acting = acts < ACTS && graceEnds == null;
      if (acting && (pending.isEmpty() || random.nextInt(3) == 0)) {
        acts++;
        acted.run();
        if (!act()) {
          crashes++;
          return;
        }
      } else if (acts == ACTS && pending.isEmpty() && !leaving) {
        leave();
      }
      take(session.receive(acting && application ? random.nextInt(6) : pause()));
      if (left) {
        session.stop();
        return;
      }
      renew();
    }
  }

  private int pause() {
    return pending.isEmpty() && !leaving ? 0 : 20;
  }

  private void renew() {
    if (application && !leaving && System.nanoTime() - renewedNanos > RENEW_NANOS) {
      renewedNanos = System.nanoTime();
      session.say(new NodeMessage.Renew());
    }
  }

  /** Does one thing. Returns false when that was a crash. */
  private boolean act() throws InterruptedException, HistorySession.Over {
    GlockName glock = anyLock();
    Acquire waiting = pending.get(glock);
    if (random.nextInt(8) == 0) {
      session.breakOff();
    } else if (application && random.nextInt(60) == 0) {
      session.crash();
      return false;
    } else if (application && random.nextInt(60) == 0) {
      for (int i = 0; i < TOO_MANY; i++) {
        GlockName own = GlockName.application(name + " needs much " + requestId);
        acquire(own, LockMode.EX, LockFlags.TRY);
      }
      session.sleepUntilThrownOut();
    } else if (waiting != null) {
      session.say(new NodeMessage.Cancel(waiting.requestId()));
    } else if (held.containsKey(glock) && random.nextInt(3) == 0) {
      lower(glock, LockMode.UN);
    } else {
      acquire(glock);
    }
    return true;
  }

  private GlockName anyLock() {
    int number = 1 + random.nextInt(2);
    boolean meta = random.nextBoolean();
    return application
        ? GlockName.application((meta ? "meta-" : "inode-") + number)
        : new GlockName(meta ? GlockType.META : GlockType.INODE, number);
  }

  private void acquire(GlockName glock) {
    LockMode mode =
        switch (random.nextInt(3)) {
          case 0 -> LockMode.SH;
          case 1 -> LockMode.DF;
          default -> LockMode.EX;
        };
    int flags =
        switch (random.nextInt(8)) {
          case 0 -> LockFlags.TRY;
          case 1 -> LockFlags.TRY_1CB;
          case 2 -> LockFlags.PRIORITY;
          case 3 -> mode == LockMode.EX ? LockFlags.NOEXP : LockFlags.ANY;
          default -> 0;
        };
    acquire(glock, mode, flags);
  }

  private void acquire(GlockName glock, LockMode mode, int flags) {
    int lockDelay = application && random.nextInt(4) == 0 ? LOCK_DELAY_MILLIS : 0;
    Acquire acquire = new Acquire(++requestId, glock, mode, flags, lockDelay, "");
    pending.put(glock, acquire);
    session.say(acquire);
  }

  private void lower(GlockName glock, LockMode mode) {
    Held mine = held.remove(glock);
    if (mine == null) {
      return;
    }
    LockValue value = null;
    if (mine.mode == LockMode.EX && random.nextInt(4) != 0) {
      value =
          random.nextInt(8) == 0
              ? LockValue.of()
              : LockValue.of(
                  ByteBuffer.allocate(12).putLong(session.id()).putInt(++values).array());
    }
    if (mode != LockMode.UN) {
      held.put(glock, mine.lowered(mode, value));
    }
    session.say(new NodeMessage.Lower(glock, mode, value));
  }

  private void leave() {
    leaving = true;
    for (GlockName glock : List.copyOf(held.keySet())) {
      lower(glock, LockMode.UN);
    }
    session.say(new NodeMessage.Leave());
  }

  /**
   * The lock-manager was restarted. What waits is forgotten; of a lock that waits for another mode
   * it holds what both modes allow, for the grant may have been made.
   */
  private List<Reassert> comeBack() {
    for (Map.Entry<GlockName, Acquire> waiting : pending.entrySet()) {
      Held mine = held.get(waiting.getKey());
      Acquire asked = waiting.getValue();
      if (mine != null && asked.mode() != LockMode.EX && asked.mode() != mine.mode) {
        held.remove(waiting.getKey());
        if (mine.mode == LockMode.EX && !LockFlags.has(asked.flags(), LockFlags.ANY)) {
          held.put(waiting.getKey(), mine.lowered(asked.mode(), null));
        }
      }
    }
    pending.clear();
    demotes.clear();
    cameBack = true;
    leaving = false;
    List<Reassert> reasserts = new ArrayList<>();
    held.forEach(
        (glock, mine) ->
            reasserts.add(
                new Reassert(
                    glock,
                    mine.mode,
                    mine.grantNumber,
                    mine.value,
                    mine.valueValid,
                    mine.lockDelayMillis)));
    return reasserts;
  }

  private void take(List<LockManagerMessage> messages) {
    for (LockManagerMessage message : messages) {
      switch (message) {
        case Answer answer -> answered(answer);
        case Demote demote -> {
          demotes.put(demote.glock(), demote);
          obey(demote.glock());
        }
        case LockManagerMessage.Left gone -> left = true;
        default -> {}
      }
    }
  }

  private void answered(Answer answer) {
    GlockName glock = answer.glock();
    Acquire asked = pending.remove(glock);
    if (glock.equals(graceEnds)) {
      graceEnds = null;
    }
    if (asked != null && answer.outcome() == LockOutcome.GRANTED) {
      held.put(
          glock,
          new Held(
              answer.mode(),
              answer.grantNumber(),
              answer.lockValue(),
              answer.lockValueValid(),
              asked.lockDelayMillis()));
    } else if (answer.outcome() == LockOutcome.DEADLOCK) {
      lower(glock, LockMode.UN);
    }
    obey(glock);
  }

  private void obey(GlockName glock) {
    Demote demote = demotes.get(glock);
    Held mine = held.get(glock);
    if (demote == null || pending.containsKey(glock)) {
      return;
    }
    demotes.remove(glock);
    if (mine != null && mine.grantNumber == demote.grantNumber() && mine.mode != demote.wanted()) {
      lower(glock, mine.mode == LockMode.EX ? demote.wanted() : LockMode.UN);
    }
  }
}
