package glockenspiel.client;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import glockenspiel.lockmanager.core.LockLimits;
import glockenspiel.protocol.lock.LockMode;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** Clients and a lock-manager over real stubs. */
@Timeout(60)
class LockClientTest {
  private static final Duration LONG = Duration.ofSeconds(30);
  private static final Duration SHORT = Duration.ofMillis(20);

  private Cluster cluster;

  @BeforeEach
  void start() throws Exception {
    cluster = new Cluster(10_000);
  }

  @AfterEach
  void stop() {
    cluster.close();
  }

  @Test
  void takingACachedLockKeepsTheNumberAndAHandOverRaisesIt() throws Exception {
    LockClient a = cluster.connect("a");
    LockClient b = cluster.connect("b");
    long first;
    try (Lock lock = a.lock("x", LockMode.EX)) {
      first = lock.fencingNumber();
      assertTrue(lock.isValid());
      assertEquals("x", lock.name());
      assertEquals(LockMode.EX, lock.mode());
    }
    try (Lock again = a.lock("x", LockMode.EX)) {
      assertEquals(first, again.fencingNumber());
    }
    try (Lock other = b.lock("x", LockMode.EX)) {
      assertTrue(other.fencingNumber() > first);
      first = other.fencingNumber();
    }
    try (Lock back = a.lock("x", LockMode.SH)) {
      assertTrue(back.fencingNumber() > first);
    }
  }

  @Test
  void tryFailsWhileSomebodyUsesTheLockAndNotWhenItIsJustCached() throws Exception {
    LockClient a = cluster.connect("a");
    LockClient b = cluster.connect("b");
    Lock used = a.lock("x", LockMode.EX);
    assertEquals(Optional.empty(), b.tryLock("x", LockMode.SH));
    used.close();
    // An unused lock comes within a round trip; a slow machine is given longer.
    Lock got = b.tryLock("x", LockMode.SH, LONG).orElseThrow();
    assertEquals(Optional.empty(), a.tryLock("x", LockMode.EX, SHORT));
    try (Lock beside = a.lock("x", LockMode.SH)) {
      assertTrue(got.isValid() && beside.isValid());
    }
  }

  /** Exactly one outcome, however the end of the patience races with the grant. */
  @Test
  void aTimeoutThatRacesWithTheGrantLosesNothing() throws Exception {
    LockClient a = cluster.connect("a");
    LockClient b = cluster.connect("b");
    int got = 0;
    for (int round = 0; round < 200; round++) {
      Lock held = a.lock("x", LockMode.EX);
      var waiting =
          CompletableFuture.supplyAsync(
              () -> unchecked(() -> b.tryLock("x", LockMode.EX, Duration.ofNanos(300_000))));
      held.close();
      Optional<Lock> outcome = waiting.get();
      got += outcome.isPresent() ? 1 : 0;
      outcome.ifPresent(Lock::close);
    }
    // Neither end holds anything that it does not know of.
    a.tryLock("x", LockMode.EX, LONG).orElseThrow().close();
    b.tryLock("x", LockMode.EX, LONG).orElseThrow().close();
    assertTrue(got <= 200);
  }

  private static <T> T unchecked(java.util.concurrent.Callable<T> call) {
    try {
      return call.call();
    } catch (Exception failure) {
      throw new IllegalStateException(failure);
    }
  }

  /** Threads of two clients count without losing anything. */
  @Test
  void threadsOfAllClientsExcludeEachOther() throws Exception {
    List<LockClient> clients = List.of(cluster.connect("a"), cluster.connect("b"));
    int[] count = {0};
    AtomicInteger inside = new AtomicInteger();
    List<CompletableFuture<Long>> newest = new ArrayList<>();
    for (int i = 0; i < 16; i++) {
      LockClient client = clients.get(i % 2);
      CompletableFuture<Long> done = new CompletableFuture<>();
      newest.add(done);
      Thread.ofVirtual()
          .start(
              () -> {
                long number = 0;
                for (int round = 0; round < 50; round++) {
                  try (Lock lock = client.lock("count", LockMode.EX)) {
                    assertEquals(1, inside.incrementAndGet());
                    assertTrue(lock.fencingNumber() >= number);
                    number = lock.fencingNumber();
                    count[0]++;
                    inside.decrementAndGet();
                  } catch (InterruptedException | RuntimeException | Error failure) {
                    done.completeExceptionally(failure);
                  }
                }
                done.complete(number);
              });
    }
    for (CompletableFuture<Long> done : newest) {
      assertTrue(done.get() > 0);
    }
    assertEquals(800, count[0]);
  }

  @Test
  void aLossIsToldAndEndsAllLocks() throws Exception {
    LockClient a = cluster.connect("a");
    Lock lock = a.lock("x", LockMode.EX);
    Lock closed = a.lock("y", LockMode.EX);
    closed.onLost(() -> closed.close());
    CountDownLatch told = new CountDownLatch(2);
    lock.onLost(told::countDown);
    a.onLost(reason -> told.countDown());
    CompletableFuture<String> late = new CompletableFuture<>();

    cluster.evict("a");

    assertTrue(told.await(30, TimeUnit.SECONDS));
    a.onLost(late::complete);
    String reason = late.get();
    assertTrue(reason.contains("evicted"), reason);
    assertFalse(lock.isValid());
    assertFalse(a.isValid());
    lock.close();
    LockException lost = assertThrows(LockException.class, () -> a.lock("z", LockMode.SH));
    assertEquals(LockException.Reason.SESSION_LOST, lost.reason());
  }

  /** The client stops before the lock-manager gives it up, and nobody gets the lock in between. */
  @Test
  void aClientThatCannotRenewStopsFirst() throws Exception {
    cluster.close();
    cluster = new Cluster(3_000);
    var channel = cluster.channel();
    LockClient cut =
        LockClient.connect(channel, LockClientSettings.of("unused:1", Cluster.NAMESPACE, "cut"));
    Lock lock = cut.lock("x", LockMode.EX);
    CompletableFuture<Boolean> freeWhenLost = new CompletableFuture<>();
    LockClient other = cluster.connect("other");
    CompletableFuture<Lock> taken =
        CompletableFuture.supplyAsync(() -> unchecked(() -> other.lock("x", LockMode.EX)));
    lock.onLost(() -> freeWhenLost.complete(taken.isDone()));

    channel.close();

    assertFalse(freeWhenLost.get());
    assertFalse(lock.isValid());
    assertTrue(taken.get().fencingNumber() > lock.fencingNumber());
    cut.close();
  }

  @Test
  void aLockDelayKeepsTheLockOfALostClient() throws Exception {
    cluster.close();
    cluster = new Cluster(2_000);
    LockClient a =
        cluster.connect(
            LockClientSettings.of("unused:1", Cluster.NAMESPACE, "a")
                .withLockDelay(Duration.ofMillis(1_500)));
    Lock lock = a.lock("x", LockMode.EX);
    LockClient b = cluster.connect("b");
    long before = System.nanoTime();
    cluster.evict("a");
    try (Lock next = b.lock("x", LockMode.EX)) {
      assertTrue(System.nanoTime() - before >= 1_500_000_000L);
      assertTrue(next.fencingNumber() > lock.fencingNumber());
    }
  }

  @Test
  void aLockSurvivesARestartOfTheLockManager() throws Exception {
    cluster.close();
    cluster = Cluster.withGrace(2_000);
    LockClient a = cluster.connect("a");
    LockClient b = cluster.connect("b");
    Lock held = a.lock("x", LockMode.EX);
    CompletableFuture<Lock> next = new CompletableFuture<>();
    Thread.ofVirtual()
        .start(
            () -> {
              try {
                next.complete(b.lock("x", LockMode.EX));
              } catch (InterruptedException | RuntimeException failure) {
                next.completeExceptionally(failure);
              }
            });
    cluster.restart();
    // What b gets is granted by the restarted one, after the grace period, and after a's release.
    try (Lock other = a.lock("y", LockMode.EX)) {
      assertTrue(other.fencingNumber() > held.fencingNumber());
      assertTrue(held.isValid());
      assertFalse(next.isDone());
    }
    held.close();
    try (Lock taken = next.get()) {
      assertTrue(taken.fencingNumber() > held.fencingNumber());
    }
  }

  @Test
  void fencingNumbersGrowOverARestartOfTheLockManager() throws Exception {
    LockClient a = cluster.connect("a");
    long before = a.lock("x", LockMode.EX).fencingNumber();
    cluster.restart();
    LockClient b = cluster.connect("b");
    try (Lock lock = b.lock("x", LockMode.EX)) {
      assertTrue(lock.fencingNumber() > before);
    }
  }

  @Test
  void aLimitRefusesOneRequestAndTheClientGoesOn() throws Exception {
    cluster.close();
    cluster = new Cluster(10_000, LockLimits.DEFAULT.withLocksMax(1));
    LockClient a = cluster.connect("a");
    try (Lock one = a.lock("one", LockMode.EX)) {
      LockException refused = assertThrows(LockException.class, () -> a.lock("two", LockMode.EX));
      assertEquals(LockException.Reason.REFUSED, refused.reason());
      assertTrue(one.isValid());
    }
  }

  @Test
  void anInterruptedThreadHasNoLockAndWaitsForNone() throws Exception {
    LockClient a = cluster.connect("a");
    LockClient b = cluster.connect("b");
    LockClient c = cluster.connect("c");
    Lock held = a.lock("x", LockMode.EX);
    CompletableFuture<Boolean> interrupted = new CompletableFuture<>();
    Thread thread =
        Thread.ofVirtual()
            .start(
                () -> {
                  try {
                    b.lock("x", LockMode.EX).close();
                    interrupted.complete(false);
                  } catch (InterruptedException expected) {
                    interrupted.complete(true);
                  }
                });
    cluster.awaitWaiters("x", 1);
    thread.interrupt();
    assertTrue(interrupted.get());
    cluster.awaitWaiters("x", 0);
    held.close();
    c.tryLock("x", LockMode.EX, LONG).orElseThrow().close();
  }

  @Test
  void aRingOfClientsIsShownAndNotBroken() throws Exception {
    LockClient a = cluster.connect("a");
    LockClient b = cluster.connect("b");
    Lock first = a.lock("x", LockMode.EX);
    try (Lock _ = b.lock("y", LockMode.EX)) {
      CompletableFuture<Boolean> done = new CompletableFuture<>();
      Thread.startVirtualThread(() -> done.complete(lockAndClose(a, "y")));
      Thread other = Thread.startVirtualThread(() -> lockAndClose(b, "x"));
      cluster.awaitWaiters("x", 1);
      cluster.awaitWaiters("y", 1);
      assertEquals(List.of("a wants y, b wants x"), cluster.rings());
      assertFalse(done.isDone());
      first.close();
      other.join();
      assertEquals(List.of(), cluster.rings());
    }
  }

  private static boolean lockAndClose(LockClient client, String name) {
    try {
      client.lock(name, LockMode.EX).close();
      return true;
    } catch (InterruptedException interrupted) {
      return false;
    }
  }

  @Test
  void closingGivesEverythingUp() throws Exception {
    LockClient a = cluster.connect("a");
    LockClient b = cluster.connect("b");
    Lock lock = a.lock("x", LockMode.EX);
    CompletableFuture<LockException> waiter = new CompletableFuture<>();
    Lock other = b.lock("y", LockMode.EX);
    Thread.ofVirtual()
        .start(
            () -> {
              try {
                a.lock("y", LockMode.EX).close();
              } catch (LockException failure) {
                waiter.complete(failure);
              } catch (InterruptedException failure) {
                waiter.completeExceptionally(failure);
              }
            });
    a.close();
    assertEquals(LockException.Reason.SESSION_LOST, waiter.get().reason());
    assertFalse(lock.isValid());
    lock.close();
    assertTrue(other.isValid());
    b.lock("x", LockMode.EX).close();
    assertThrows(LockException.class, () -> a.lock("x", LockMode.EX));
  }

  @Test
  void aNamespaceIsNoVolume() {
    LockException refused =
        assertThrows(
            LockException.class,
            () ->
                LockClient.connect(
                    cluster.channel(),
                    LockClientSettings.of("unused:1", "a:b", "x")
                        .withJoinTimeout(Duration.ofMillis(200))));
    assertEquals(LockException.Reason.UNREACHABLE, refused.reason());
    assertTrue(String.valueOf(refused.getMessage()).contains("has a colon"), refused::toString);
    LockClient client = assertDoesNotFail();
    assertThrows(IllegalArgumentException.class, () -> client.lock("", LockMode.EX));
    assertThrows(IllegalArgumentException.class, () -> client.lock("x", LockMode.UN));
  }

  private LockClient assertDoesNotFail() {
    return unchecked(() -> cluster.connect("fine"));
  }
}
