package glockenspiel.node.glock;

import glockenspiel.protocol.lock.Batch;
import glockenspiel.protocol.lock.LockManagerMessage;
import glockenspiel.protocol.lock.LockManagerPort;
import glockenspiel.protocol.lock.NodeMessage;
import glockenspiel.protocol.lock.Welcome;
import glockenspiel.runtime.state.StateMachine;
import glockenspiel.runtime.task.Promise;
import glockenspiel.runtime.task.SerialOwner;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * The node's end of one session. Joins once, resumes over as many streams as it takes, ends once.
 *
 * <p>Messages handed over in one turn of the owner leave in one batch; while the stream is not
 * ready they gather. A resumed stream loses, doubles and reorders nothing: {@link SessionTraffic}
 * sees to it.
 *
 * <ol>
 *   <li>The stream breaks: {@code BROKEN}. Messages gather.
 *   <li>After a growing pause, {@code RESUMING}: a new stream, a hello with the session's id and
 *       how much was received.
 *   <li>The welcome says how much the lock-manager had handled: {@code OPEN}; the rest goes again,
 *       then what has gathered.
 *   <li>The welcome is a restarted lock-manager's: the node reasserts what it holds, and goes on
 *       under the session that it was given. Until that is acknowledged the lease is the old one.
 *   <li>If the lease ends first, or the lock-manager does not know the session: {@code LOST}. The
 *       node has then stopped using its locks already (see {@link LeaseClock}).
 * </ol>
 *
 * <p>Is there a problem if a node whose lease is over resumes all the same? Yes: the lock-manager
 * may be about to give it up; between the node's check and its next use of a lock another node may
 * have it. Whoever has stopped stays stopped, and withdraws.
 */
public final class LockSession implements LockSender {

  private final SerialOwner owner;
  private final LockManagerPort port;
  private final SessionSettings settings;
  private final SessionListener listener;
  private final SessionMember member;
  private final StateMachine<SessionState> state;
  private final SessionTraffic traffic;
  private final Backoff backoff;
  private final Promise<Welcome> joined = new Promise<>();
  private @Nullable Promise<@Nullable Void> left;
  private LockManagerPort.@Nullable Stream stream;
  private @Nullable Connection connection;
  private SerialOwner.@Nullable Timer timer;
  private @Nullable Welcome welcome;
  private long joinDeadlineNanos;

  /** A session that was not begun yet. */
  public LockSession(
      SerialOwner owner,
      LockManagerPort port,
      SessionSettings settings,
      SessionMember member,
      SessionListener listener) {
    this.owner = owner;
    this.port = port;
    this.settings = settings;
    this.member = member;
    this.listener = listener;
    this.backoff = new Backoff(settings, member.nodeName());
    this.traffic = new SessionTraffic(owner, settings);
    this.state =
        new StateMachine<>(
            "session of " + member.nodeName(),
            SessionState.TRANSITIONS,
            SessionState.NEW,
            (from, to, reason) -> {});
  }

  /** Where it is. */
  public SessionState state() {
    return state.state();
  }

  /** The session's id; 0 before the welcome. */
  public long sessionId() {
    return welcome == null ? 0 : welcome.sessionId();
  }

  /** How long the lock-manager waits for a node; 0 before the welcome. */
  public long leaseNanos() {
    return traffic.lease().leaseNanos();
  }

  @Override
  public boolean holdsLease() {
    return welcome != null && !state().isOver() && traffic.lease().holds(owner.nowNanos());
  }

  /**
   * Joins. Tried again until {@code joinTimeoutNanos} are over; fails with {@link SessionException}
   * then.
   */
  public Promise<Welcome> join() {
    state.become(SessionState.JOINING, "join");
    joinDeadlineNanos = owner.nowNanos() + settings.joinTimeoutNanos();
    connect();
    return joined;
  }

  @Override
  public void send(NodeMessage message) {
    if (!state().isOver()) {
      traffic.send(message);
    }
  }

  /**
   * Leaves in order: done when the lock-manager has said so, or when there is no session any more.
   * Never fails.
   */
  public Promise<@Nullable Void> leave() {
    Promise<@Nullable Void> over = left == null ? new Promise<>() : left;
    if (left == null) {
      left = over;
      switch (state()) {
        case OPEN, BROKEN, RESUMING -> send(new NodeMessage.Leave());
        case NEW, JOINING -> end(SessionState.LEFT, "left before it was welcomed");
        case LEFT, LOST -> over.complete(null);
      }
    }
    return over;
  }

  private void connect() {
    Connection attempt = new Connection(owner.nowNanos());
    connection = attempt;
    Welcome present = welcome;
    var hello =
        present == null
            ? member.joining()
            : member.resuming(present, traffic.received(), listener.generation());
    stream = port.connect(hello, attempt);
    armTimer();
  }

  private void closeStream() {
    connection = null;
    LockManagerPort.Stream open = stream;
    stream = null;
    traffic.pause();
    if (open != null) {
      open.close();
    }
  }

  /** One stream's listener; deaf once the session has turned to another stream. */
  private final class Connection implements LockManagerPort.Listener {
    private final long helloSentNanos;

    Connection(long helloSentNanos) {
      this.helloSentNanos = helloSentNanos;
    }

    @Override
    public void welcomed(Welcome answer) {
      if (connection == this) {
        onWelcome(answer, helloSentNanos);
      }
    }

    @Override
    public void received(Batch<LockManagerMessage> batch) {
      if (connection == this) {
        onBatch(batch);
      }
    }

    @Override
    public void ready() {
      if (connection == this) {
        traffic.scheduleFlush();
      }
    }

    @Override
    public void closed(boolean sessionLost, String reason) {
      if (connection == this) {
        onClosed(sessionLost, reason);
      }
    }
  }

  private void onWelcome(Welcome answer, long helloSentNanos) {
    Welcome present = welcome;
    LockManagerPort.Stream open = stream;
    if (open == null) {
      return;
    }
    backoff.reset();
    if (present == null) {
      welcome = answer;
      traffic.begin(open, answer.leaseMillis() * 1_000_000, helloSentNanos);
      state.become(SessionState.OPEN, "welcomed");
      armTimer();
      joined.complete(answer);
    } else if (answer.incarnation() != present.incarnation()) {
      onRestarted(present, answer, open);
    } else {
      onResumed(present, answer, open, helloSentNanos);
    }
  }

  private void onResumed(
      Welcome present, Welcome answer, LockManagerPort.Stream open, long helloSentNanos) {
    if (answer.sessionId() != present.sessionId()) {
      end(SessionState.LOST, "resumed another session: " + answer.sessionId());
      return;
    }
    try {
      traffic.resume(open, answer.received(), helloSentNanos);
    } catch (IllegalArgumentException wrong) {
      end(SessionState.LOST, "the lock-manager resumed wrongly: " + wrong.getMessage());
      return;
    }
    state.become(SessionState.OPEN, "resumed");
    armTimer();
    listener.resumed();
  }

  /**
   * The lock-manager was restarted, and wants to know what the node holds.
   *
   * <p>Is there a problem if the node leaves out what it has asked to lower before? No: whoever has
   * sent a lower has made the glock ready for it, and nobody else was given it by a lock-manager
   * that did not read that.
   */
  private void onRestarted(Welcome present, Welcome answer, LockManagerPort.Stream open) {
    boolean late = !traffic.lease().holds(owner.nowNanos());
    if (late || answer.slot() != present.slot()) {
      String problem = late ? "was found after the lease" : "gave slot " + answer.slot();
      end(SessionState.LOST, "the restarted lock-manager " + problem);
      return;
    }
    welcome = answer;
    traffic.beginAnew(open, answer.leaseMillis() * 1_000_000);
    state.become(SessionState.OPEN, "reasserting");
    if (left == null) {
      listener.reassert(answer);
    }
    traffic.endReassertion(listener.isWithdrawing());
    armTimer();
    if (left == null) {
      listener.reasserted();
    } else {
      send(new NodeMessage.Leave());
    }
  }

  private void onClosed(boolean sessionLost, String reason) {
    closeStream();
    switch (state()) {
      case JOINING -> {
        if (owner.nowNanos() - joinDeadlineNanos >= 0) {
          end(SessionState.LEFT, reason);
        } else {
          owner.after(backoff.nextNanos(false), this::joinAgain);
        }
      }
      case OPEN, RESUMING -> {
        if (sessionLost) {
          end(SessionState.LOST, reason);
          return;
        }
        state.become(SessionState.BROKEN, reason);
        listener.broken(reason);
        armTimer();
        owner.after(backoff.nextNanos(true), this::resume);
      }
      case NEW, BROKEN, LEFT, LOST -> {}
    }
  }

  private void joinAgain() {
    if (state.is(SessionState.JOINING)) {
      connect();
    }
  }

  private void resume() {
    if (state.is(SessionState.BROKEN)) {
      state.become(SessionState.RESUMING, "try again");
      connect();
    }
  }

  /** One timer for all: the end of the lease, the next renewal, the patience with an attempt. */
  private void armTimer() {
    if (timer != null) {
      timer.cancel();
      timer = null;
    }
    long now = owner.nowNanos();
    long due =
        switch (state()) {
          case JOINING ->
              connection == null
                  ? joinDeadlineNanos
                  : now + Math.min(settings.attemptTimeoutNanos(), settings.joinTimeoutNanos());
          case OPEN -> earlier(traffic.lease().deadlineNanos(), nextRenewalNanos(now));
          case RESUMING -> earlier(traffic.lease().deadlineNanos(), now + resumeTimeoutNanos());
          case BROKEN -> traffic.lease().deadlineNanos();
          case NEW, LEFT, LOST -> now;
        };
    if (!state().isOver()) {
      timer = owner.after(Math.max(0, due - now), this::onTime);
    }
  }

  /**
   * A renewal that is due and cannot go, because the stream takes nothing, is looked at again soon.
   */
  private long nextRenewalNanos(long now) {
    long due = traffic.lease().renewalDueNanos();
    return due - now > 0 ? due : now + traffic.lease().leaseNanos() / 10;
  }

  /** Short enough for a few attempts within the lease, should the first be swallowed. */
  private long resumeTimeoutNanos() {
    return Math.min(settings.attemptTimeoutNanos(), traffic.lease().leaseNanos() / 5);
  }

  private static long earlier(long one, long other) {
    return one - other < 0 ? one : other;
  }

  private void onTime() {
    timer = null;
    long now = owner.nowNanos();
    switch (state()) {
      case JOINING -> {
        if (connection != null) {
          onClosed(false, "no welcome from the lock-manager in time");
        }
      }
      case OPEN, BROKEN, RESUMING -> {
        if (!traffic.lease().holds(now)) {
          end(
              SessionState.LOST,
              "the lease of " + traffic.lease().leaseNanos() / 1_000_000 + " ms ran out");
        } else if (state.is(SessionState.RESUMING)) {
          onClosed(false, "no welcome from the lock-manager in time");
        } else {
          traffic.renewIfDue();
          armTimer();
        }
      }
      case NEW, LEFT, LOST -> {}
    }
  }

  private void onBatch(Batch<LockManagerMessage> batch) {
    List<LockManagerMessage> messages;
    try {
      messages = traffic.receive(batch);
    } catch (IllegalArgumentException wrong) {
      end(SessionState.LOST, "the lock-manager broke the numbering: " + wrong.getMessage());
      return;
    }
    for (LockManagerMessage message : messages) {
      if (message instanceof LockManagerMessage.Left) {
        end(SessionState.LEFT, "left");
        return;
      }
      listener.received(message);
    }
  }

  /**
   * The one end. A session that is lost while it leaves has left: the lock-manager may have done it
   * and not been heard.
   */
  private void end(SessionState last, String reason) {
    if (state().isOver()) {
      return;
    }
    Promise<@Nullable Void> leaving = left;
    boolean lost = last == SessionState.LOST && leaving == null;
    state.become(lost ? SessionState.LOST : SessionState.LEFT, reason);
    closeStream();
    traffic.end();
    if (timer != null) {
      timer.cancel();
    }
    joined.fail(new SessionException(member.lockspace() + " could not be joined: " + reason));
    if (leaving != null) {
      leaving.complete(null);
    }
    if (lost) {
      listener.lost(reason);
    }
  }
}
