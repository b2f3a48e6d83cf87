package glockenspiel.runtime.grpc;

import glockenspiel.runtime.task.SerialOwner;
import io.grpc.Context;
import io.grpc.Status;
import io.grpc.StatusRuntimeException;
import io.grpc.stub.ServerCallStreamObserver;
import io.grpc.stub.StreamObserver;
import java.util.function.Consumer;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/**
 * The serving end of one call: what comes from the transport's threads is handed over to an owner,
 * and what the owner says goes out at the pace of the reader. All methods belong to the owner, but
 * for those that say otherwise.
 *
 * <p>Requests of a stream come in a window: further ones are let in as those before are done with,
 * so that a caller who sends faster than he is served is held back by the transport.
 *
 * @param <A> the answers
 */
public final class ServerStream<A> {
  private static final int WINDOW = 32;

  private final ServerCallStreamObserver<A> observer;
  private volatile @Nullable SerialOwner owner;
  private Runnable whenReady = ServerStream::nothing;
  private Runnable whenGone = ServerStream::nothing;
  private boolean over;
  private int credit;

  private ServerStream(StreamObserver<A> observer) {
    this.observer = (ServerCallStreamObserver<A>) observer;
    this.observer.setOnReadyHandler(() -> execute(this::ready));
    this.observer.setOnCancelHandler(() -> execute(this::gone));
  }

  /**
   * Has the owner handle a call whose caller sends one request. To be called by the service before
   * it returns.
   *
   * @param bufferBytes how much may be buffered for the reader before {@link #isReady} says no; 0
   *     leaves it to gRPC
   * @param handler what it throws is the answer
   * @param translation says how an exception is told to the caller
   */
  public static <A> void serve(
      StreamObserver<A> observer,
      SerialOwner owner,
      int bufferBytes,
      Consumer<ServerStream<A>> handler,
      Function<RuntimeException, StatusRuntimeException> translation) {
    ServerStream<A> stream = open(observer, owner);
    if (bufferBytes > 0) {
      stream.buffer(bufferBytes);
    }
    owner.execute(
        () -> {
          try {
            handler.accept(stream);
          } catch (RuntimeException failure) {
            stream.fail(translation.apply(failure));
          }
        });
  }

  /**
   * Takes over a call whose caller sends one request. To be called by the service before it
   * returns.
   */
  public static <A> ServerStream<A> open(StreamObserver<A> observer, SerialOwner owner) {
    ServerStream<A> stream = new ServerStream<>(observer);
    stream.owner = owner;
    return stream;
  }

  /**
   * For large answers: how much may be buffered for the reader before {@link #isReady} says no, in
   * bytes. To be called by the service before it returns.
   */
  public ServerStream<A> buffer(int bytes) {
    observer.setOnReadyThreshold(bytes);
    return this;
  }

  /**
   * Takes over a call whose caller sends a stream of requests, and whose owner is not known before
   * the first of them: see {@link #belongTo}. To be called by the handler before it returns.
   */
  public static <A> ServerStream<A> openWithRequests(StreamObserver<A> observer) {
    ServerStream<A> stream = new ServerStream<>(observer);
    stream.observer.disableAutoRequest();
    stream.observer.request(WINDOW);
    return stream;
  }

  /** From the transport's thread: gives the call its owner. */
  public void belongTo(SerialOwner newOwner) {
    owner = newOwner;
  }

  /** From the transport's thread: ends a call that has no owner yet with an error. */
  public void refuse(StatusRuntimeException status) {
    observer.onError(status);
  }

  private void execute(Runnable piece) {
    SerialOwner known = owner;
    if (known != null) {
      handOver(known, piece);
    }
  }

  /**
   * From the transport's thread: has the owner run the piece, outside the context of the call.
   *
   * <p>Is there a problem if it runs inside? Yes: the thread may run other pieces, too, before it
   * gives the owner up. A call that one of them begins would end with the call that is served here.
   */
  public static void handOver(SerialOwner owner, Runnable piece) {
    Context call = Context.ROOT.attach();
    try {
      owner.executeNow(piece);
    } finally {
      Context.ROOT.detach(call);
    }
  }

  private static void nothing() {}

  private void ready() {
    if (!over) {
      letIn();
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
   * From the transport's thread: has the owner handle one request, and then lets in another. Not
   * once the call is over.
   */
  public void handOver(Runnable piece) {
    receive(
        () -> {
          piece.run();
          credit++;
          if (credit >= WINDOW / 2) {
            observer.request(credit);
            credit = 0;
          }
        });
  }

  /**
   * From the transport's thread: has the owner handle one request, which is done with when {@link
   * #done} is called.
   */
  public void receive(Runnable piece) {
    execute(
        () -> {
          if (over) {
            return;
          }
          try {
            piece.run();
          } catch (RuntimeException fault) {
            fail(Status.INTERNAL.withDescription("fault: " + fault).asRuntimeException());
            throw fault;
          }
        });
  }

  /**
   * One request is done with: another may be let in, as soon as the reader of the answers can take
   * more.
   */
  public void done() {
    credit++;
    letIn();
  }

  private void letIn() {
    if (credit > 0 && isReady()) {
      observer.request(credit);
      credit = 0;
    }
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
