package glockenspiel.lockmanager.core;

import glockenspiel.protocol.lock.GlockName;
import glockenspiel.protocol.lock.Hello;
import glockenspiel.runtime.state.InvariantViolation;
import java.util.List;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/**
 * The whole lock-manager as one state machine: an event and the time go in, effects come out, in
 * the order in which they must happen. Nothing in it waits, and the same events give the same
 * effects.
 *
 * <p>Not for several threads: one owner calls {@link #step} and the questions below, one at a time.
 * The owner
 *
 * <ol>
 *   <li>gives each stream a number of its own and tells of its first message, its batches in order,
 *       and its end;
 *   <li>does the effects of a step in their order, before those of the next step as far as one
 *       stream is concerned;
 *   <li>comes back with every timer.
 * </ol>
 *
 * <p>A broken invariant ends a step with {@link InvariantViolation}, and so does every step after
 * it: a lock-manager that is not sure of its own table grants nothing any more.
 */
public final class LockManager {
  private static final int NAME_CHARACTERS_MAX = 255;

  /** The token of a timer that is of no session. */
  private static final long NO_SESSION = 0;

  private final LockManagerConfig config;
  private final SessionDirectory directory = new SessionDirectory();
  private final Outbox outbox = new Outbox();
  private final GrantNumbers grantNumbers;
  private final TreeMap<String, Lockspace> lockspaces = new TreeMap<>();
  private @Nullable InvariantViolation violation;
  private boolean begun;
  private boolean inGrace;
  private long graceEndsNanos;

  /** A lock-manager without lockspaces: the first join of one makes it. */
  public LockManager(LockManagerConfig config) {
    this.config = config;
    this.grantNumbers = new GrantNumbers(config.grantNumberStart());
  }

  /**
   * Handles one event.
   *
   * @param nowNanos a monotonic clock; never less than in the step before
   * @param effects takes what must be done
   * @throws InvariantViolation when a rule is broken; the lock-manager is of no use any more
   */
  public void step(LockEvent event, long nowNanos, Effects effects) {
    if (violation != null) {
      throw new InvariantViolation("stopped before: " + violation.getMessage());
    }
    try {
      outbox.begin(nowNanos, effects);
      keepGrace(nowNanos);
      handle(event);
      for (Session slow = outbox.findSlowConsumer();
          slow != null;
          slow = outbox.findSlowConsumer()) {
        slow.lockspace
            .recovery()
            .lose(
                slow,
                CloseCause.SLOW_CONSUMER,
                slow.log.unacknowledgedCount()
                    + " messages are not acknowledged, more than "
                    + config.limits().unacknowledgedMax());
      }
      outbox.finish();
    } catch (InvariantViolation broken) {
      violation = broken;
      throw broken;
    }
  }

  /**
   * The grace period begins with the first step, which is no earlier than the death of the
   * lock-manager before: after a lease nobody believes in that one any more.
   */
  private void keepGrace(long nowNanos) {
    if (!begun) {
      begun = true;
      inGrace = config.graceMillis() > 0;
      graceEndsNanos = nowNanos + config.graceNanos();
      if (inGrace) {
        outbox.emit(new Effect.SetTimer(graceEndsNanos, NO_SESSION));
      }
    }
    if (inGrace && nowNanos - graceEndsNanos >= 0) {
      inGrace = false;
      lockspaces.values().forEach(lockspace -> lockspace.reassertion().endGrace());
    }
  }

  private void handle(LockEvent event) {
    switch (event) {
      case LockEvent.StreamOpened(long streamId, Hello hello) -> open(streamId, hello);
      case LockEvent.BatchReceived(long streamId, var batch) -> {
        Session session = directory.findByStream(streamId);
        if (session != null) {
          session.lockspace.receive(session, batch);
        }
      }
      case LockEvent.StreamClosed(long streamId) -> {
        Session session = directory.findByStream(streamId);
        if (session != null) {
          session.lockspace.disconnected(session);
        }
      }
      case LockEvent.TimerFired(long token) -> {
        Session session = directory.findById(token);
        Session lingering = directory.findLingering(token);
        if (session != null) {
          session.lockspace.checkLease(session);
        } else if (lingering != null) {
          lingering.lockspace.recovery().orphans().check(lingering);
        }
      }
      case LockEvent.Evict(long sessionId, String reason) -> {
        Session session = directory.findById(sessionId);
        if (session != null) {
          session.lockspace.recovery().lose(session, CloseCause.EVICTED, "evicted: " + reason);
        }
      }
      case LockEvent.LookForWaitCycles() -> lockspaces.values().forEach(Lockspace::tellWaitCycles);
    }
  }

  private void open(long streamId, Hello hello) {
    String fault = faultOf(hello);
    if (fault != null) {
      outbox.close(streamId, CloseCause.INVALID_ARGUMENT, fault);
    } else if (hello.sessionId() == 0 && inGrace) {
      outbox.close(
          streamId,
          CloseCause.IN_GRACE,
          "the lock-manager waits for the nodes that were there before it for another "
              + (graceEndsNanos - outbox.nowNanos()) / 1_000_000
              + " ms");
    } else if (hello.sessionId() == 0) {
      Lockspace lockspace = obtain(hello, streamId);
      if (lockspace != null) {
        lockspace.join(streamId, hello);
      }
    } else if (hello.incarnation() != config.incarnation() && inGrace) {
      Lockspace lockspace = obtain(hello, streamId);
      if (lockspace != null) {
        lockspace.reassertion().open(streamId, hello);
      }
    } else {
      Session session =
          hello.incarnation() == config.incarnation()
              ? directory.findById(hello.sessionId())
              : null;
      if (session == null || !session.lockspace.name().equals(hello.lockspace())) {
        outbox.close(
            streamId,
            CloseCause.NOT_A_MEMBER,
            "no session "
                + hello.sessionId()
                + " of incarnation "
                + hello.incarnation()
                + " in lockspace "
                + hello.lockspace());
      } else {
        session.lockspace.resume(session, streamId, hello);
      }
    }
  }

  /** The lockspace of that name; null when it is of the other kind or one too many. */
  private @Nullable Lockspace obtain(Hello hello, long streamId) {
    Lockspace lockspace = obtain(hello);
    if (lockspace == null) {
      outbox.close(
          streamId,
          CloseCause.LIMIT_REACHED,
          config.limits().lockspacesMax() + " lockspaces and namespaces are in use, the limit");
      return null;
    }
    if (lockspace.isNamespace() != hello.application()) {
      outbox.close(
          streamId,
          CloseCause.WRONG_LOCKSPACE_KIND,
          hello.lockspace()
              + (hello.application()
                  ? " is the lockspace of a volume, not a namespace"
                  : " is a namespace of applications, not the lockspace of a volume"));
      return null;
    }
    return lockspace;
  }

  /**
   * The lockspace of that name; null when there are too many. One that nobody uses any more makes
   * way for one of another kind, and for others when there are too many.
   */
  private @Nullable Lockspace obtain(Hello hello) {
    Lockspace present = lockspaces.get(hello.lockspace());
    if (present != null
        && (present.isNamespace() == hello.application() || Inspection.isInUse(present))) {
      return present;
    }
    if (present == null && lockspaces.size() >= config.limits().lockspacesMax()) {
      lockspaces.values().removeIf(lockspace -> !Inspection.isInUse(lockspace));
      if (lockspaces.size() >= config.limits().lockspacesMax()) {
        return null;
      }
    }
    Lockspace made =
        new Lockspace(
            hello.lockspace(),
            hello.application(),
            config,
            directory,
            grantNumbers,
            outbox,
            inGrace);
    lockspaces.put(made.name(), made);
    return made;
  }

  private static @Nullable String faultOf(Hello hello) {
    if (isBadName(hello.lockspace())) {
      return "hello: lockspace has " + hello.lockspace().length() + " characters, not 1 to 255";
    }
    if (isBadName(hello.nodeName())) {
      return "hello: node name has " + hello.nodeName().length() + " characters, not 1 to 255";
    }
    if (hello.application() && hello.lockspace().indexOf(':') >= 0) {
      // Whoever comes first decides what a name is; so no application can take a volume's.
      return "hello: namespace " + hello.lockspace() + " has a colon, as the names of volumes do";
    }
    if (hello.application() && hello.spectator()) {
      return "hello: spectator and application exclude each other";
    }
    if (hello.sessionId() == 0 && (hello.incarnation() != 0 || hello.received() != 0)) {
      return "hello: incarnation and received are 0 when joining";
    }
    return null;
  }

  private static boolean isBadName(String name) {
    return name.isEmpty() || name.length() > NAME_CHARACTERS_MAX;
  }

  /**
   * The names of the lockspaces that have members, locks, or journals that wait for replay;
   * ascending.
   */
  public List<String> lockspaces() {
    return lockspaces.values().stream().filter(Inspection::isInUse).map(Lockspace::name).toList();
  }

  /** A lockspace as it is now; null when it never had a member. */
  public @Nullable LockspaceInfo lockspace(String name) {
    Lockspace lockspace = lockspaces.get(name);
    return lockspace == null ? null : Inspection.lockspace(lockspace);
  }

  /** The members of a lockspace, oldest first; empty for an unknown one. */
  public List<SessionInfo> sessions(String lockspaceName) {
    Lockspace lockspace = lockspaces.get(lockspaceName);
    return lockspace == null ? List.of() : Inspection.sessions(lockspace);
  }

  /**
   * A part of the locks of a lockspace that pass the filter, in the order of {@link LockCursor}.
   * Looks at so few of them that the lock path does not suffer; none for an unknown lockspace.
   *
   * @param from where to begin
   * @param countMax how many at most; above 0
   */
  public LockPage locks(String lockspaceName, LockFilter filter, LockCursor from, int countMax) {
    Lockspace lockspace = lockspaces.get(lockspaceName);
    return lockspace == null
        ? new LockPage(List.of(), null)
        : LockListing.page(lockspace, filter, from, countMax);
  }

  /** All lockspaces together. Costs as much as there are sessions. */
  public LockTotals totals() {
    return Inspection.totals(lockspaces.values(), outbox.tally());
  }

  /** One glock as it is now; without holders and waiters when nobody has or wants it. */
  public LockInfo lock(String lockspaceName, GlockName name) {
    Lockspace lockspace = lockspaces.get(lockspaceName);
    return lockspace == null
        ? new LockInfo(name, List.of(), List.of(), false, true, LockInfo.Contention.NONE)
        : Inspection.lock(lockspace, name);
  }

  /**
   * From now on every step that changes who holds or wants that lock has an {@link
   * Effect.LockChanged}. Ended by as many {@link #unwatch} of it.
   *
   * @throws IllegalArgumentException for an unknown lockspace
   */
  public void watch(String lockspaceName, GlockName name) {
    Lockspace lockspace = lockspaces.get(lockspaceName);
    if (lockspace == null) {
      throw new IllegalArgumentException("no lockspace " + lockspaceName);
    }
    lockspace.watches().add(name);
  }

  /** Ends one watch. */
  public void unwatch(String lockspaceName, GlockName name) {
    Lockspace lockspace = lockspaces.get(lockspaceName);
    if (lockspace != null) {
      lockspace.watches().remove(name);
    }
  }

  /**
   * The members of a lockspace that wait for each other now; empty for an unknown one. Costs as
   * much as there are waiting requests and holders of what they want.
   */
  public List<WaitCycle> waitCycles(String lockspaceName) {
    Lockspace lockspace = lockspaces.get(lockspaceName);
    return lockspace == null ? List.of() : new WaitForGraph(lockspace).cycles();
  }

  /**
   * Checks every list and sum of every lockspace against the others. Costs as much as there is; for
   * tests and simulations.
   *
   * @throws InvariantViolation when something does not fit
   */
  public void validate() {
    lockspaces.values().forEach(Validation::validate);
  }
}
