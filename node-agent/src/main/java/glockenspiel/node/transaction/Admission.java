package glockenspiel.node.transaction;

import glockenspiel.runtime.state.InvariantViolation;
import glockenspiel.runtime.task.Promise;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;

/**
 * Lets transactions begin, in the order in which they came, while the flush that gathers them has
 * room; and closes while a flush takes its snapshot, so that no flush ever sees half of a
 * transaction.
 */
final class Admission {
  private record Waiter(Reservation reservation, Promise<@Nullable Void> admitted) {}

  private final Predicate<Reservation> hasRoom;
  private final Deque<Waiter> waiters = new ArrayDeque<>();
  private Reservation reserved = Reservation.NONE;
  private int open;
  private boolean closed;
  private Promise<@Nullable Void> quiet = Promise.of(null);

  /**
   * @param hasRoom whether all open reservations together, as given, fit beside what is gathered
   */
  Admission(Predicate<Reservation> hasRoom) {
    this.hasRoom = hasRoom;
  }

  /** Completed when a transaction with this reservation has begun. */
  Promise<@Nullable Void> begin(Reservation reservation) {
    if (waiters.isEmpty() && admits(reservation)) {
      enter(reservation);
      return Promise.of(null);
    }
    Waiter waiter = new Waiter(reservation, new Promise<>());
    waiters.addLast(waiter);
    return waiter.admitted();
  }

  private boolean admits(Reservation reservation) {
    return !closed && hasRoom.test(reserved.plus(reservation));
  }

  private void enter(Reservation reservation) {
    if (open == 0) {
      quiet = new Promise<>();
    }
    open++;
    reserved = reserved.plus(reservation);
  }

  /** A transaction has ended. */
  void end(Reservation reservation) {
    InvariantViolation.require(open > 0, "more transactions ended than began");
    open--;
    reserved = reserved.minus(reservation);
    if (open == 0) {
      quiet.complete(null);
    }
    admitWaiting();
  }

  /** Lets those begin for whom there is room now. */
  void admitWaiting() {
    while (!waiters.isEmpty() && admits(waiters.getFirst().reservation())) {
      Waiter waiter = waiters.removeFirst();
      enter(waiter.reservation());
      waiter.admitted().complete(null);
    }
  }

  /** Whether somebody waits although transactions may begin: a flush would make room. */
  boolean isShort() {
    return !closed && !waiters.isEmpty();
  }

  /** Lets no transaction begin. The promise is completed when none is open. */
  Promise<@Nullable Void> close() {
    closed = true;
    return quiet;
  }

  /** Lets transactions begin again. */
  void reopen() {
    closed = false;
    admitWaiting();
  }
}
