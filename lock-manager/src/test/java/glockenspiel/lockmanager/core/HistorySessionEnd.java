package glockenspiel.lockmanager.core;

import glockenspiel.protocol.lock.Batch;
import glockenspiel.protocol.lock.LockManagerMessage;
import glockenspiel.protocol.lock.MessageLog;
import glockenspiel.protocol.lock.NodeMessage;
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

  void welcomed(long receivedByManager) {
    log.resume(receivedByManager);
    welcomed = true;
    planFlush();
  }

  void say(NodeMessage message) {
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
    return log.receive(batch);
  }
}
