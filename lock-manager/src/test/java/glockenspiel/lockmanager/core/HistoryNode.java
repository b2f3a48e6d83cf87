package glockenspiel.lockmanager.core;

import static glockenspiel.runtime.state.InvariantViolation.require;

import glockenspiel.protocol.lock.Batch;
import glockenspiel.protocol.lock.GateStatus;
import glockenspiel.protocol.lock.GlockName;
import glockenspiel.protocol.lock.GlockType;
import glockenspiel.protocol.lock.Hello;
import glockenspiel.protocol.lock.LockFlags;
import glockenspiel.protocol.lock.LockManagerMessage;
import glockenspiel.protocol.lock.LockManagerMessage.Answer;
import glockenspiel.protocol.lock.LockManagerMessage.Demote;
import glockenspiel.protocol.lock.LockMode;
import glockenspiel.protocol.lock.LockOutcome;
import glockenspiel.protocol.lock.LockValue;
import glockenspiel.protocol.lock.NodeMessage;
import glockenspiel.protocol.lock.NodeMessage.Acquire;
import glockenspiel.protocol.lock.NodeMessage.Lower;
import glockenspiel.protocol.lock.Welcome;
import glockenspiel.runtime.state.InvariantViolation;
import java.util.Map;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/**
 * A naive node: keeps the contract of the session, obeys demote requests, checks journals,
 * withdraws and comes back. Knows nothing of how the lock-manager works, only what it was told.
 */
final class HistoryNode {
  private record Held(LockMode mode, long grant) {}

  final String name;
  final Map<GlockName, Acquire> pending = new TreeMap<>();
  private final HistoryCluster cluster;
  private final boolean spectator;
  private final Map<GlockName, Held> held = new TreeMap<>();
  private final Map<GlockName, Demote> demotes = new TreeMap<>();
  HistorySessionEnd end;
  private GateStatus gate = new GateStatus(0, java.util.List.of(), true);

  /** Counts restarts: what an earlier life has planned does not happen. */
  private int life;

  private long sessionId;
  private int slot;
  private long requestId;
  private boolean firstMounter;
  private boolean withdrawing;
  boolean leaving;

  /** The open stream; 0 for none. */
  long stream;

  HistoryNode(HistoryCluster cluster, String name, boolean spectator) {
    this.cluster = cluster;
    this.name = name;
    this.spectator = spectator;
    this.end = new HistorySessionEnd(cluster, this);
  }

  /**
   * What it may use at this moment: nothing once its lease has ended by its own reckoning, and only
   * what the old and the new mode both allow while it waits for another mode of what it holds, for
   * the lock-manager may have changed it already.
   */
  LockMode usableMode(GlockName glock) {
    Held mine = held.get(glock);
    if (mine == null || end.isLeaseOver()) {
      return LockMode.UN;
    }
    Acquire asked = pending.get(glock);
    if (asked == null || asked.mode() == LockMode.EX || asked.mode() == mine.mode) {
      return mine.mode;
    }
    boolean eitherMode = LockFlags.has(asked.flags(), LockFlags.ANY);
    return mine.mode == LockMode.EX && !eitherMode ? asked.mode() : LockMode.UN;
  }

  boolean isMember() {
    return sessionId != 0;
  }

  boolean isSettled() {
    return isMember() && pending.isEmpty() && !withdrawing && gate.isOpen() && isMounted();
  }

  private boolean isMounted() {
    return held.containsKey(GlockName.LIVE)
        && (spectator || held.containsKey(GlockName.journal(slot)));
  }

  void later(long millisMax, Runnable piece) {
    int planned = life;
    cluster.later(
        1 + cluster.random.nextLong(millisMax * 1_000_000),
        () -> {
          if (life == planned) {
            piece.run();
          }
        });
  }

  /** Forgets everything, as by a crash, and comes back after a while. */
  void restart() {
    life++;
    if (stream != 0) {
      cluster.closeByNode(stream);
      stream = 0;
    }
    end.stop();
    sessionId = 0;
    requestId = 0;
    held.clear();
    pending.clear();
    demotes.clear();
    end = new HistorySessionEnd(cluster, this);
    firstMounter = false;
    withdrawing = false;
    leaving = false;
    later(300, this::connect);
  }

  void connect() {
    if (stream == 0) {
      end.connecting();
      stream =
          cluster.open(
              this,
              new Hello(
                  HistoryCluster.LOCKSPACE,
                  name,
                  spectator,
                  sessionId,
                  sessionId == 0 ? 0 : HistoryCluster.INCARNATION,
                  end.received()));
    }
  }

  /** The stream has ended. */
  void closed(boolean sessionLost) {
    stream = 0;
    if (sessionLost) {
      restart();
    } else {
      later(100, this::connect);
    }
  }

  void welcomed(Welcome welcome) {
    end.welcomed(welcome);
    if (sessionId == 0) {
      // Of a resumed session the gate's changes come in order, behind the welcome.
      gate = welcome.gate();
      sessionId = welcome.sessionId();
      slot = welcome.slot();
      firstMounter = welcome.firstMounter();
      acquire(GlockName.LIVE, LockMode.SH, LockFlags.NOEXP);
      later(20, this::work);
      later(1, this::keepLease);
      later(50, this::lookAtGate);
    }
  }

  private void keepLease() {
    if (end.isLeaseOver()) {
      restart();
      return;
    }
    end.say(new NodeMessage.Renew());
    later(HistoryCluster.LEASE_NANOS / 5_000_000, this::keepLease);
  }

  /** One random thing that a file system might want. */
  private void work() {
    if (withdrawing || leaving) {
      return;
    }
    later(20, this::work);
    if (!cluster.hasFaults() || !isMounted()) {
      return;
    }
    GlockName glock = cluster.anyGlock();
    Acquire waiting = pending.get(glock);
    if (waiting != null) {
      if (cluster.random.nextInt(4) == 0) {
        end.say(new NodeMessage.Cancel(waiting.requestId()));
      }
    } else if (cluster.random.nextInt(4) == 0 && held.containsKey(glock)) {
      lower(glock, LockMode.UN);
    } else {
      LockMode mode = cluster.anyMode();
      acquire(glock, mode, cluster.anyFlags(mode));
    }
  }

  private void acquire(GlockName glock, LockMode mode, int flags) {
    Acquire acquire = new Acquire(++requestId, glock, mode, flags, "");
    require(pending.put(glock, acquire) == null, name + " asks twice for " + glock);
    end.say(acquire);
  }

  private void lower(GlockName glock, LockMode mode) {
    Held mine = held.remove(glock);
    if (mine == null) {
      return;
    }
    LockValue value = null;
    if (mine.mode == LockMode.EX && glock.type() == GlockType.META) {
      value = cluster.newLockValue();
    }
    if (mode != LockMode.UN) {
      held.put(glock, new Held(mode, mine.grant));
    }
    end.say(new Lower(glock, mode, value));
  }

  void received(Batch<LockManagerMessage> batch) {
    end.receive(batch).forEach(this::handle);
  }

  private void handle(LockManagerMessage message) {
    end.heard(message);
    switch (message) {
      case Answer answer -> answered(answer);
      case Demote demote -> {
        if (demote.glock().equals(GlockName.LIVE)) {
          checkJournals();
        } else {
          demotes.put(demote.glock(), merged(demotes.get(demote.glock()), demote));
          later(30, () -> obey(demote.glock()));
        }
      }
      case LockManagerMessage.GateChanged changed -> {
        gate = changed.gate();
        later(10, this::checkJournals);
        later(10, this::finishWithdraw);
      }
      case LockManagerMessage.CheckJournals check ->
          throw new AssertionError("nobody has reasserted: " + check);
      case LockManagerMessage.BecomeFirstMounter become -> {
        gate = become.gate();
        firstMounter = true;
      }
      case LockManagerMessage.Left left -> leaving = true;
    }
  }

  private static Demote merged(@Nullable Demote before, Demote now) {
    return before == null || before.grantNumber() != now.grantNumber()
        ? now
        : new Demote(
            now.glock(),
            Demoting.lowerOf(before.wanted(), now.wanted()),
            now.grantNumber(),
            now.gate(),
            "");
  }

  private void answered(Answer answer) {
    GlockName glock = answer.glock();
    Acquire asked = pending.remove(glock);
    if (asked == null || asked.requestId() != answer.requestId()) {
      throw new InvariantViolation(
          "rule 11: " + name + " is told of " + answer + " but waits for " + asked);
    }
    if (answer.outcome() == LockOutcome.GRANTED) {
      require(
          gate.isOpen() || !glock.isIo() || LockFlags.has(asked.flags(), LockFlags.NOEXP),
          "rule 2: " + name + " is granted " + answer + " in gate " + gate);
      Held before = held.put(glock, new Held(answer.mode(), answer.grantNumber()));
      require(
          before == null || before.grant < answer.grantNumber(), "grant numbers grow: " + answer);
    } else if (answer.outcome() == LockOutcome.DEADLOCK) {
      require(held.containsKey(glock), "DEADLOCK without a hold: " + answer);
      lower(glock, LockMode.UN);
      if (cluster.random.nextBoolean()) {
        acquire(glock, asked.mode(), 0);
      }
    }
    obey(glock);
    if (withdrawing) {
      continueWithdraw(answer);
    } else if (glock.equals(GlockName.LIVE)) {
      lookAtGate();
    } else if (glock.type() == GlockType.JOURNAL && glock.number() != slot) {
      recovered(glock);
    }
  }

  private void obey(GlockName glock) {
    Demote demote = demotes.get(glock);
    Held mine = held.get(glock);
    if (demote == null || pending.containsKey(glock)) {
      return;
    }
    if (mine == null || mine.grant != demote.grantNumber() || mine.mode == demote.wanted()) {
      demotes.remove(glock);
    } else if (!(withdrawing && glock.isIo())) {
      demotes.remove(glock);
      lower(glock, mine.mode == LockMode.EX ? demote.wanted() : LockMode.UN);
    }
  }

  /**
   * What a member does again and again: its own journal, the first mount, the journals of others.
   */
  private void lookAtGate() {
    if (withdrawing || leaving || spectator) {
      return;
    }
    later(100, this::lookAtGate);
    GlockName own = GlockName.journal(slot);
    if ((gate.isOpen() || firstMounter) && !held.containsKey(own) && !pending.containsKey(own)) {
      acquire(own, LockMode.EX, LockFlags.NOEXP);
    }
    if (firstMounter && gate.firstMountPending()) {
      long generation = gate.generation();
      later(40, () -> end.say(new NodeMessage.ReportFirstMountDone(generation)));
    }
    checkJournals();
  }

  private void checkJournals() {
    if (withdrawing || leaving || spectator || gate.firstMountPending()) {
      return;
    }
    for (int jid : gate.pendingJids()) {
      GlockName journal = GlockName.journal(jid);
      if (jid != slot && !pending.containsKey(journal)) {
        if (held.containsKey(journal)) {
          recovered(journal);
        } else {
          acquire(journal, LockMode.EX, LockFlags.TRY | LockFlags.NOEXP);
        }
      }
    }
  }

  private void recovered(GlockName journal) {
    long generation = gate.generation();
    later(
        50,
        () -> {
          if (held.containsKey(journal) && !withdrawing) {
            end.say(new NodeMessage.ReportClean(generation, (int) journal.number()));
            lower(journal, LockMode.UN);
          }
        });
  }

  /** Announces the withdraw, unless the node is not even mounted. */
  void withdraw() {
    if (isMounted() && !spectator && !withdrawing && pending.isEmpty()) {
      withdrawing = true;
      lower(GlockName.journal(slot), LockMode.UN);
      lower(GlockName.LIVE, LockMode.UN);
      acquire(GlockName.LIVE, LockMode.EX, LockFlags.TRY_1CB | LockFlags.NOEXP);
    }
  }

  private void continueWithdraw(Answer answer) {
    GlockName own = GlockName.journal(slot);
    if (answer.glock().equals(GlockName.LIVE)) {
      if (answer.outcome() == LockOutcome.GRANTED) {
        acquire(own, LockMode.EX, LockFlags.NOEXP);
      } else {
        later(300, this::announceAgain);
      }
    } else if (answer.glock().equals(own) && answer.outcome() == LockOutcome.GRANTED) {
      later(50, this::replayOwnJournal);
    }
    finishWithdraw();
  }

  /** Perhaps those who were there have withdrawn, too, and nobody is left but this node. */
  private void announceAgain() {
    if (!leaving && gate.pendingJids().contains(slot)) {
      acquire(GlockName.LIVE, LockMode.EX, LockFlags.TRY_1CB | LockFlags.NOEXP);
    }
  }

  private void replayOwnJournal() {
    if (!leaving && gate.pendingJids().contains(slot)) {
      end.say(new NodeMessage.ReportClean(gate.generation(), slot));
      later(50, this::replayOwnJournal);
    }
  }

  private void finishWithdraw() {
    if (withdrawing && !leaving && pending.isEmpty() && !gate.pendingJids().contains(slot)) {
      leaving = true;
      for (GlockName glock : held.keySet().toArray(GlockName[]::new)) {
        lower(glock, LockMode.UN);
      }
      end.say(new NodeMessage.Leave());
    }
  }
}
