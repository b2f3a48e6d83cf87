package glockenspiel.node.grpc;

import glockenspiel.runtime.task.SerialOwner;
import io.grpc.stub.ClientCallStreamObserver;
import java.util.ArrayDeque;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * The sending half of one call: requests go out in order, at the pace at which the other end takes
 * them. Belongs to the owner.
 *
 * <p>The first request goes at once, before the call can have a pace: short calls need no second
 * turn of the owner.
 *
 * @param <Q> a request
 */
final class PacedRequests<Q> {
  private final SerialOwner owner;
  private final ArrayDeque<Q> behind = new ArrayDeque<>();
  private @Nullable ClientCallStreamObserver<Q> call;
  private boolean begun;
  private boolean ending;
  private boolean over;

  PacedRequests(SerialOwner owner) {
    this.owner = owner;
  }

  /** The call is about to start. */
  void starting(ClientCallStreamObserver<Q> started) {
    call = started;
    started.setOnReadyHandler(() -> owner.executeNow(this::pump));
  }

  /** Hands requests over. Dropped when the call is over. */
  void send(List<Q> requests) {
    if (!over && !ending) {
      behind.addAll(requests);
      pump();
    }
  }

  /** Nothing more is handed over: the sending half ends after what was. */
  void complete() {
    ending = true;
    pump();
  }

  /** Ends the call; what has not gone out yet never does. Harmless when it has ended. */
  void cancel(String reason) {
    if (!over) {
      over = true;
      behind.clear();
      ClientCallStreamObserver<Q> running = call;
      if (running != null) {
        running.cancel(reason, null);
      }
    }
  }

  /** The other end has ended the call: nothing goes out any more. */
  void ended() {
    over = true;
    behind.clear();
  }

  private void pump() {
    ClientCallStreamObserver<Q> running = call;
    if (over || running == null) {
      return;
    }
    while (!behind.isEmpty() && (!begun || running.isReady())) {
      begun = true;
      running.onNext(behind.removeFirst());
    }
    if (ending && behind.isEmpty()) {
      over = true;
      running.onCompleted();
    }
  }
}
