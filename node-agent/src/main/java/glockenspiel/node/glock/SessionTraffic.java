package glockenspiel.node.glock;

import glockenspiel.protocol.lock.Batch;
import glockenspiel.protocol.lock.LockManagerMessage;
import glockenspiel.protocol.lock.LockManagerPort;
import glockenspiel.protocol.lock.MessageLog;
import glockenspiel.protocol.lock.NodeMessage;
import glockenspiel.runtime.task.SerialOwner;
import java.util.ArrayDeque;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * The numbered messages of one session, over whatever stream it has: gathers what one turn of the
 * owner says into one batch, holds back while the stream takes nothing, acknowledges, and keeps the
 * lease.
 */
final class SessionTraffic {
  private final SerialOwner owner;
  private final SessionSettings settings;
  private MessageLog<NodeMessage, LockManagerMessage> log;
  private final LeaseClock lease;

  /** Behind the log: more than the lock-manager may be behind with. */
  private final ArrayDeque<NodeMessage> behind = new ArrayDeque<>();

  private LockManagerPort.@Nullable Stream stream;
  private boolean flushScheduled;
  private boolean acknowledgeScheduled;
  private long acknowledgedToOther;

  /** The number of the {@code ReassertDone} that is not acknowledged yet; 0 for none. */
  private long reassertDone;

  /** What the lease is once that is acknowledged. */
  private long leaseThenNanos;

  SessionTraffic(SerialOwner owner, SessionSettings settings) {
    this.owner = owner;
    this.settings = settings;
    this.log = newLog(settings);
    this.lease = new LeaseClock(settings.stopMarginPerMille());
  }

  private static MessageLog<NodeMessage, LockManagerMessage> newLog(SessionSettings settings) {
    return new MessageLog<>(settings.unacknowledgedMax() - 1);
  }

  LeaseClock lease() {
    return lease;
  }

  /** How many messages of the lock-manager have been handled. */
  long received() {
    return log.received();
  }

  /** A first stream is open; the hello on it was sent then. */
  void begin(LockManagerPort.Stream open, long leaseNanos, long helloSentNanos) {
    stream = open;
    lease.begin(leaseNanos, helloSentNanos);
    scheduleFlush();
  }

  /**
   * Another stream is open.
   *
   * @param handledByOther what the lock-manager says it has handled; the rest goes again
   * @throws IllegalArgumentException when that cannot be
   */
  void resume(LockManagerPort.Stream open, long handledByOther, long helloSentNanos) {
    log.resume(handledByOther);
    stream = open;
    if (renews(handledByOther)) {
      lease.resumed(helloSentNanos);
    } else {
      lease.forgetSent();
    }
    acknowledgedToOther = log.received();
    scheduleFlush();
  }

  /**
   * A restarted lock-manager has answered: the numbering begins anew, and what was said to the one
   * before is forgotten. What the node holds says it all.
   *
   * <p>Is there a problem if the welcome renews the lease? Yes: the new lock-manager does not know
   * yet what it would be a lease of. A node that stops half-way through would go on using what it
   * has not reasserted, after the grace period.
   */
  void beginAnew(LockManagerPort.Stream open, long leaseNanos) {
    log = newLog(settings);
    behind.clear();
    lease.forgetSent();
    leaseThenNanos = leaseNanos;
    reassertDone = Long.MAX_VALUE;
    acknowledgedToOther = 0;
    stream = open;
  }

  /** All that the node holds has been handed over. */
  void endReassertion(boolean withdrawing) {
    send(new NodeMessage.ReassertDone(withdrawing));
    reassertDone = behind.size();
  }

  /**
   * Whether what is acknowledged renews the lease: not while the lock-manager does not know all
   * that the node holds.
   */
  private boolean renews(long acknowledged) {
    if (acknowledged < reassertDone) {
      return false;
    }
    if (reassertDone > 0) {
      reassertDone = 0;
      lease.takenOver(leaseThenNanos);
    }
    return true;
  }

  /** There is no stream for now: messages gather. */
  void pause() {
    stream = null;
  }

  /** Nothing more is sent. */
  void end() {
    stream = null;
    behind.clear();
  }

  void send(NodeMessage message) {
    behind.addLast(message);
    scheduleFlush();
  }

  void scheduleFlush() {
    if (!flushScheduled) {
      flushScheduled = true;
      owner.execute(this::flush);
    }
  }

  private void flush() {
    flushScheduled = false;
    LockManagerPort.Stream open = stream;
    if (open == null || !open.isReady()) {
      return;
    }
    while (!behind.isEmpty() && !log.isFull()) {
      log.add(behind.removeFirst());
    }
    if (!log.hasUnsent() && acknowledgedToOther == log.received()) {
      return;
    }
    Batch<NodeMessage> batch = log.nextBatch();
    acknowledgedToOther = batch.acknowledged();
    if (!batch.messages().isEmpty()) {
      lease.sent(log.newestSent(), owner.nowNanos());
    }
    open.send(batch);
  }

  /** Sends a message for the lease's sake if none goes anyway. */
  void renewIfDue() {
    if (owner.nowNanos() - lease.renewalDueNanos() >= 0) {
      if (behind.isEmpty() && !log.hasUnsent()) {
        behind.addLast(new NodeMessage.Renew());
      }
      flush();
    }
  }

  /**
   * A batch has come. Returns what is new in it.
   *
   * @throws IllegalArgumentException when its numbers cannot be
   */
  List<LockManagerMessage> receive(Batch<LockManagerMessage> batch) {
    List<LockManagerMessage> messages = log.receive(batch);
    if (renews(batch.acknowledged())) {
      lease.acknowledged(batch.acknowledged());
    }
    if (!behind.isEmpty()) {
      scheduleFlush();
    }
    if (!messages.isEmpty() && !acknowledgeScheduled) {
      acknowledgeScheduled = true;
      owner.after(settings.acknowledgeDelayNanos(), this::acknowledge);
    }
    return messages;
  }

  private void acknowledge() {
    acknowledgeScheduled = false;
    flush();
  }
}
