package glockenspiel.node.recovery;

import glockenspiel.node.glock.GlockCache;
import glockenspiel.node.glock.GlockFailures;
import glockenspiel.node.glock.GlockSettings;
import glockenspiel.node.glock.Glocks.Holder;
import glockenspiel.node.glock.LockSession;
import glockenspiel.node.glock.SessionListener;
import glockenspiel.node.glock.SessionMember;
import glockenspiel.node.glock.SessionSettings;
import glockenspiel.protocol.lock.GateStatus;
import glockenspiel.protocol.lock.GlockName;
import glockenspiel.protocol.lock.LockFlags;
import glockenspiel.protocol.lock.LockManagerMessage;
import glockenspiel.protocol.lock.LockManagerMessage.Answer;
import glockenspiel.protocol.lock.LockManagerMessage.BecomeFirstMounter;
import glockenspiel.protocol.lock.LockManagerMessage.CheckJournals;
import glockenspiel.protocol.lock.LockManagerMessage.Demote;
import glockenspiel.protocol.lock.LockManagerMessage.GateChanged;
import glockenspiel.protocol.lock.LockManagerMessage.Left;
import glockenspiel.protocol.lock.LockManagerPort;
import glockenspiel.protocol.lock.LockMode;
import glockenspiel.protocol.lock.Welcome;
import glockenspiel.runtime.state.InvariantViolation;
import glockenspiel.runtime.task.Promise;
import glockenspiel.runtime.task.SerialOwner;
import org.jspecify.annotations.Nullable;

/**
 * What a node is in the cluster between its join and its end: a session, the glocks that live and
 * die with it, the gate as it was told, and its journal. A node that mounts again gets a new one.
 */
public final class Membership {
  /** Told on the owner, in order. */
  public interface Watcher {
    /**
     * A demote request on the live glock: journals wait for replay. The gate is up to date already.
     */
    void announced(Demote demote);

    /** Another node wants the freeze glock, and this one is in its way: it asks for a freeze. */
    void freezeWanted(Demote demote);

    /** The gate has changed. */
    void gateChanged(GateStatus gate);

    /** The stream has broken; the session is not lost yet. */
    void sessionBroken(String reason);

    /** The session goes on. */
    void sessionResumed();

    /** The lock-manager was restarted; the session goes on as that one. */
    void sessionReasserted(long sessionId);

    /** The session is over without the node's wish. The glocks know already. */
    void sessionLost(String reason);

    /** The node's own code, or a message, has broken an invariant. */
    void violated(RuntimeException cause);
  }

  /** What every membership of a node is made from. */
  public record Settings(
      String lockspace,
      String nodeName,
      boolean spectator,
      SessionSettings session,
      GlockSettings glocks) {}

  private final LockSession session;
  private final GlockCache glocks;
  private final Gate gate;
  private final OwnJournal journal = new OwnJournal();
  private final Watcher watcher;
  private @Nullable Holder mounted;
  private @Nullable Holder live;
  private @Nullable Holder freeze;

  /** A membership that has not joined yet: join through its {@link #session}. */
  public Membership(
      SerialOwner owner,
      LockManagerPort lockManager,
      Settings settings,
      GlockFailures failures,
      Watcher watcher) {
    this.watcher = watcher;
    this.gate = new Gate(owner);
    this.session =
        new LockSession(
            owner,
            lockManager,
            settings.session(),
            SessionMember.node(settings.lockspace(), settings.nodeName(), settings.spectator()),
            new Dispatcher());
    this.glocks = new GlockCache(owner, session, settings.glocks(), failures);
  }

  /** The session. */
  public LockSession session() {
    return session;
  }

  /** The glocks. */
  public GlockCache glocks() {
    return glocks;
  }

  /** The gate. */
  public Gate gate() {
    return gate;
  }

  /** The node's own journal. */
  public OwnJournal journal() {
    return journal;
  }

  /** Joins. Only inside a task. */
  public Welcome join(SerialOwner owner) {
    Promise<Welcome> joined = session.join();
    // Inside the welcome itself: what comes after it is newer.
    joined.whenDone(
        (welcome, failure) -> {
          if (welcome != null && welcome.firstMounter()) {
            gate.becomeFirstMounter(welcome.gate());
          } else if (welcome != null) {
            gate.update(welcome.gate());
          }
        });
    return owner.await(joined);
  }

  /** Takes the mounted and the live glock. Only inside a task. */
  public void takeMountGlocks() {
    mounted = glocks.acquire(GlockName.MOUNTED, LockMode.SH, LockFlags.NOEXP);
    live = glocks.acquire(GlockName.LIVE, LockMode.SH, LockFlags.NOEXP);
  }

  /** Gives the live glock back: the node does not count as a peer any more. */
  public void releaseLive() {
    if (live != null) {
      live.close();
      live = null;
    }
    glocks.giveBack(GlockName.LIVE);
  }

  /**
   * Keeps a holder of the freeze glock for as long as the membership lasts, or until {@link
   * #releaseFreeze}.
   *
   * <p>Is there a problem if a node that withdraws gives it back at once, since it writes nothing
   * any more? Yes: its journal waits for replay. Whoever freezes would take the volume for one at
   * rest, and the replay would write to it.
   */
  public void keepFreeze(Holder holder) {
    InvariantViolation.require(freeze == null, "the freeze glock has two holders");
    freeze = holder;
  }

  /** Closes the holder of the freeze glock, if there is one. */
  public void releaseFreeze() {
    if (freeze != null) {
      freeze.close();
      freeze = null;
    }
  }

  /** Gives back what the mount had taken. */
  public void releaseAll() {
    journal.releaseGlock();
    releaseFreeze();
    releaseLive();
    if (mounted != null) {
      mounted.close();
      mounted = null;
    }
  }

  /** A task of this membership has broken an invariant. */
  public void violated(RuntimeException cause) {
    watcher.violated(cause);
  }

  /** Hands each message to whom it is for; nothing that goes wrong there disturbs the session. */
  private final class Dispatcher implements SessionListener {
    @Override
    public void received(LockManagerMessage message) {
      try {
        dispatch(message);
      } catch (RuntimeException cause) {
        watcher.violated(cause);
      }
    }

    private void dispatch(LockManagerMessage message) {
      switch (message) {
        case Answer answer -> glocks.answered(answer);
        case Demote demote -> {
          if (demote.glock().equals(GlockName.LIVE)) {
            gate.update(demote.gate());
            watcher.announced(demote);
          } else if (glocks.demoteRequested(demote) && demote.glock().equals(GlockName.FREEZE)) {
            watcher.freezeWanted(demote);
          }
        }
        case GateChanged changed -> {
          gate.update(changed.gate());
          watcher.gateChanged(changed.gate());
        }
        case BecomeFirstMounter become -> {
          gate.becomeFirstMounter(become.gate());
          watcher.gateChanged(become.gate());
        }
        case CheckJournals check -> {
          gate.checkAllJournals(check.gate(), check.ownedJids());
          watcher.gateChanged(check.gate());
        }
        case Left left -> {}
      }
    }

    @Override
    public long generation() {
      return gate.generation();
    }

    @Override
    public void reassert(Welcome answer) {
      gate.restarted(answer.gate());
      try {
        glocks.reassert();
      } catch (RuntimeException cause) {
        watcher.violated(cause);
      }
    }

    @Override
    public boolean isWithdrawing() {
      return glocks.isWithdrawing();
    }

    @Override
    public void reasserted() {
      try {
        glocks.askAgain();
        watcher.sessionReasserted(session.sessionId());
      } catch (RuntimeException cause) {
        watcher.violated(cause);
      }
    }

    @Override
    public void resumed() {
      watcher.sessionResumed();
    }

    @Override
    public void broken(String reason) {
      watcher.sessionBroken(reason);
    }

    @Override
    public void lost(String reason) {
      try {
        glocks.sessionEnded();
        watcher.sessionLost(reason);
      } catch (RuntimeException cause) {
        watcher.violated(cause);
      }
      gate.changed().raise();
    }
  }
}
