package glockenspiel.node.grpc;

import glockenspiel.protocol.storage.StorageException;
import glockenspiel.protocol.storage.StorageException.Reason;
import glockenspiel.protocol.wire.StorageErrors;
import glockenspiel.runtime.task.Promise;
import glockenspiel.runtime.task.SerialOwner;
import io.grpc.stub.StreamObserver;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/**
 * Completes a promise on the owner with the one answer of a call.
 *
 * @param <A> the message
 * @param <T> what it means
 */
final class SingleAnswer<A, T extends @Nullable Object> implements StreamObserver<A> {
  private final SerialOwner owner;
  private final Promise<T> promise = new Promise<>();
  private final Function<A, ? extends T> translation;

  /**
   * An answer that has not come.
   *
   * @param translation called on the owner; may throw {@link StorageException}
   */
  SingleAnswer(SerialOwner owner, Function<A, ? extends T> translation) {
    this.owner = owner;
    this.translation = translation;
  }

  /** Done when the answer is there. */
  Promise<T> promise() {
    return promise;
  }

  @Override
  public void onNext(A answer) {
    owner.executeNow(
        () -> {
          try {
            promise.complete(translation.apply(answer));
          } catch (StorageException failure) {
            promise.fail(failure);
          }
        });
  }

  @Override
  public void onError(Throwable failure) {
    StorageException cause = StorageErrors.exception(failure);
    owner.executeNow(() -> promise.fail(cause));
  }

  @Override
  public void onCompleted() {
    owner.executeNow(
        () ->
            promise.fail(
                new StorageException(Reason.UNAVAILABLE, "the call ended without an answer")));
  }
}
