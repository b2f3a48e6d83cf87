package glockenspiel.node.glock;

import java.util.ArrayDeque;

/**
 * Until when the lock-manager keeps the session, as far as the node can know.
 *
 * <p>Is there a problem if the lease is counted from the <em>arrival</em> of an acknowledgement?
 * Yes: the batch may have reached the lock-manager long before, if the acknowledgement was slow;
 * the lock-manager would give up first, and two nodes would use one lock (rule 1). Counted from the
 * sending of an acknowledged batch, the node's lease begins before the lock-manager's, so it ends
 * before.
 *
 * <p>Is there a problem if an empty batch counts? Yes: acknowledgements count messages, and an
 * empty batch has none, so nothing ever proves that it has arrived. A node with nothing to say
 * sends a {@code Renew}.
 */
final class LeaseClock {
  private record Sent(long newestMessage, long atNanos) {}

  private final ArrayDeque<Sent> unacknowledged = new ArrayDeque<>();
  private final int stopMarginPerMille;
  private long leaseNanos;
  private long useNanos;
  private long fromNanos;
  private long newestSentNanos;

  LeaseClock(int stopMarginPerMille) {
    this.stopMarginPerMille = stopMarginPerMille;
  }

  /** A session begins: the lock-manager has answered a hello that was sent then. */
  void begin(long lease, long helloSentNanos) {
    leaseNanos = lease;
    useNanos = lease - lease / 1000 * stopMarginPerMille;
    fromNanos = helloSentNanos;
    newestSentNanos = helloSentNanos;
    unacknowledged.clear();
  }

  /**
   * The session goes on over a new stream: the lock-manager has answered a hello that was sent
   * then. What older batches carried was either acknowledged by the welcome or is sent again.
   */
  void resumed(long helloSentNanos) {
    renewedFrom(helloSentNanos);
    unacknowledged.clear();
  }

  /**
   * The session goes on at a lock-manager that was restarted: what was sent to the one before is
   * never acknowledged, and the lease stays what it was.
   */
  void forgetSent() {
    unacknowledged.clear();
  }

  /** The restarted lock-manager has taken over: the lease has its length from now on. */
  void takenOver(long lease) {
    leaseNanos = lease;
    useNanos = lease - lease / 1000 * stopMarginPerMille;
  }

  /** A batch with messages was sent. */
  void sent(long newestMessage, long now) {
    unacknowledged.addLast(new Sent(newestMessage, now));
    newestSentNanos = now;
  }

  /** The lock-manager has handled that many messages. */
  void acknowledged(long count) {
    Sent oldest = unacknowledged.peekFirst();
    while (oldest != null && oldest.newestMessage <= count) {
      renewedFrom(oldest.atNanos);
      unacknowledged.removeFirst();
      oldest = unacknowledged.peekFirst();
    }
  }

  private void renewedFrom(long nanos) {
    if (nanos - fromNanos > 0) {
      fromNanos = nanos;
    }
  }

  /** When the node must have stopped using its locks. */
  long deadlineNanos() {
    return fromNanos + useNanos;
  }

  /** Whether the node may use its locks. */
  boolean holds(long now) {
    return now - deadlineNanos() < 0;
  }

  /** When a message must go, whatever it says. */
  long renewalDueNanos() {
    return newestSentNanos + leaseNanos / 3;
  }

  long leaseNanos() {
    return leaseNanos;
  }
}
