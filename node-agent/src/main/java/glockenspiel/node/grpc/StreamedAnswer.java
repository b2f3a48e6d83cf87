package glockenspiel.node.grpc;

import glockenspiel.protocol.storage.StorageException;
import glockenspiel.protocol.storage.StorageException.Reason;
import glockenspiel.protocol.wire.StorageErrors;
import glockenspiel.runtime.task.Promise;
import glockenspiel.runtime.task.SerialOwner;
import io.grpc.stub.ClientCallStreamObserver;
import io.grpc.stub.ClientResponseObserver;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/**
 * Gathers the messages of an answer, and completes a promise on the owner when enough have come.
 * The next message is let in when the one before was gathered, so that a fast sender is held back
 * by the transport and not by memory.
 *
 * @param <Q> the request
 * @param <A> a message
 * @param <T> what they mean
 */
final class StreamedAnswer<Q, A, T extends @Nullable Object>
    implements ClientResponseObserver<Q, A> {
  /** Puts an answer together, on the owner. Both methods may throw {@link StorageException}. */
  interface Gatherer<A, T extends @Nullable Object> {
    /**
     * Takes the next message.
     *
     * @return true when the answer is whole, and the rest of the stream is not wanted
     */
    boolean next(A message);

    /** The answer. Called once, when {@link #next} said so or the stream has ended in order. */
    T result();
  }

  /** How many messages may wait to be gathered. */
  private static final int WINDOW = 8;

  private final SerialOwner owner;
  private final Promise<T> promise = new Promise<>();
  private final Gatherer<A, T> gatherer;
  private final String name;
  private final long silenceNanos;
  private final boolean firstOnly;
  private @Nullable ClientCallStreamObserver<Q> call;
  private SerialOwner.@Nullable Timer silence;

  private StreamedAnswer(
      SerialOwner owner,
      String name,
      long silenceMillis,
      boolean firstOnly,
      Gatherer<A, T> gatherer) {
    this.owner = owner;
    this.name = name;
    this.silenceNanos = TimeUnit.MILLISECONDS.toNanos(silenceMillis);
    this.firstOnly = firstOnly;
    this.gatherer = gatherer;
    listen();
  }

  /** An answer of a call that has a deadline. */
  static <Q, A, T extends @Nullable Object> StreamedAnswer<Q, A, T> timed(
      SerialOwner owner, String name, Gatherer<A, T> gatherer) {
    return new StreamedAnswer<>(owner, name, 0, false, gatherer);
  }

  /**
   * An answer whose messages follow each other. It fails with UNAVAILABLE after a silence.
   *
   * @param silenceMillis longest time to the first message, and from one to the next
   */
  static <Q, A, T extends @Nullable Object> StreamedAnswer<Q, A, T> flowing(
      SerialOwner owner, String name, long silenceMillis, Gatherer<A, T> gatherer) {
    return new StreamedAnswer<>(owner, name, silenceMillis, false, gatherer);
  }

  /**
   * An answer that begins soon and then comes when it comes. The connection's keepalive is what
   * watches over it then.
   *
   * @param silenceMillis longest time to the first message
   */
  static <Q, A, T extends @Nullable Object> StreamedAnswer<Q, A, T> waiting(
      SerialOwner owner, String name, long silenceMillis, Gatherer<A, T> gatherer) {
    return new StreamedAnswer<>(owner, name, silenceMillis, true, gatherer);
  }

  /** Done when the answer is there. */
  Promise<T> promise() {
    return promise;
  }

  @Override
  public void beforeStart(ClientCallStreamObserver<Q> started) {
    call = started;
    started.disableAutoRequestWithInitial(WINDOW);
  }

  private void listen() {
    if (silenceNanos == 0) {
      return;
    }
    silence =
        owner.after(
            silenceNanos,
            () -> {
              if (!promise.isDone()) {
                String reason =
                    name + ": nothing was heard for " + silenceNanos / 1_000_000 + " ms";
                fail(new StorageException(Reason.UNAVAILABLE, reason));
              }
            });
  }

  private void stopListening() {
    SerialOwner.Timer timer = silence;
    if (timer != null) {
      timer.cancel();
      silence = null;
    }
  }

  @Override
  public void onNext(A message) {
    owner.executeNow(() -> gather(message));
  }

  private void gather(A message) {
    if (promise.isDone()) {
      return;
    }
    stopListening();
    try {
      if (gatherer.next(message)) {
        promise.complete(gatherer.result());
        cancel("the answer is there");
      } else {
        goOn();
      }
    } catch (StorageException bad) {
      fail(bad);
    }
  }

  private void goOn() {
    if (!firstOnly) {
      listen();
    }
    ClientCallStreamObserver<Q> running = call;
    if (running != null) {
      running.request(1);
    }
  }

  private void fail(StorageException cause) {
    promise.fail(cause);
    cancel(String.valueOf(cause.getMessage()));
  }

  private void cancel(String reason) {
    ClientCallStreamObserver<Q> running = call;
    if (running != null) {
      running.cancel(reason, null);
    }
  }

  @Override
  public void onError(Throwable failure) {
    StorageException cause = StorageErrors.exception(failure);
    owner.executeNow(
        () -> {
          stopListening();
          promise.fail(cause);
        });
  }

  @Override
  public void onCompleted() {
    owner.executeNow(
        () -> {
          stopListening();
          if (promise.isDone()) {
            return;
          }
          try {
            promise.complete(gatherer.result());
          } catch (StorageException bad) {
            promise.fail(bad);
          }
        });
  }
}
