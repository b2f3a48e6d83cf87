package glockenspiel.bench.peer;

import glockenspiel.bench.measure.Samples;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;

/** Locks and unlocks in turns, on one lane or many at once. */
final class LaneLoad {
  private static final long PATIENCE_SECONDS = 300;
  private static final long WAITING_MILLIS = 3;

  private LaneLoad() {}

  /** What came out: pairs in a second, and how long the locks of the first lane took. */
  record Pairs(double perSecond, Samples locks) {}

  static Pairs pairs(List<Lane> lanes, int pairs) throws IOException, InterruptedException {
    int each = Math.max(1, pairs / lanes.size());
    List<CompletableFuture<?>> ends = new ArrayList<>();
    Samples locks = new Samples(each);
    long begin = System.nanoTime();
    for (Lane lane : lanes) {
      CompletableFuture<Integer> end = new CompletableFuture<>();
      ends.add(end);
      turn(lane, each, ends.size() == 1 ? locks : new Samples(each), end);
    }
    await(CompletableFuture.allOf(ends.toArray(CompletableFuture[]::new)));
    double seconds = (System.nanoTime() - begin) / 1e9;
    return new Pairs((double) each * lanes.size() / seconds, locks);
  }

  private static void turn(Lane lane, int left, Samples locks, CompletableFuture<Integer> end) {
    if (left == 0) {
      end.complete(0);
      return;
    }
    long begin = System.nanoTime();
    var _ =
        lane.lock()
            .thenCompose(
                _ -> {
                  locks.add(System.nanoTime() - begin);
                  return lane.unlock();
                })
            .whenComplete(
                (_, failure) -> {
                  if (failure != null) {
                    end.completeExceptionally(failure);
                  } else {
                    turn(lane, left - 1, locks, end);
                  }
                });
  }

  /** From the unlock of one lane to the lock of another that waits for it. */
  static Samples handOff(Lane one, Lane other, int turns) throws IOException, InterruptedException {
    Samples samples = new Samples(turns);
    Lane holder = one;
    Lane waiter = other;
    await(holder.lock().toCompletableFuture());
    while (!samples.isFull()) {
      CompletableFuture<Long> locked =
          waiter.lock().toCompletableFuture().thenApply(_ -> System.nanoTime());
      Thread.sleep(WAITING_MILLIS);
      long begin = System.nanoTime();
      await(holder.unlock().toCompletableFuture());
      samples.add(await(locked) - begin);
      Lane next = holder;
      holder = waiter;
      waiter = next;
    }
    await(holder.unlock().toCompletableFuture());
    return samples;
  }

  private static <T> T await(CompletableFuture<T> stage) throws IOException, InterruptedException {
    try {
      return stage.get(PATIENCE_SECONDS, TimeUnit.SECONDS);
    } catch (ExecutionException | TimeoutException failure) {
      throw new IOException("a peer failed: " + failure, failure);
    }
  }
}
