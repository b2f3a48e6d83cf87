package glockenspiel.bench;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import glockenspiel.bench.measure.Bound;
import glockenspiel.bench.measure.Row;
import glockenspiel.bench.measure.Unit;
import org.junit.jupiter.api.Test;

class ReportTest {
  @Test
  void missedTargetIsShownAndTold() {
    Report report = new Report("this machine", 5, false);
    report.add("limits", Row.of("a limit", 12, Unit.MICROS, "alone"));
    report.add(
        "locks",
        Row.of("a lock", 15, Unit.MICROS, "").against("a limit", 12).target(Bound.below(1.3)));
    assertTrue(report.isAllReached());
    report.add(
        "locks",
        Row.of("a slow lock", 24, Unit.MICROS, "").against("a limit", 12).target(Bound.below(1.3)));
    assertFalse(report.isAllReached());
    assertEquals(
        """
        this machine; medians of 5 rounds
        WHAT         OURS     AGAINST  MEASURED  RATIO   TARGET  REACHED
        a limit      12.0 us
        a lock       15.0 us  a limit  12.0 us   1.25 x  < 1.3   yes
        a slow lock  24.0 us  a limit  12.0 us   2.00 x  < 1.3   NO\
        """,
        String.join("\n", report.lines()));
    assertEquals(2.0, report.data().measured().getLast().ratio());
  }
}
