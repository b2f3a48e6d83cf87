package glockenspiel.bench.measure;

import java.util.Locale;

/**
 * What is to be reached.
 *
 * @param below whether less is better
 * @param value not reached by the very same number
 */
public record Bound(boolean below, double value) {
  /** Less than that. */
  public static Bound below(double value) {
    return new Bound(true, value);
  }

  /** More than that. */
  public static Bound above(double value) {
    return new Bound(false, value);
  }

  /** Whether a number reaches it. */
  public boolean isReachedBy(double number) {
    return below ? number < value : number > value;
  }

  @Override
  public String toString() {
    String number =
        value == Math.rint(value)
            ? String.format(Locale.ROOT, "%.0f", value)
            : String.format(Locale.ROOT, "%s", value);
    return (below ? "< " : "> ") + number;
  }
}
