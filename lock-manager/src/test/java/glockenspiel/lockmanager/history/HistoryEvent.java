package glockenspiel.lockmanager.history;

import glockenspiel.protocol.lock.GateStatus;
import glockenspiel.protocol.lock.GlockName;
import glockenspiel.protocol.lock.LockManagerMessage;
import glockenspiel.protocol.lock.LockMode;
import glockenspiel.protocol.lock.NodeMessage;
import java.util.Map;

/** What one session has seen or done. */
public sealed interface HistoryEvent {
  /** Whose; 0 for nobody's. */
  long session();

  /** A new session, with the gate as its first welcome shows it. */
  record Joined(long session, GateStatus gate) implements HistoryEvent {}

  /** Recorded before it is sent, once, however often a stream carries it. */
  record Said(long session, NodeMessage message) implements HistoryEvent {}

  /** Recorded after it has arrived, once, in the order of its number. */
  record Heard(long session, LockManagerMessage message) implements HistoryEvent {}

  /** By its own reckoning the node may use no lock for now: its lease may be over. */
  record Suspended(long session) implements HistoryEvent {}

  /** A late acknowledgement proves that the lease goes on. */
  record Resumed(long session) implements HistoryEvent {}

  /** The node uses nothing any more, and says and hears nothing: lost, left or crashed. */
  record Stopped(long session) implements HistoryEvent {}

  /**
   * The session has found a restarted lock-manager, and holds this: what it has asked for and has
   * not heard of is forgotten.
   */
  record CameBack(long session, Map<GlockName, LockMode> held) implements HistoryEvent {}

  /** The lock-manager has died: lock values may be gone. */
  record Restarted() implements HistoryEvent {
    @Override
    public long session() {
      return 0;
    }
  }

  /** The lockspace has no member now, and may forget its lock values. */
  record Emptied() implements HistoryEvent {
    @Override
    public long session() {
      return 0;
    }
  }
}
