package glockenspiel.lockmanager.core;

import org.jspecify.annotations.Nullable;

/**
 * The requests that wait for one glock, in the order in which they are served: conversions, then
 * PRIORITY, then the rest, each in the order of arrival.
 *
 * <p>Is there a problem if PRIORITY may always go first? Yes: enough of it, and an ordinary request
 * waits for ever (rule 12). So a request that was overtaken {@link #OVERTAKEN_MAX} times is
 * overtaken no more. Conversions need no bound: each needs a hold that the first waiter has demoted
 * or that is about to be the first waiter's own.
 */
final class GrantQueue {
  /** How many requests with PRIORITY may go before an ordinary one that came earlier. */
  static final int OVERTAKEN_MAX = 32;

  private @Nullable Request head;
  private @Nullable Request tail;
  private int size;

  boolean isEmpty() {
    return head == null;
  }

  int size() {
    return size;
  }

  @Nullable Request head() {
    return head;
  }

  /**
   * The first waiter; while the gate holds this glock back, the first with NOEXP. Null for none.
   */
  @Nullable Request findFirstWaiter(boolean gateHolds) {
    Request request = head;
    while (request != null && gateHolds && !request.isNoExp()) {
      request = request.next;
    }
    return request;
  }

  /**
   * Whether a new request of that rank would have nobody before it.
   *
   * @param gateHolds requests without NOEXP do not count, for the gate holds them back
   */
  boolean goesFirst(Request.Rank rank, boolean gateHolds) {
    Request before = predecessor(rank);
    while (before != null && gateHolds && !before.isNoExp()) {
      before = before.previous;
    }
    return before == null;
  }

  /** Puts a request where its rank belongs. */
  void add(Request request) {
    Request before = predecessor(request.rank);
    if (request.rank == Request.Rank.PRIORITY) {
      countOvertaken(before);
    }
    Request after = before == null ? head : before.next;
    request.previous = before;
    request.next = after;
    if (before == null) {
      head = request;
    } else {
      before.next = request;
    }
    if (after == null) {
      tail = request;
    } else {
      after.previous = request;
    }
    size++;
  }

  /** A PRIORITY request was granted at once, before all that wait. */
  void countOvertaken() {
    countOvertaken(null);
  }

  private void countOvertaken(@Nullable Request before) {
    for (Request passed = tail; passed != before && passed != null; passed = passed.previous) {
      passed.overtakenCount++;
    }
  }

  void remove(Request request) {
    if (request.previous == null) {
      head = request.next;
    } else {
      request.previous.next = request.next;
    }
    if (request.next == null) {
      tail = request.previous;
    } else {
      request.next.previous = request.previous;
    }
    request.next = null;
    request.previous = null;
    size--;
  }

  private @Nullable Request predecessor(Request.Rank rank) {
    Request before = tail;
    while (before != null && before.rank.compareTo(rank) > 0 && mayPass(rank, before)) {
      before = before.previous;
    }
    return before;
  }

  private static boolean mayPass(Request.Rank rank, Request waiting) {
    return rank.isConversion() || waiting.overtakenCount < OVERTAKEN_MAX;
  }
}
