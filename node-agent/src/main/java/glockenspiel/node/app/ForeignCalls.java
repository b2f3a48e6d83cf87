package glockenspiel.node.app;

import glockenspiel.runtime.task.OwnerStoppedException;
import glockenspiel.runtime.task.Promise;
import glockenspiel.runtime.task.SerialOwner;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * Questions to an owner from threads that are not its own. Each is answered, at the latest when the
 * owner stops. Safe for use by several threads.
 */
final class ForeignCalls {
  private final SerialOwner owner;
  private final String name;
  private final Map<Long, CompletableFuture<?>> open = new ConcurrentHashMap<>();
  private final AtomicLong calls = new AtomicLong();
  private volatile boolean stopped;

  ForeignCalls(SerialOwner owner, String name) {
    this.owner = owner;
    this.name = name;
  }

  /** Asks on the owner. What depends on the future never runs there. */
  <T extends @Nullable Object> CompletableFuture<T> ask(Supplier<Promise<T>> question) {
    return put(question)
        .handleAsync(ForeignCalls::valueOrThrow, task -> Thread.ofVirtual().start(task));
  }

  private static <T extends @Nullable Object> T valueOrThrow(T value, @Nullable Throwable failure) {
    if (failure instanceof CompletionException wrapped) {
      throw wrapped;
    }
    if (failure != null) {
      throw new CompletionException(failure);
    }
    return value;
  }

  /** Asks on the owner and waits. Not on the owner itself. */
  <T extends @Nullable Object> T await(Supplier<Promise<T>> question) {
    try {
      return put(question).join();
    } catch (CompletionException failure) {
      if (failure.getCause() instanceof RuntimeException cause) {
        throw cause;
      }
      throw failure;
    }
  }

  private <T extends @Nullable Object> CompletableFuture<T> put(Supplier<Promise<T>> question) {
    CompletableFuture<T> answer = new CompletableFuture<>();
    long call = calls.incrementAndGet();
    open.put(call, answer);
    owner.execute(() -> ask(question, call, answer));
    if (stopped) {
      answer.completeExceptionally(new OwnerStoppedException(name));
    }
    return answer;
  }

  private <T extends @Nullable Object> void ask(
      Supplier<Promise<T>> question, long call, CompletableFuture<T> answer) {
    try {
      question
          .get()
          .whenDone(
              (value, failure) -> {
                open.remove(call);
                if (failure == null) {
                  answer.complete(value);
                } else {
                  answer.completeExceptionally(failure);
                }
              });
    } catch (RuntimeException thrown) {
      open.remove(call);
      answer.completeExceptionally(thrown);
    }
  }

  /** The owner has stopped: what was not answered never will be. */
  void stop() {
    stopped = true;
    for (CompletableFuture<?> each : open.values()) {
      each.completeExceptionally(new OwnerStoppedException(name));
    }
    open.clear();
  }
}
