package glockenspiel.lockmanager.history;

import glockenspiel.protocol.lock.GateStatus;
import glockenspiel.protocol.lock.LockManagerMessage;
import glockenspiel.protocol.lock.NodeMessage;
import java.util.ArrayList;
import java.util.List;

/**
 * The events of all sessions in real-time order: who comes first here was first. Safe for many
 * threads.
 */
public final class History {
  private final List<HistoryEvent> events = new ArrayList<>();

  /** Adds an event behind all others. */
  public synchronized void add(HistoryEvent event) {
    events.add(event);
  }

  /** A new session. */
  public void joined(long session, GateStatus gate) {
    add(new HistoryEvent.Joined(session, gate));
  }

  /** Call it before the message leaves. */
  public void said(long session, NodeMessage message) {
    add(new HistoryEvent.Said(session, message));
  }

  /** Call it when the message has arrived. */
  public void heard(long session, LockManagerMessage message) {
    add(new HistoryEvent.Heard(session, message));
  }

  /** The session's node uses nothing any more. */
  public void stopped(long session) {
    add(new HistoryEvent.Stopped(session));
  }

  /** What has happened so far; an event's place is its time. */
  public synchronized List<HistoryEvent> events() {
    return List.copyOf(events);
  }
}
