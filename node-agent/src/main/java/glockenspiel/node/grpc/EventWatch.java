package glockenspiel.node.grpc;

import glockenspiel.lock.v1.LockErrorReason;
import glockenspiel.node.v1.WatchEventsResponse;
import glockenspiel.protocol.wire.LockErrors;
import glockenspiel.runtime.grpc.ServerStream;

/**
 * One reader of a node's events. It has a place in the ring; whose place is overwritten before he
 * has read it was too slow. On the owner.
 */
final class EventWatch {
  private final String nodeName;
  private final EventRing ring;
  private final ServerStream<WatchEventsResponse> stream;
  private final Runnable pump = this::pump;
  private long next;

  EventWatch(String nodeName, EventRing ring, ServerStream<WatchEventsResponse> stream) {
    this.nodeName = nodeName;
    this.ring = ring;
    this.stream = stream;
  }

  /** Begins with that sequence if it is still kept, else with the oldest that is. */
  void from(long sequence) {
    next = Math.max(sequence, ring.oldest());
    ring.listen(pump);
    stream.whenGone(() -> ring.remove(pump));
    stream.whenReady(pump);
  }

  private void pump() {
    if (next < ring.oldest()) {
      ring.remove(pump);
      stream.fail(
          LockErrors.status(
              LockErrorReason.LOCK_ERROR_REASON_SLOW_CONSUMER,
              "event "
                  + next
                  + " was overwritten before it was read; the oldest now is "
                  + ring.oldest()));
      return;
    }
    while (stream.isReady()) {
      EventRing.Entry entry = ring.get(next);
      if (entry == null) {
        return;
      }
      stream.send(
          WatchEventsResponse.newBuilder().setEvent(NodeWire.event(nodeName, entry)).build());
      next++;
    }
  }
}
