package glockenspiel.node.glock;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import org.junit.jupiter.api.Test;

class LeaseClockTest {
  private final LeaseClock lease = new LeaseClock(100);

  @Test
  void countsFromTheSendingOfTheNewestAcknowledgedBatch() {
    lease.begin(10_000, 0);
    assertEquals(9_000, lease.deadlineNanos());
    lease.sent(1, 2_000);
    lease.sent(3, 4_000);
    lease.sent(5, 6_000);
    assertEquals(9_000, lease.deadlineNanos());
    lease.acknowledged(4);
    assertEquals(13_000, lease.deadlineNanos());
    assertTrue(lease.holds(12_999));
    assertFalse(lease.holds(13_000));
  }

  @Test
  void lateAcknowledgementOfAnOldBatchDoesNotShorten() {
    lease.begin(10_000, 0);
    lease.sent(1, 1_000);
    lease.resumed(5_000);
    lease.acknowledged(1);
    assertEquals(14_000, lease.deadlineNanos());
  }

  @Test
  void renewalIsDueAThirdOfTheLeaseAfterTheLastMessage() {
    lease.begin(9_000, 0);
    assertEquals(3_000, lease.renewalDueNanos());
    lease.sent(1, 2_000);
    assertEquals(5_000, lease.renewalDueNanos());
  }

  @Test
  void clockMayWrapAround() {
    long start = Long.MAX_VALUE - 1_000;
    lease.begin(10_000, start);
    assertTrue(lease.holds(start + 5_000));
    lease.sent(1, start + 5_000);
    lease.acknowledged(1);
    assertTrue(lease.holds(start + 13_000));
    assertFalse(lease.holds(start + 15_000));
  }
}
