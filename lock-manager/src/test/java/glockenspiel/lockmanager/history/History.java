package glockenspiel.lockmanager.history;

import glockenspiel.protocol.lock.GateStatus;
import glockenspiel.protocol.lock.LockManagerMessage;
import glockenspiel.protocol.lock.NodeMessage;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/**
 * The events of all sessions in real-time order: who comes first here was first. Safe for many
 * threads.
 */
public final class History {
  /** One session's lease, by its own reckoning. */
  private static final class Lease {
    long endsNanos;
    boolean over;
  }

  private final List<HistoryEvent> events = new ArrayList<>();
  private final Map<Long, Lease> leases = new TreeMap<>();

  /** Adds an event behind all others. */
  public synchronized void add(HistoryEvent event) {
    lookAtLeases();
    events.add(event);
  }

  /**
   * The session may use its locks until then, on the clock of {@link System#nanoTime}: whatever is
   * added later has {@link HistoryEvent.Suspended} before it. Sessions that never say so have no
   * lease that ends.
   */
  public synchronized void leaseUntil(long session, long endsNanos) {
    lookAtLeases();
    Lease lease = leases.computeIfAbsent(session, _ -> new Lease());
    lease.endsNanos = endsNanos;
    if (lease.over && endsNanos > System.nanoTime()) {
      lease.over = false;
      events.add(new HistoryEvent.Resumed(session));
    }
  }

  private void lookAtLeases() {
    long now = System.nanoTime();
    leases.forEach(
        (session, lease) -> {
          if (!lease.over && now >= lease.endsNanos) {
            lease.over = true;
            events.add(new HistoryEvent.Suspended(session));
          }
        });
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
  public synchronized void stopped(long session) {
    add(new HistoryEvent.Stopped(session));
    leases.remove(session);
  }

  /** What has happened so far; an event's place is its time. */
  public synchronized List<HistoryEvent> events() {
    return List.copyOf(events);
  }
}
