package glockenspiel.lockmanager.app;

import glockenspiel.lock.v1.LockErrorReason;
import glockenspiel.lockmanager.history.History;
import glockenspiel.lockmanager.history.HistoryEvent;
import glockenspiel.protocol.lock.Batch;
import glockenspiel.protocol.lock.GlockName;
import glockenspiel.protocol.lock.Hello;
import glockenspiel.protocol.lock.LockManagerMessage;
import glockenspiel.protocol.lock.LockMode;
import glockenspiel.protocol.lock.MessageLog;
import glockenspiel.protocol.lock.NodeMessage;
import glockenspiel.protocol.lock.NodeMessage.Reassert;
import glockenspiel.protocol.lock.Welcome;
import glockenspiel.protocol.wire.LockErrors;
import glockenspiel.protocol.wire.SessionWire;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.function.IntSupplier;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * One session over real streams: says hello again after each broken one, brings its locks back to a
 * restarted lock-manager, and counts its lease. Reads one message at a time.
 */
final class HistorySession {
  /** The session is over, as the lock-manager says or by the node's own decision. */
  static final class Over extends Exception {
    private static final long serialVersionUID = 1;
    final transient LockErrorReason reason;

    Over(LockErrorReason reason) {
      super(reason.toString());
      this.reason = reason;
    }
  }

  private static final int RETRY_MILLIS = 5;

  private record SentAt(long number, long nanos) {}

  private final RestartedLockManager lockManager;
  private final History history;
  private final String lockspace;
  private final boolean application;
  private final String name;

  /** In the history: one for the whole session, whatever lock-managers call it. */
  private final long id;

  private final Supplier<List<Reassert>> held;

  /** For how long it does not notice that its stream is broken. */
  private final IntSupplier comeBackMillis;

  private MessageLog<NodeMessage, LockManagerMessage> log = new MessageLog<>(100_000);
  private final Deque<SentAt> sentAt = new ArrayDeque<>();
  private TestNode stream;
  private long sessionId;
  private long incarnation;
  private long leaseNanos;
  private long messages;

  /** Acknowledgements up to this number say nothing about the lease: see ReassertDone. */
  private long leaseFrom;

  int restarts;

  /**
   * A session that has not begun. Only an application's can outlive its lock-manager.
   *
   * @param held what the node holds, asked when the lock-manager was restarted
   * @param comeBackMillis how long it waits before it comes back after the other end has broken off
   */
  HistorySession(
      RestartedLockManager lockManager,
      History history,
      String lockspace,
      boolean application,
      String name,
      long id,
      Supplier<List<Reassert>> held,
      IntSupplier comeBackMillis) {
    this.lockManager = lockManager;
    this.history = history;
    this.lockspace = lockspace;
    this.application = application;
    this.name = name;
    this.id = id;
    this.held = held;
    this.comeBackMillis = comeBackMillis;
    this.stream = new TestNode(lockManager.channel(), 1);
  }

  long id() {
    return id;
  }

  /** Begins it, or goes on with it on a new stream. */
  void greet() throws InterruptedException, Over {
    while (!tryGreet()) {
      Thread.sleep(RETRY_MILLIS);
      stream = new TestNode(lockManager.channel(), 1);
    }
  }

  private boolean tryGreet() throws InterruptedException, Over {
    long now = System.nanoTime();
    Hello hello =
        new Hello(lockspace, name, false, application, sessionId, incarnation, log.received());
    stream.send(SessionWire.request(hello));
    TestNode.Event event = stream.poll(60_000);
    if (event == null) {
      throw new AssertionError("no answer to " + hello);
    }
    if (event.response() == null) {
      checkNotLost(event);
      return false;
    }
    Welcome welcome = SessionWire.welcome(event.response().getWelcome());
    stream.letIn(1);
    if (sessionId == 0) {
      leaseNanos = welcome.leaseMillis() * 1_000_000;
      history.joined(id, welcome.gate());
      history.leaseUntil(id, now + leaseNanos);
    } else if (incarnation != welcome.incarnation()) {
      reassert();
    } else {
      log.resume(welcome.received());
    }
    sessionId = welcome.sessionId();
    incarnation = welcome.incarnation();
    flush();
    return true;
  }

  /** The lease goes on from the acknowledgement of the last of these messages only. */
  private void reassert() {
    restarts++;
    List<Reassert> mine = held.get();
    Map<GlockName, LockMode> modes = new TreeMap<>();
    mine.forEach(reassert -> modes.put(reassert.glock(), reassert.mode()));
    history.add(new HistoryEvent.CameBack(id, modes));
    log = new MessageLog<>(100_000);
    sentAt.clear();
    messages = 0;
    mine.forEach(this::send);
    send(new NodeMessage.ReassertDone(false));
    leaseFrom = messages;
  }

  private void checkNotLost(TestNode.Event event) throws Over {
    Throwable failure = event.failure();
    if (failure != null && LockErrors.isSessionLost(failure)) {
      LockErrorReason reason = LockErrors.reason(failure);
      throw new Over(reason == null ? LockErrorReason.UNRECOGNIZED : reason);
    }
  }

  void say(NodeMessage message) {
    history.said(id, message);
    send(message);
    flush();
  }

  private void send(NodeMessage message) {
    log.add(message);
    sentAt.add(new SentAt(++messages, System.nanoTime()));
  }

  private void flush() {
    if (log.hasUnsent()) {
      SessionWire.requests(log.nextBatch()).forEach(stream::send);
    }
  }

  /** Breaks the stream and opens the next. */
  void breakOff() throws InterruptedException, Over {
    stream.breakOff();
    stream = new TestNode(lockManager.channel(), 1);
    greet();
  }

  /** Goes without a word. */
  void crash() {
    stream.breakOff();
    stop();
  }

  /** Uses nothing any more. */
  void stop() {
    history.stopped(id);
  }

  /** Takes nothing from the stream until it ends. */
  void sleepUntilThrownOut() throws InterruptedException, Over {
    List<TestNode.Event> unread = new ArrayList<>();
    while (true) {
      TestNode.Event event = stream.poll(60_000);
      if (event == null) {
        throw new AssertionError("a slow reader is kept for ever: " + unread);
      }
      if (event.isEnd()) {
        checkNotLost(event);
        // The lock-manager has ended before it could say so.
        stream = new TestNode(lockManager.channel(), 1);
        greet();
        return;
      }
      unread.add(event);
    }
  }

  /** What has come within that time; empty for nothing. */
  List<LockManagerMessage> receive(long millis) throws InterruptedException, Over {
    TestNode.Event event = stream.poll(millis);
    if (event == null) {
      return List.of();
    }
    if (event.response() == null) {
      checkNotLost(event);
      Thread.sleep(comeBackMillis.getAsInt());
      stream = new TestNode(lockManager.channel(), 1);
      greet();
      return List.of();
    }
    Batch<LockManagerMessage> batch = SessionWire.lockManagerBatch(event.response().getBatch());
    renewLease(batch.acknowledged());
    List<LockManagerMessage> news = log.receive(batch);
    stream.letIn(1);
    news.forEach(message -> history.heard(id, message));
    return news;
  }

  private void renewLease(long acknowledged) {
    @Nullable SentAt newest = null;
    while (!sentAt.isEmpty() && sentAt.getFirst().number <= acknowledged) {
      newest = sentAt.removeFirst();
    }
    if (newest != null && newest.number >= leaseFrom) {
      history.leaseUntil(id, newest.nanos + leaseNanos);
    }
  }
}
