package glockenspiel.bench.peer;

import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.ExecutorService;

/** A lane of a client whose calls wait, on a thread of its own. */
final class BlockingLane implements Lane {
  /** A call that waits. */
  interface Call {
    void run() throws Exception;
  }

  private final ExecutorService thread;
  private final Call lock;
  private final Call unlock;

  /**
   * A lane.
   *
   * @param thread with one thread: some clients know a lock's holder by it
   */
  BlockingLane(ExecutorService thread, Call lock, Call unlock) {
    this.thread = thread;
    this.lock = lock;
    this.unlock = unlock;
  }

  @Override
  public CompletionStage<?> lock() {
    return run(lock);
  }

  @Override
  public CompletionStage<?> unlock() {
    return run(unlock);
  }

  private CompletionStage<?> run(Call call) {
    return CompletableFuture.runAsync(
        () -> {
          try {
            call.run();
          } catch (Exception failure) {
            throw new CompletionException(failure);
          }
        },
        thread);
  }
}
