package glockenspiel.node.event;

import glockenspiel.protocol.lock.GateStatus;
import glockenspiel.protocol.storage.ReplayResult;
import java.util.Locale;

/**
 * Something that happened to a node, or that it saw happen. The texts of a withdraw and of a
 * recovery are the Linux kernel's.
 */
public sealed interface NodeEvent {
  /** The journal that it is about; -1 when it is about none. */
  int jid();

  /** In words, on one line. */
  String detail();

  /** W3C traceparent of what it is a part of; empty for none. */
  default String trace() {
    return "";
  }

  /** A short stable word: {@code WITHDRAW_STARTED}. */
  default String kind() {
    return getClass()
        .getSimpleName()
        .replaceAll("(?<=[a-z])(?=[A-Z])", "_")
        .toUpperCase(Locale.ROOT);
  }

  /** What is not about a journal. */
  sealed interface OfNode extends NodeEvent {
    @Override
    default int jid() {
      return -1;
    }
  }

  /** The node is in another state. */
  record StateChanged(String from, String to, String reason) implements OfNode {
    @Override
    public String detail() {
      return from + " -> " + to + ": " + reason;
    }
  }

  /** The lock-manager has given the node a session and a slot. */
  record Joined(int jid, long sessionId, boolean firstMounter) implements NodeEvent {
    @Override
    public String detail() {
      return "Joined cluster. Session "
          + sessionId
          + (jid < 0 ? ", spectator" : ", slot " + jid)
          + (firstMounter ? ", first mounter" : "");
    }
  }

  /** The stream of the session has broken; the session lives on. */
  record SessionBroken(String reason) implements OfNode {
    @Override
    public String detail() {
      return "session stream broken, resuming: " + reason;
    }
  }

  /** The session goes on over a new stream. */
  record SessionResumed() implements OfNode {
    @Override
    public String detail() {
      return "session resumed";
    }
  }

  /** The lock-manager was restarted, and the node has told it what it holds. */
  record SessionReasserted(long sessionId) implements OfNode {
    @Override
    public String detail() {
      return "lock-manager restarted: all locks reasserted, session " + sessionId;
    }
  }

  /** The session is over, and with it all locks. */
  record SessionLost(String reason) implements OfNode {
    @Override
    public String detail() {
      return "session lost: " + reason;
    }
  }

  /** The gate has changed. */
  record GateChanged(GateStatus gate) implements OfNode {
    @Override
    public String detail() {
      return gate.isOpen()
          ? "gate open, generation " + gate.generation()
          : "gate closed, generation "
              + gate.generation()
              + ", waiting for journals "
              + gate.pendingJids()
              + (gate.firstMountPending() ? " and the first mount" : "");
    }
  }

  /** The volume is frozen, as far as this node is concerned, or goes on. */
  record FreezeChanged(String from, String to, String reason) implements OfNode {
    @Override
    public String detail() {
      return "freeze " + from + " -> " + to + ": " + reason;
    }
  }

  /** The node's own journal is open. */
  record JournalOpened(int jid, long epoch) implements NodeEvent {
    @Override
    public String detail() {
      return "jid=" + jid + ": journal opened under epoch " + epoch;
    }
  }

  /** Files can be used. */
  record Mounted(int jid) implements NodeEvent {
    @Override
    public String detail() {
      return jid < 0 ? "mounted as spectator" : "mounted, jid=" + jid;
    }
  }

  /** The node has left in order. */
  record Unmounted(int jid) implements NodeEvent {
    @Override
    public String detail() {
      return "unmounted";
    }
  }

  /** The node can no longer be trusted with the storage. */
  record WithdrawStarted(int jid, String reasonKind, String reason, String trace)
      implements NodeEvent {
    @Override
    public String detail() {
      return "about to withdraw this file system: " + reasonKind + ": " + reason;
    }
  }

  /** A further withdraw while one runs. */
  record SecondaryWithdraw(String reasonKind, String reason) implements OfNode {
    @Override
    public String detail() {
      return "secondary withdraw, waits for the first: " + reasonKind + ": " + reason;
    }
  }

  /** The node has had its own epoch fenced, or has tried to. */
  record SelfFenced(int jid, long epoch, boolean fenced, String problem, String trace)
      implements NodeEvent {
    @Override
    public String detail() {
      return "jid="
          + jid
          + ": epoch "
          + epoch
          + (fenced ? " fenced" : " could not be fenced, replay will: " + problem);
    }
  }

  /** The withdrawing node has given up its journal glock and its live glock. */
  record JournalGlockReleased(int jid, String trace) implements NodeEvent {
    @Override
    public String detail() {
      return "Requesting recovery of jid " + jid + ".";
    }
  }

  /** The live glock was refused: the peers know. */
  record LiveRefused(int jid, String trace) implements NodeEvent {
    @Override
    public String detail() {
      return "jid=" + jid + ": live glock refused, peers have been told";
    }
  }

  /** The live glock was granted: nobody else is mounted, so the node replays its own journal. */
  record LiveGranted(int jid, String trace) implements NodeEvent {
    @Override
    public String detail() {
      return "jid=" + jid + ": no other mounters found. Trying to recover our own journal.";
    }
  }

  /** A demote request on the live glock: a journal waits for replay. */
  record DemoteRequestSeen(GateStatus gate, String trace) implements OfNode {
    @Override
    public String detail() {
      return "demote request on the live glock: journals "
          + gate.pendingJids()
          + " wait for replay, generation "
          + gate.generation();
    }
  }

  /** The journal's owner lives, or a peer is at it. */
  record JournalBusy(int jid, String trace) implements NodeEvent {
    @Override
    public String detail() {
      return "jid=" + jid + ": Busy";
    }
  }

  /** The journal glock was granted; now the journal is looked at. */
  record JournalChecked(int jid, String trace) implements NodeEvent {
    @Override
    public String detail() {
      return "jid=" + jid + ": Looking at journal...";
    }
  }

  /** The journal-service has replayed the journal, or found it clean. */
  record ReplayDone(ReplayResult result, String trace) implements NodeEvent {
    @Override
    public int jid() {
      return result.jid();
    }

    @Override
    public String detail() {
      return result.replayed()
          ? "jid="
              + result.jid()
              + ": Journal replayed in "
              + result.millis()
              + "ms: "
              + result.blocksReplayed()
              + " of "
              + result.blocksFound()
              + " blocks, "
              + result.dataBlocksReplayed()
              + " of "
              + result.dataBlocksFound()
              + " data blocks, found "
              + result.revokesFound()
              + " revoke tags"
          : "jid=" + result.jid() + ": Done: the journal was clean";
    }
  }

  /** The journal could not be replayed, for now or at all. */
  record ReplayFailed(int jid, String problem, String trace) implements NodeEvent {
    @Override
    public String detail() {
      return "jid=" + jid + ": Failed: " + problem;
    }
  }

  /** The lock-manager was told that the journal is clean. */
  record CleanReported(int jid, long generation, String trace) implements NodeEvent {
    @Override
    public String detail() {
      return "jid=" + jid + ": reported clean for generation " + generation;
    }
  }

  /** The lock-manager was told that all journals are clean. */
  record FirstMountReported(long generation) implements OfNode {
    @Override
    public String detail() {
      return "first mount done for generation " + generation;
    }
  }

  /** What the replayed journal's owner had not told the master statfs file is in it now. */
  record StatfsFolded(int jid) implements NodeEvent {
    @Override
    public String detail() {
      return "jid=" + jid + ": statfs change folded into the master";
    }
  }

  /** The withdrawing node waits for its journal to be replayed. */
  record WaitingForReplay(int jid, String trace) implements NodeEvent {
    @Override
    public String detail() {
      return "jid=" + jid + ": Waiting for journal recovery";
    }
  }

  /** The withdrawing node has seen its journal clean. */
  record JournalClean(int jid, String trace) implements NodeEvent {
    @Override
    public String detail() {
      return "Journal recovery complete for jid " + jid + ".";
    }
  }

  /** The releases that had waited for the journal to be clean were sent. */
  record HeldBackReleased(int count, String trace) implements OfNode {
    @Override
    public String detail() {
      return count + " held back releases of I/O glocks let go";
    }
  }

  /** The withdraw is over. */
  record Withdrawn(int jid, long millis, long secondaryWithdraws, String trace)
      implements NodeEvent {
    @Override
    public String detail() {
      return "File system withdrawn after "
          + millis
          + "ms, "
          + secondaryWithdraws
          + " secondary withdraws";
    }
  }
}
