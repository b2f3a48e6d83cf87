package glockenspiel.bench.measure;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertThrows;

import org.junit.jupiter.api.Test;

class MeasureTest {
  @Test
  void quantilesAreSamples() {
    Samples samples = new Samples(100);
    for (int i = 100; i > 0; i--) {
      samples.add(i * 1000L);
    }
    assertEquals(50, samples.quantileMicros(0.5));
    assertEquals(99, samples.quantileMicros(0.99));
    assertEquals(100, samples.quantileMicros(1));
    assertEquals(true, samples.isFull());
    assertThrows(IllegalStateException.class, () -> new Samples(1).quantileMicros(0.5));
  }

  @Test
  void medianIsInTheMiddle() {
    Median median = new Median();
    median.add(9);
    assertEquals(9, median.value());
    median.add(1);
    assertEquals(5, median.value());
    median.add(2);
    assertEquals(2, median.value());
    assertThrows(IllegalStateException.class, () -> new Median().value());
  }

  @Test
  void targetIsForTheRatioWhereThereIsOne() {
    Row alone = Row.of("a", 90, Unit.NANOS, "").target(Bound.below(100));
    assertNull(alone.ratio());
    assertEquals(true, alone.reached());
    Row beside = Row.of("a", 90, Unit.NANOS, "").against("b", 60).target(Bound.below(1.5));
    assertEquals(1.5, beside.ratio());
    assertEquals(false, beside.reached());
    assertEquals(true, beside.target(Bound.above(1.4)).reached());
    assertNull(Row.of("a", 1, Unit.NANOS, "").reached());
  }

  @Test
  void boundsAndUnitsReadWell() {
    assertEquals("< 1.3", Bound.below(1.3).toString());
    assertEquals("> 50", Bound.above(50).toString());
    assertEquals("1,234 /s", Unit.PER_SECOND.format(1234.4));
    assertEquals("1.23 x", Unit.TIMES.format(1.234));
  }
}
