package glockenspiel.protocol.lock;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class MessageLogTest {
  @Test
  void sendsEachMessageOnceOnAStreamAndForgetsWhatIsAcknowledged() {
    MessageLog<String, String> log = new MessageLog<>(2);
    log.add("a");
    log.add("b");
    assertTrue(log.hasUnsent());
    assertEquals(new Batch<>(1, 0, List.of("a", "b")), log.nextBatch());
    assertFalse(log.hasUnsent());
    assertEquals(new Batch<>(3, 0, List.of()), log.nextBatch());
    log.add("c");
    assertTrue(log.isFull());
    assertEquals(List.of("x"), log.receive(new Batch<>(1, 1, List.of("x"))));
    assertFalse(log.isFull());
    assertEquals(new Batch<>(3, 1, List.of("c")), log.nextBatch());
    assertEquals(2, log.unacknowledgedCount());
  }

  @Test
  void sendsAgainWhatTheOtherEndHasNotHandled() {
    MessageLog<String, String> log = new MessageLog<>(10);
    log.add("a");
    log.add("b");
    log.nextBatch();
    log.resume(1);
    assertEquals(new Batch<>(2, 0, List.of("b")), log.nextBatch());
  }

  @Test
  void dropsWhatItHasSeenAndRefusesGapsAndFalseAcknowledgements() {
    MessageLog<String, String> log = new MessageLog<>(10);
    assertEquals(List.of("a", "b"), log.receive(new Batch<>(1, 0, List.of("a", "b"))));
    assertEquals(List.of("c"), log.receive(new Batch<>(2, 0, List.of("b", "c"))));
    assertEquals(List.of(), log.receive(new Batch<>(1, 0, List.of("a"))));
    assertThrows(
        IllegalArgumentException.class, () -> log.receive(new Batch<>(5, 0, List.of("e"))));
    assertThrows(IllegalArgumentException.class, () -> log.receive(new Batch<>(4, 1, List.of())));
    assertThrows(IllegalArgumentException.class, () -> log.resume(1));
    assertEquals(3, log.received());
  }

  /** Two ends, a wire that keeps order and breaks anywhere: each message arrives once, in order. */
  @ParameterizedTest
  @ValueSource(longs = {1, 2, 3, 4, 5, 6, 7, 8, 9, 10})
  void losesDoublesAndReordersNothingOverBreakingStreams(long seed) {
    Random random = new Random(seed);
    MessageLog<Integer, Integer> left = new MessageLog<>(1000);
    MessageLog<Integer, Integer> right = new MessageLog<>(1000);
    ArrayDeque<Batch<Integer>> toRight = new ArrayDeque<>();
    ArrayDeque<Batch<Integer>> toLeft = new ArrayDeque<>();
    List<Integer> atRight = new ArrayList<>();
    List<Integer> atLeft = new ArrayList<>();
    int sent = 0;
    for (int step = 0; step < 5_000 || atRight.size() < sent || atLeft.size() < sent; step++) {
      switch (random.nextInt(step < 5_000 ? 12 : 11)) {
        case 0, 1 -> {
          if (step < 5_000) {
            left.add(sent);
            right.add(sent++);
          }
        }
        case 2, 3 -> toRight.add(left.nextBatch());
        case 4, 5 -> toLeft.add(right.nextBatch());
        case 11 -> {
          toRight.clear();
          toLeft.clear();
          left.resume(right.received());
          right.resume(left.received());
        }
        default -> {
          if (random.nextBoolean() && !toRight.isEmpty()) {
            atRight.addAll(right.receive(toRight.remove()));
          } else if (!toLeft.isEmpty()) {
            atLeft.addAll(left.receive(toLeft.remove()));
          }
        }
      }
    }
    for (int message = 0; message < sent; message++) {
      assertEquals(message, atRight.get(message));
      assertEquals(message, atLeft.get(message));
    }
    assertEquals(sent, atRight.size());
  }
}
