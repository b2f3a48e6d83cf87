package glockenspiel.bench.measure;

import org.jspecify.annotations.Nullable;

/**
 * One line of a report: what was measured, and what it is measured against.
 *
 * @param what in the words of a person
 * @param value the median over the rounds
 * @param unit of the value, and of the other side
 * @param against the name of the other side; null when the value stands alone
 * @param limit the other side, measured in the same run; 0 when the value stands alone
 * @param target for the ratio, or for a value that stands alone; null for none
 * @param settings how it was measured
 */
public record Row(
    String what,
    double value,
    Unit unit,
    @Nullable String against,
    double limit,
    @Nullable Bound target,
    String settings) {
  /** A value that stands alone. */
  public static Row of(String what, double value, Unit unit, String settings) {
    return new Row(what, value, unit, null, 0, null, settings);
  }

  /** The same beside another value of the same unit. */
  public Row against(String other, double otherValue) {
    return new Row(what, value, unit, other, otherValue, target, settings);
  }

  /** The same with something to reach. */
  public Row target(Bound bound) {
    return new Row(what, value, unit, against, limit, bound, settings);
  }

  /** The value in units of the other side; null when it stands alone. */
  public @Nullable Double ratio() {
    return against == null ? null : value / limit;
  }

  /** Whether the target is reached; null when there is none. */
  public @Nullable Boolean reached() {
    Double ratio = ratio();
    return target == null ? null : target.isReachedBy(ratio == null ? value : ratio);
  }
}
