package glockenspiel.journal.device;

import glockenspiel.runtime.task.Promise;
import glockenspiel.runtime.task.SerialOwner;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.TimeUnit;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/** Calls from a test's thread to objects of a real owner. */
final class OwnerCalls {
  private OwnerCalls() {}

  @SuppressWarnings("NullAway") // the value is null only where T allows it
  static <T extends @Nullable Object> T call(SerialOwner owner, Supplier<Promise<T>> call) {
    CompletableFuture<T> answer = new CompletableFuture<>();
    owner.execute(
        () ->
            call.get()
                .whenDone(
                    (value, failure) -> {
                      if (failure == null) {
                        answer.complete(value);
                      } else {
                        answer.completeExceptionally(failure);
                      }
                    }));
    try {
      return answer.orTimeout(30, TimeUnit.SECONDS).join();
    } catch (CompletionException failed) {
      if (failed.getCause() instanceof RuntimeException cause) {
        throw cause;
      }
      throw failed;
    }
  }
}
