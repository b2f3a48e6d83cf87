package glockenspiel.bench.peer;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Semaphore;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;

class LaneLoadTest {
  @Test
  void lanesTakeTurns() throws IOException, InterruptedException {
    Semaphore free = new Semaphore(1);
    try (ExecutorService first = Executors.newSingleThreadExecutor();
        ExecutorService second = Executors.newSingleThreadExecutor()) {
      Lane one = new BlockingLane(first, free::acquire, free::release);
      Lane other = new BlockingLane(second, free::acquire, free::release);
      assertEquals(5, LaneLoad.handOff(one, other, 5).count());
      LaneLoad.Pairs pairs = LaneLoad.pairs(List.of(one, other), 40);
      assertEquals(20, pairs.locks().count());
      assertTrue(pairs.perSecond() > 0);
    }
    assertEquals(1, free.availablePermits());
  }

  @Test
  void failureEndsTheLoad() {
    AtomicInteger unlocks = new AtomicInteger();
    Lane broken =
        new Lane() {
          @Override
          public CompletionStage<?> lock() {
            return CompletableFuture.failedStage(new IllegalStateException("gone"));
          }

          @Override
          public CompletionStage<?> unlock() {
            unlocks.incrementAndGet();
            return CompletableFuture.completedStage("");
          }
        };
    assertThrows(IOException.class, () -> LaneLoad.pairs(List.of(broken), 3));
    assertEquals(0, unlocks.get());
  }
}
