package glockenspiel.journal.app;

import static org.junit.jupiter.api.Assertions.assertNull;

import io.grpc.StatusRuntimeException;
import io.grpc.stub.ClientCallStreamObserver;
import io.grpc.stub.ClientResponseObserver;
import java.util.Objects;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import org.jspecify.annotations.Nullable;

/** What comes back on a call, taken one by one. */
final class Answers<Q, A> implements ClientResponseObserver<Q, A> {
  private record Event<A>(@Nullable A answer, @Nullable Throwable failure) {}

  private final BlockingQueue<Event<A>> events = new LinkedBlockingQueue<>();
  private final int window;
  private @Nullable ClientCallStreamObserver<Q> call;

  /**
   * Answers of a call.
   *
   * @param window how many are let in before {@link #letIn}
   */
  Answers(int window) {
    this.window = window;
  }

  Answers() {
    this(Integer.MAX_VALUE);
  }

  @Override
  public void beforeStart(ClientCallStreamObserver<Q> starting) {
    call = starting;
    starting.disableAutoRequestWithInitial(window);
  }

  ClientCallStreamObserver<Q> call() {
    return Objects.requireNonNull(call);
  }

  void letIn(int more) {
    call().request(more);
  }

  @Override
  public void onNext(A answer) {
    events.add(new Event<>(answer, null));
  }

  @Override
  public void onError(Throwable failure) {
    events.add(new Event<>(null, failure));
  }

  @Override
  public void onCompleted() {
    events.add(new Event<>(null, null));
  }

  A next() throws InterruptedException {
    Event<A> event = events.take();
    if (event.failure() != null) {
      throw new AssertionError("the call has failed", event.failure());
    }
    return Objects.requireNonNull(event.answer(), "the call has ended");
  }

  void assertCompleted() throws InterruptedException {
    Event<A> event = events.take();
    assertNull(event.answer());
    assertNull(event.failure());
  }

  StatusRuntimeException failure() throws InterruptedException {
    Event<A> event = events.take();
    while (event.answer() != null) {
      event = events.take();
    }
    return (StatusRuntimeException)
        Objects.requireNonNull(event.failure(), "the call has ended in order");
  }
}
