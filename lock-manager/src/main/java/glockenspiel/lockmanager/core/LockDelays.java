package glockenspiel.lockmanager.core;

import java.util.ArrayList;
import java.util.Collection;
import java.util.Comparator;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;

/**
 * What happens to the locks of an application whose session is lost: each stays, as an orphan,
 * until the session's lease has ended and then for the lock delay that its grant was asked with.
 *
 * <p>Is there a problem if a lock is free as soon as its session is lost? Yes, where it is lost
 * before its lease has ended: the application has not heard of it, and believes in its lock until
 * then (rule 1). The lock delay is for those who cannot give a fencing number to what they protect:
 * it is the time in which a write that left in time may still arrive.
 */
final class LockDelays {
  private static final long NANOS_PER_MILLI = 1_000_000;

  private final SessionDirectory directory;
  private final Granting granting;
  private final Outbox outbox;

  LockDelays(SessionDirectory directory, Granting granting, Outbox outbox) {
    this.directory = directory;
    this.granting = granting;
    this.outbox = outbox;
  }

  /** A session is lost. */
  void begin(Session session, Collection<Glock> changed) {
    List<Hold> holds = new ArrayList<>(session.protectedHolds.size());
    for (Hold hold = session.protectedHolds.first();
        hold != null;
        hold = session.protectedHolds.after(hold)) {
      holds.add(hold);
    }
    holds.sort(Comparator.comparingInt(hold -> hold.lockDelayMillis));
    session.orphans.addAll(holds);
    directory.addLingering(session);
    // Before that, the timer of the lease comes back with check.
    if (session.leaseEndsNanos - outbox.nowNanos() <= 0) {
      release(session, changed);
    }
  }

  /** Time has passed. */
  void check(Session session) {
    Set<Glock> changed = new LinkedHashSet<>();
    release(session, changed);
    granting.serveAll(changed);
  }

  private void release(Session session, Collection<Glock> changed) {
    for (Hold hold = session.orphans.peek(); hold != null; hold = session.orphans.peek()) {
      long dueNanos = session.leaseEndsNanos + hold.lockDelayMillis * NANOS_PER_MILLI;
      if (dueNanos - outbox.nowNanos() > 0) {
        outbox.emit(new Effect.SetTimer(dueNanos, session.id));
        return;
      }
      session.orphans.remove();
      granting.drop(hold, changed);
    }
    directory.removeLingering(session);
  }
}
