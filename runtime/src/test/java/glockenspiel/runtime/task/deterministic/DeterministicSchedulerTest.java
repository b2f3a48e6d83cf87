package glockenspiel.runtime.task.deterministic;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertSame;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import glockenspiel.runtime.task.OwnerStoppedException;
import glockenspiel.runtime.task.Promise;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

class DeterministicSchedulerTest {
  private final DeterministicScheduler scheduler = DeterministicScheduler.inOrder();
  private final DeterministicOwner owner = scheduler.owner("node");
  private final List<String> trace = new ArrayList<>();

  @AfterEach
  void close() {
    scheduler.close();
  }

  @Test
  void timeJumpsToTheNextTimer() {
    owner.after(50, () -> trace.add("50 at " + owner.nowNanos()));
    owner.after(10, () -> trace.add("10 at " + owner.nowNanos()));
    scheduler.runFor(20);
    assertEquals(List.of("10 at 10"), trace);
    assertEquals(20, scheduler.nowNanos());
    scheduler.run();
    assertEquals(List.of("10 at 10", "50 at 50"), trace);
  }

  @Test
  void everyOwnerHasItsOwnClock() {
    DeterministicOwner exact = scheduler.owner("exact");
    DeterministicOwner fast = scheduler.owner("fast");
    DeterministicOwner slow = scheduler.owner("slow");
    fast.setClock(5_000_000_000L, 250_000);
    slow.setClock(-7, -500_000);
    List<Long> due = new ArrayList<>();
    exact.after(1_000_000_000, () -> due.add(scheduler.nowNanos()));
    fast.after(1_000_000_000, () -> due.add(scheduler.nowNanos()));
    slow.after(1_000_000_000, () -> due.add(scheduler.nowNanos()));
    scheduler.runFor(3_000_000_000L);
    assertEquals(List.of(800_000_001L, 1_000_000_000L, 2_000_000_001L), due);
    assertEquals(3_000_000_000L, exact.nowNanos());
    assertEquals(5_000_000_000L + 3_750_000_000L, fast.nowNanos());
    assertEquals(1_500_000_000L - 7, slow.nowNanos());
  }

  /** Whoever waits for a time and looks at the clock then finds that it has come. */
  @Test
  void aTimerIsNeverEarlyByItsOwnersClock() {
    for (int drift = -40_000; drift <= 40_000; drift += 1_001) {
      DeterministicOwner drifting = scheduler.owner("drifting");
      drifting.setClock(0, drift);
      for (long nanos = 1; nanos < 1L << 40; nanos = nanos * 3 + 1) {
        long begun = drifting.nowNanos();
        long wanted = nanos;
        drifting.after(nanos, () -> assertTrue(drifting.nowNanos() - begun >= wanted));
        scheduler.run();
      }
    }
  }

  @Test
  void cancelledTimerDoesNotRun() {
    var timer = owner.after(10, () -> trace.add("no"));
    owner.after(10, timer::cancel);
    owner.after(5, timer::cancel);
    scheduler.run();
    assertEquals(List.of(), trace);
  }

  @Test
  void tasksTakeTurnsOnlyInAwaitAndPause() {
    Promise<String> promise = new Promise<>();
    owner.start(
        "a",
        () -> {
          trace.add("a waits");
          trace.add("a has " + owner.await(promise));
          return null;
        });
    owner.start(
        "b",
        () -> {
          trace.add("b pauses");
          owner.pause(7);
          promise.complete("it");
          trace.add("b at " + owner.nowNanos());
          return null;
        });
    scheduler.run();
    assertEquals(List.of("a waits", "b pauses", "b at 7", "a has it"), trace);
  }

  @Test
  void failureOfThePromiseComesOutOfAwaitItself() {
    IllegalArgumentException cause = new IllegalArgumentException("no");
    Promise<Void> promise = new Promise<>();
    owner.after(1, () -> promise.fail(cause));
    Promise<Void> result = owner.start("task", () -> owner.await(promise));
    scheduler.run();
    assertSame(cause, assertThrows(IllegalArgumentException.class, result::get));
  }

  @Test
  void killedOwnerUnwindsItsTasksBeforeAnythingElseRuns() {
    DeterministicOwner other = scheduler.owner("other");
    owner.start("first", () -> waitForEver("first"));
    owner.start("second", () -> waitForEver("second"));
    owner.after(20, () -> trace.add("dropped"));
    other.after(
        10,
        () -> {
          owner.stop();
          other.execute(() -> trace.add("after"));
        });
    scheduler.run();
    assertEquals(List.of("first unwound", "second unwound", "after"), trace);
  }

  private @Nullable Void waitForEver(String name) {
    try {
      return owner.await(new Promise<>());
    } catch (OwnerStoppedException expected) {
      trace.add(name + " unwound");
      throw expected;
    }
  }

  @Test
  void taskThatKillsItsOwnOwnerEndsAtItsNextAwait() {
    owner.start(
        "suicide",
        () -> {
          owner.stop();
          trace.add("goes on");
          return waitForEver("it");
        });
    scheduler.run();
    assertEquals(List.of("goes on", "it unwound"), trace);
  }

  @Test
  void hungOwnerKeepsWhatBecomesDue() {
    owner.after(5, () -> trace.add("timer at " + owner.nowNanos()));
    owner.start(
        "task",
        () -> {
          owner.pause(3);
          trace.add("task at " + owner.nowNanos());
          return null;
        });
    scheduler.runFor(1);
    owner.hang();
    scheduler.runFor(99);
    assertEquals(List.of(), trace);
    owner.wake();
    scheduler.run();
    assertEquals(List.of("timer at 100", "task at 100"), trace);
  }

  @Test
  void whatAPieceThrowsComesOutOfTheRun() {
    owner.execute(
        () -> {
          throw new IllegalStateException("broken");
        });
    assertEquals("broken", assertThrows(IllegalStateException.class, scheduler::run).getMessage());
  }

  @Test
  void awaitOutsideATaskIsRefused() {
    owner.execute(() -> owner.await(new Promise<>()));
    assertThrows(IllegalStateException.class, scheduler::run);
  }

  @Test
  void callTellsWhenNothingCanWakeTheTask() {
    assertThrows(
        IllegalStateException.class,
        () -> scheduler.call(owner, () -> owner.await(new Promise<>())));
  }

  @Test
  void conditionEndsTheRun() {
    owner.after(10, () -> trace.add("10"));
    owner.after(20, () -> trace.add("20"));
    assertTrue(scheduler.runUntil(() -> !trace.isEmpty(), 100));
    assertEquals(10, scheduler.nowNanos());
    assertFalse(scheduler.runUntil(() -> trace.size() > 1, 5));
  }

  @Test
  void sameSeedSameRunOtherSeedOtherRun() {
    long first = seededRun(1, new ArrayList<>());
    assertEquals(first, seededRun(1, new ArrayList<>()));
    assertNotEquals(first, seededRun(2, new ArrayList<>()));
  }

  @Test
  void everySeedKeepsTheOrderOfPiecesOfOneOwner() {
    for (long seed = 0; seed < 50; seed++) {
      List<Integer> order = new ArrayList<>();
      seededRun(seed, order);
      assertEquals(order.stream().sorted().toList(), order, "seed " + seed);
    }
  }

  private static long seededRun(long seed, List<Integer> order) {
    try (DeterministicScheduler seeded = DeterministicScheduler.seeded(seed)) {
      DeterministicOwner one = seeded.owner("one");
      DeterministicOwner two = seeded.owner("two");
      for (int i = 0; i < 20; i++) {
        int number = i;
        one.execute(() -> order.add(number));
        two.execute(() -> two.after(number % 3, () -> {}));
        two.start(
            "task",
            () -> {
              two.pause(number % 5);
              two.pause(0);
              return null;
            });
      }
      seeded.run();
      return seeded.fingerprint();
    }
  }

  @Test
  void manyTasksAndKillsLeaveNothingBehind() {
    for (int round = 0; round < 20; round++) {
      DeterministicOwner victim = scheduler.owner("victim" + round);
      for (int i = 0; i < 50; i++) {
        int delay = i;
        victim.start(
            "t",
            () -> {
              while (true) {
                victim.pause(delay + 1);
              }
            });
      }
      scheduler.runFor(100);
      victim.stop();
    }
    scheduler.run();
    assertTrue(scheduler.turns() > 1000);
  }
}
