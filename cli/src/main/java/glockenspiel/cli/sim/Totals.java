package glockenspiel.cli.sim;

import glockenspiel.simulation.SimulationResult;
import glockenspiel.simulation.Violation;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/**
 * What many worlds have shown together, whatever the order in which they ended. Threads may add at
 * the same time.
 */
final class Totals {
  private static final long MIX = 0x9E3779B97F4A7C15L;

  private final Map<String, Integer> faults = new TreeMap<>();
  private final List<Violation> violations = new ArrayList<>();
  private long seeds;
  private long steps;
  private long operations;
  private long progressNanosMax;
  private long onlyHash;
  private long hash;

  synchronized void add(SimulationResult result) {
    seeds++;
    steps += result.steps();
    operations += result.operations();
    progressNanosMax = Math.max(progressNanosMax, result.progressNanos());
    onlyHash = result.traceHash();
    hash += (result.traceHash() ^ result.seed() * MIX) * MIX;
    result.faults().forEach((kind, count) -> faults.merge(kind, count, Integer::sum));
    violations.addAll(result.violations());
  }

  /**
   * What is printed.
   *
   * @param traceHash of one seed its own; of many one of all, in no order
   * @param operations of the workers, ended
   * @param progressMillisMax the longest simulated time from the last fault until every node worked
   * @param millis real time
   */
  record Simulated(
      long seeds,
      long steps,
      long operations,
      String traceHash,
      long progressMillisMax,
      Map<String, Integer> faults,
      List<Violation> violations,
      long millis) {}

  synchronized Simulated after(long millis) {
    List<Violation> bySeed =
        violations.stream().sorted(Comparator.comparingLong(Violation::seed)).toList();
    return new Simulated(
        seeds,
        steps,
        operations,
        "%016x".formatted(seeds == 1 ? onlyHash : hash),
        progressNanosMax / 1_000_000,
        new TreeMap<>(faults),
        bySeed,
        millis);
  }
}
