package glockenspiel.runtime.task;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@Timeout(30)
class VirtualThreadOwnerTest {
  private final CompletableFuture<Throwable> escaped = new CompletableFuture<>();
  private final VirtualThreadOwner owner =
      new VirtualThreadOwner("test", (what, thrown) -> escaped.complete(thrown));

  @AfterEach
  void stop() {
    owner.close();
  }

  /** A counter that loses updates as soon as two pieces run at the same time. */
  private int counter;

  @Test
  void runsOnePieceAtATimeWhoeverHandsThemOver() throws Exception {
    int threads = 4;
    int each = 20_000;
    CountDownLatch done = new CountDownLatch(threads * each);
    List<Thread> senders = new ArrayList<>();
    for (int thread = 0; thread < threads; thread++) {
      senders.add(
          Thread.ofPlatform()
              .start(
                  () -> {
                    for (int sent = 0; sent < each; sent++) {
                      owner.execute(
                          () -> {
                            counter++;
                            done.countDown();
                          });
                    }
                  }));
    }
    for (Thread sender : senders) {
      sender.join();
    }
    assertTrue(done.await(20, TimeUnit.SECONDS));
    assertEquals(threads * each, counter);
  }

  @Test
  void runsAPieceInsideTheCallWhenItIsFree() throws Exception {
    CompletableFuture<Thread> ranOn = new CompletableFuture<>();
    CompletableFuture<Boolean> deferred = new CompletableFuture<>();
    owner.executeNow(
        () -> {
          ranOn.complete(Thread.currentThread());
          boolean[] ran = new boolean[1];
          owner.executeNow(() -> ran[0] = true);
          deferred.complete(!ran[0]);
        });
    assertEquals(Thread.currentThread(), ranOn.getNow(null));
    assertTrue(deferred.get(10, TimeUnit.SECONDS), "never inside another piece");
  }

  @Test
  void whatAPieceHandsOverWakesNobody() {
    List<Thread> ranOn = new ArrayList<>();
    owner.executeNow(
        () -> {
          owner.execute(
              () -> {
                ranOn.add(Thread.currentThread());
                owner.execute(() -> ranOn.add(Thread.currentThread()));
              });
          assertEquals(List.of(), ranOn, "never inside the call");
        });
    assertEquals(List.of(Thread.currentThread(), Thread.currentThread()), ranOn);
  }

  @Test
  void whatASliceHandsOverRunsBeforeItsTaskWaits() throws Exception {
    CompletableFuture<List<Thread>> ranOn = new CompletableFuture<>();
    var _ =
        owner.start(
            "task",
            () -> {
              List<Thread> threads = new ArrayList<>();
              threads.add(Thread.currentThread());
              Promise<String> promise = new Promise<>();
              owner.execute(
                  () -> {
                    threads.add(Thread.currentThread());
                    promise.complete("");
                  });
              owner.await(promise);
              ranOn.complete(threads);
              return "";
            });
    List<Thread> threads = ranOn.get(10, TimeUnit.SECONDS);
    assertEquals(threads.get(0), threads.get(1));
  }

  @Test
  void keepsTheOrderOfEachCallerHoweverPiecesAreHandedOver() throws Exception {
    int threads = 3;
    int each = 30_000;
    List<List<Integer>> seen = new ArrayList<>();
    CountDownLatch done = new CountDownLatch(threads * each);
    List<Thread> senders = new ArrayList<>();
    for (int thread = 0; thread < threads; thread++) {
      List<Integer> ofThis = new ArrayList<>();
      seen.add(ofThis);
      senders.add(
          Thread.ofPlatform()
              .start(
                  () -> {
                    for (int sent = 0; sent < each; sent++) {
                      int number = sent;
                      Runnable piece =
                          () -> {
                            counter++;
                            ofThis.add(number);
                            done.countDown();
                          };
                      if (sent % 3 == 0) {
                        owner.execute(piece);
                      } else {
                        owner.executeNow(piece);
                      }
                    }
                  }));
    }
    for (Thread sender : senders) {
      sender.join();
    }
    assertTrue(done.await(20, TimeUnit.SECONDS));
    assertEquals(threads * each, counter);
    List<Integer> ascending = IntStream.range(0, each).boxed().toList();
    for (List<Integer> ofOne : seen) {
      assertEquals(ascending, ofOne);
    }
  }

  @Test
  void aPieceMayNotWaitWhoeverRunsIt() throws Exception {
    owner.executeNow(() -> owner.await(new Promise<>()));
    assertInstanceOf(IllegalStateException.class, escaped.get(10, TimeUnit.SECONDS));
  }

  @Test
  void givesTheOwnerUpOnlyInsideAwait() throws Exception {
    List<String> order = new ArrayList<>();
    Promise<String> answer = new Promise<>();
    CompletableFuture<List<String>> result = new CompletableFuture<>();
    owner.execute(
        () -> {
          owner
              .start(
                  "asker",
                  () -> {
                    order.add("asks");
                    owner.execute(() -> order.add("piece"));
                    owner.execute(() -> answer.complete("answer"));
                    order.add("still asks");
                    order.add(owner.await(answer));
                    return order;
                  })
              .whenDone((value, failure) -> result.complete(order));
        });
    assertEquals(
        List.of("asks", "still asks", "piece", "answer"), result.get(10, TimeUnit.SECONDS));
  }

  @Test
  void cancelledTimersDoNotRunAndOthersDo() throws Exception {
    CompletableFuture<String> ran = new CompletableFuture<>();
    owner.execute(
        () -> {
          owner.after(0, () -> ran.complete("cancelled")).cancel();
          owner.after(1_000_000, () -> ran.complete("due"));
        });
    assertEquals("due", ran.get(10, TimeUnit.SECONDS));
  }

  @Test
  void tellsOfWhatAPieceThrewAndGoesOn() throws Exception {
    CompletableFuture<String> after = new CompletableFuture<>();
    owner.execute(
        () -> {
          throw new IllegalStateException("thrown");
        });
    owner.execute(() -> after.complete("goes on"));
    assertEquals("goes on", after.get(10, TimeUnit.SECONDS));
    assertInstanceOf(IllegalStateException.class, escaped.get(10, TimeUnit.SECONDS));
  }

  @Test
  void unwindsWaitingTasksWhenItStops() throws Exception {
    CompletableFuture<RuntimeException> failure = new CompletableFuture<>();
    CountDownLatch waiting = new CountDownLatch(1);
    owner.execute(
        () ->
            owner
                .start(
                    "waits for ever",
                    () -> {
                      waiting.countDown();
                      return owner.await(new Promise<Integer>());
                    })
                .whenDone((value, thrown) -> failure.complete(thrown)));
    assertTrue(waiting.await(10, TimeUnit.SECONDS));
    owner.close();
    assertInstanceOf(OwnerStoppedException.class, failure.get(10, TimeUnit.SECONDS));
  }

  @Test
  void refusesToAwaitOutsideATask() {
    assertThrows(IllegalStateException.class, () -> owner.await(new Promise<Integer>()));
  }
}
