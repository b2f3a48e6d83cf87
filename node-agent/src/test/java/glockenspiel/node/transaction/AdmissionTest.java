package glockenspiel.node.transaction;

import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import glockenspiel.runtime.state.InvariantViolation;
import glockenspiel.runtime.task.Promise;
import org.junit.jupiter.api.Test;

final class AdmissionTest {
  private final Admission admission = new Admission(open -> open.images() <= 10);

  private static Reservation images(int count) {
    return new Reservation(count, 0);
  }

  @Test
  void admitsInOrderAsLongAsThereIsRoom() {
    assertTrue(admission.begin(images(6)).isDone());
    Promise<?> large = admission.begin(images(6));
    Promise<?> small = admission.begin(images(1));
    assertFalse(large.isDone());
    assertFalse(small.isDone(), "a small one does not overtake");
    assertTrue(admission.isShort());
    admission.end(images(6));
    assertTrue(large.isDone());
    assertTrue(small.isDone());
    assertFalse(admission.isShort());
  }

  @Test
  void closesAroundASnapshot() {
    assertTrue(admission.close().isDone());
    admission.reopen();
    assertTrue(admission.begin(images(1)).isDone());
    Promise<?> quiet = admission.close();
    Promise<?> next = admission.begin(images(1));
    assertFalse(quiet.isDone());
    assertFalse(next.isDone());
    admission.end(images(1));
    assertTrue(quiet.isDone());
    assertFalse(next.isDone(), "closed until it is reopened");
    admission.reopen();
    assertTrue(next.isDone());
  }

  @Test
  void endsOnlyWhatBegan() {
    assertThrows(InvariantViolation.class, () -> admission.end(images(1)));
  }
}
