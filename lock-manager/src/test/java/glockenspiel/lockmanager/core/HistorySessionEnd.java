package glockenspiel.lockmanager.core;

import glockenspiel.lockmanager.history.History;
import glockenspiel.lockmanager.history.HistoryEvent;
import glockenspiel.protocol.lock.Batch;
import glockenspiel.protocol.lock.LockManagerMessage;
import glockenspiel.protocol.lock.MessageLog;
import glockenspiel.protocol.lock.NodeMessage;
import glockenspiel.protocol.lock.Welcome;
import java.util.ArrayDeque;
import java.util.List;

/** The node's end of one session: numbers, batches, and the lease as the node reckons it. */
final class HistorySessionEnd {
  private record SentAt(long number, long nanos) {}

  private final HistoryCluster cluster;
  private final HistoryNode node;
  private final ArrayDeque<SentAt> sentAt = new ArrayDeque<>();
  private final MessageLog<NodeMessage, LockManagerMessage> log = new MessageLog<>(1_000_000);
  private long messageNumber;
  private long leaseFromNanos;
  private boolean flushPlanned;

  /** The open stream has its welcome: batches may be sent. */
  private boolean welcomed;

  /** 0 before it has joined, and when it is over. */
  private long sessionId;

  private boolean suspended;

  HistorySessionEnd(HistoryCluster cluster, HistoryNode node) {
    this.cluster = cluster;
    this.node = node;
  }

  boolean isLeaseOver() {
    return cluster.now() >= leaseFromNanos + HistoryCluster.LEASE_NANOS;
  }

  long received() {
    return log.received();
  }

  void connecting() {
    welcomed = false;
    if (!node.isMember()) {
      leaseFromNanos = cluster.now();
    }
  }

  void welcomed(Welcome welcome) {
    if (sessionId == 0) {
      sessionId = welcome.sessionId();
      history().joined(sessionId, welcome.gate());
    }
    log.resume(welcome.received());
    welcomed = true;
    planFlush();
  }

  /** The node forgets the session. */
  void stop() {
    if (sessionId != 0) {
      history().stopped(sessionId);
      sessionId = 0;
    }
  }

  /** Records when the lease ends, or goes on after all. */
  void recordLease() {
    if (sessionId != 0 && suspended != isLeaseOver()) {
      suspended = !suspended;
      history()
          .add(
              suspended
                  ? new HistoryEvent.Suspended(sessionId)
                  : new HistoryEvent.Resumed(sessionId));
    }
  }

  private History history() {
    return cluster.history;
  }

  void say(NodeMessage message) {
    history().said(sessionId, message);
    log.add(message);
    sentAt.add(new SentAt(++messageNumber, cluster.now()));
    planFlush();
  }

  private void planFlush() {
    if (!flushPlanned) {
      flushPlanned = true;
      node.later(
          3,
          () -> {
            flushPlanned = false;
            if (node.stream != 0 && welcomed) {
              cluster.send(node.stream, log.nextBatch());
            }
          });
    }
  }

  /**
   * The new messages of a batch. What it acknowledges renews the lease from the time when that was
   * sent.
   */
  List<LockManagerMessage> receive(Batch<LockManagerMessage> batch) {
    while (!sentAt.isEmpty() && sentAt.getFirst().number <= batch.acknowledged()) {
      leaseFromNanos = sentAt.removeFirst().nanos;
    }
    recordLease();
    return log.receive(batch);
  }

  /** A message of a batch is handled now. */
  void heard(LockManagerMessage message) {
    history().heard(sessionId, message);
  }
}
