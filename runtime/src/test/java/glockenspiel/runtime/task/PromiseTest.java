package glockenspiel.runtime.task;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertSame;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

class PromiseTest {
  @Test
  void isCompletedOnceAndTellsItsListenersInOrder() {
    List<String> told = new ArrayList<>();
    Promise<String> promise = new Promise<>();
    promise.whenDone((value, failure) -> told.add("first " + value));
    promise.whenDone((value, failure) -> told.add("second " + value));
    assertTrue(promise.complete("a"));
    assertFalse(promise.complete("b"));
    assertFalse(promise.fail(new IllegalStateException("late")));
    promise.whenDone((value, failure) -> told.add("third " + value));
    assertEquals(List.of("first a", "second a", "third a"), told);
    assertEquals("a", promise.get());
  }

  @Test
  void givesTheVeryExceptionThatItFailedWith() {
    RuntimeException cause = new IllegalArgumentException("why");
    Promise<Integer> failed = Promise.failed(cause);
    assertTrue(failed.isFailed());
    assertSame(cause, assertThrows(IllegalArgumentException.class, failed::get));
    assertSame(
        cause, assertThrows(IllegalArgumentException.class, failed.map(value -> value + 1)::get));
  }

  @Test
  void mapsItsValueAndFailsWhenTheFunctionDoes() {
    Promise<Integer> promise = new Promise<>();
    Promise<Integer> doubled = promise.map(value -> value * 2);
    Promise<Integer> broken =
        promise.map(
            value -> {
              throw new IllegalStateException("no " + value);
            });
    assertThrows(IllegalStateException.class, doubled::get);
    promise.complete(4);
    assertEquals(8, doubled.get());
    assertEquals("no 4", assertThrows(IllegalStateException.class, broken::get).getMessage());
  }
}
