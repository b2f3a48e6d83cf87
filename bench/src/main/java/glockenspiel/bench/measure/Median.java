package glockenspiel.bench.measure;

import java.util.ArrayList;
import java.util.List;

/** Collects what the rounds of a benchmark measured, and gives the one in the middle. */
public final class Median {
  private final List<Double> values = new ArrayList<>();

  /** Adds what a round measured. */
  public void add(double value) {
    values.add(value);
  }

  /**
   * The value in the middle; of an even number, the mean of the two there.
   *
   * @throws IllegalStateException when there are none
   */
  public double value() {
    if (values.isEmpty()) {
      throw new IllegalStateException("no rounds");
    }
    List<Double> sorted = values.stream().sorted().toList();
    int half = sorted.size() / 2;
    return sorted.size() % 2 == 1
        ? sorted.get(half)
        : (sorted.get(half - 1) + sorted.get(half)) / 2;
  }
}
