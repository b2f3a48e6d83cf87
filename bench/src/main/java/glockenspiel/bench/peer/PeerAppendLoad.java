package glockenspiel.bench.peer;

import glockenspiel.bench.measure.Samples;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;

/** Appends to a peer, some under way at a time, each as soon as an older one is durable. */
final class PeerAppendLoad {
  private static final long PATIENCE_SECONDS = 120;

  private PeerAppendLoad() {}

  /** One after another; adds their times. */
  static void oneByOne(AppendPeer.Running peer, Samples samples, int count)
      throws IOException, InterruptedException {
    for (int i = 0; i < count; i++) {
      long begin = System.nanoTime();
      await(peer.append().toCompletableFuture());
      samples.add(System.nanoTime() - begin);
    }
  }

  /**
   * So many under way, for a time; appends in a second.
   *
   * @param nanos after it none begins; those that are under way count, and so does their time
   */
  static double together(AppendPeer.Running peer, int underWay, long nanos)
      throws IOException, InterruptedException {
    long begin = System.nanoTime();
    List<CompletableFuture<Integer>> ends = new ArrayList<>();
    for (int i = 0; i < underWay; i++) {
      CompletableFuture<Integer> end = new CompletableFuture<>();
      ends.add(end);
      goOn(peer, begin + nanos, 0, end);
    }
    long done = 0;
    for (CompletableFuture<Integer> end : ends) {
      done += await(end);
    }
    return done / ((System.nanoTime() - begin) / 1e9);
  }

  private static void goOn(
      AppendPeer.Running peer, long endNanos, int done, CompletableFuture<Integer> end) {
    if (System.nanoTime() - endNanos >= 0) {
      end.complete(done);
      return;
    }
    var _ =
        peer.append()
            .whenComplete(
                (_, failure) -> {
                  if (failure != null) {
                    end.completeExceptionally(failure);
                  } else {
                    goOn(peer, endNanos, done + 1, end);
                  }
                });
  }

  private static <T> T await(CompletableFuture<T> stage) throws IOException, InterruptedException {
    try {
      return stage.get(PATIENCE_SECONDS, TimeUnit.SECONDS);
    } catch (ExecutionException | TimeoutException failure) {
      throw new IOException("a peer failed: " + failure, failure);
    }
  }
}
