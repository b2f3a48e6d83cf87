package glockenspiel.simulation;

import java.util.List;
import java.util.Map;

/**
 * What a world has shown.
 *
 * @param steps turns that the scheduler has given
 * @param traceHash of every choice and every observation: the same on every machine
 * @param simulatedNanos how long it took in simulated time
 * @param progressNanos simulated time from the last fault until every node was mounted and did its
 *     work again; -1 when that was not reached
 * @param faults how many of each kind were injected, by name
 * @param operations operations of workers that have ended
 * @param violations broken rules, in the order in which they were found; the first twenty
 */
public record SimulationResult(
    long seed,
    long steps,
    long traceHash,
    long simulatedNanos,
    long progressNanos,
    Map<String, Integer> faults,
    long operations,
    List<Violation> violations) {
  /** Copies the list. */
  public SimulationResult {
    violations = List.copyOf(violations);
  }
}
