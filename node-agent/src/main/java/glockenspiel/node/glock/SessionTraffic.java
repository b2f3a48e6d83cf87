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
  private final MessageLog<NodeMessage, LockManagerMessage> log;
  private final LeaseClock lease;

  /** Behind the log: more than the lock-manager may be behind with. */
  private final ArrayDeque<NodeMessage> behind = new ArrayDeque<>();

  private LockManagerPort.@Nullable Stream stream;
  private boolean flushScheduled;
  private boolean acknowledgeScheduled;
  private long acknowledgedToOther;

  SessionTraffic(SerialOwner owner, SessionSettings settings) {
    this.owner = owner;
    this.settings = settings;
    this.log = new MessageLog<>(settings.unacknowledgedMax() - 1);
    this.lease = new LeaseClock(settings.stopMarginPerMille());
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
    lease.resumed(helloSentNanos);
    acknowledgedToOther = log.received();
    scheduleFlush();
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
    lease.acknowledged(batch.acknowledged());
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
