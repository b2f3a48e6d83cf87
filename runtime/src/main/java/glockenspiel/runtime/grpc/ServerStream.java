package glockenspiel.runtime.grpc;

import glockenspiel.runtime.task.SerialOwner;
import io.grpc.StatusRuntimeException;
import io.grpc.stub.ServerCallStreamObserver;
import io.grpc.stub.StreamObserver;

/**
 * The serving end of one call: what comes from the transport's threads is handed over to an owner,
 * and what the owner says goes out at the pace of the reader. All methods but {@link #open} and
 * {@link #handOver} belong to the owner.
 *
 * <p>Requests of a stream come in a window: the next ones are let in as those before have been
 * handled, so that a caller who sends faster than he is served is held back by the transport.
 *
 * @param <A> the answers
 */
public final class ServerStream<A> {
  private static final int WINDOW = 32;

  private final ServerCallStreamObserver<A> observer;
  private final SerialOwner owner;
  private Runnable whenReady = ServerStream::nothing;
  private Runnable whenGone = ServerStream::nothing;
  private boolean over;
  private int handled;

  private ServerStream(ServerCallStreamObserver<A> observer, SerialOwner owner) {
    this.observer = observer;
    this.owner = owner;
  }

  /**
   * Takes over a call whose caller sends one request. To be called by the handler before it
   * returns.
   */
  public static <A> ServerStream<A> open(StreamObserver<A> observer, SerialOwner owner) {
    ServerStream<A> stream = new ServerStream<>((ServerCallStreamObserver<A>) observer, owner);
    stream.observer.setOnReadyHandler(() -> owner.execute(stream::ready));
    stream.observer.setOnCancelHandler(() -> owner.execute(stream::gone));
    return stream;
  }

  /**
   * Takes over a call whose caller sends a stream of requests. To be called by the handler before
   * it returns.
   */
  public static <A> ServerStream<A> openWithRequests(
      StreamObserver<A> observer, SerialOwner owner) {
    ServerStream<A> stream = open(observer, owner);
    stream.observer.disableAutoRequest();
    stream.observer.request(WINDOW);
    return stream;
  }

  /**
   * For large answers: how much may be buffered for the reader before {@link #isReady} says no, in
   * bytes.
   */
  public ServerStream<A> buffer(int bytes) {
    observer.setOnReadyThreshold(bytes);
    return this;
  }

  private static void nothing() {}

  private void ready() {
    if (!over) {
      whenReady.run();
    }
  }

  private void gone() {
    if (!over) {
      over = true;
      whenGone.run();
    }
  }

  /**
   * From the transport's thread: has the owner handle one request of the stream. Does nothing once
   * the call is over.
   */
  public void handOver(Runnable piece) {
    owner.execute(
        () -> {
          if (over) {
            return;
          }
          piece.run();
          if (++handled == WINDOW / 2) {
            handled = 0;
            observer.request(WINDOW / 2);
          }
        });
  }

  /** Runs the piece now and whenever the reader can take more. */
  public void whenReady(Runnable piece) {
    whenReady = piece;
    ready();
  }

  /** Runs the piece when the caller has gone away before the call was over. */
  public void whenGone(Runnable piece) {
    whenGone = piece;
    if (observer.isCancelled()) {
      gone();
    }
  }

  /** Whether what is sent now goes out soon. */
  public boolean isReady() {
    return !over && observer.isReady();
  }

  /** Whether nothing can be said any more. */
  public boolean isOver() {
    return over;
  }

  /** Sends an answer; dropped when the call is over. */
  public void send(A answer) {
    if (!over) {
      observer.onNext(answer);
    }
  }

  /** Sends the only or the last answer and ends the call. */
  public void complete(A answer) {
    send(answer);
    complete();
  }

  /** Ends the call in order. */
  public void complete() {
    if (!over) {
      over = true;
      observer.onCompleted();
    }
  }

  /** Ends the call with an error. */
  public void fail(StatusRuntimeException status) {
    if (!over) {
      over = true;
      observer.onError(status);
    }
  }
}
