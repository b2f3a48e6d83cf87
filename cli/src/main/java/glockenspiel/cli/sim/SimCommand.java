package glockenspiel.cli.sim;

import glockenspiel.cli.output.CommandFailure;
import glockenspiel.cli.output.ExitCode;
import glockenspiel.cli.output.Output;
import glockenspiel.simulation.Simulation;
import glockenspiel.simulation.SimulationResult;
import glockenspiel.simulation.SimulationSettings;
import glockenspiel.simulation.Violation;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.Callable;
import java.util.concurrent.ForkJoinPool;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.LongStream;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.ArgGroup;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/**
 * {@code glock sim}: runs whole clusters in one thread each, from seeds, and looks for broken
 * rules.
 */
@Command(
    name = "sim",
    description = {
      "Runs whole clusters from seeds, each in one thread, with faults, and looks for broken"
          + " rules.",
      "The same seed prints the same trace hash on every machine. Exit 1 on a violation."
    },
    mixinStandardHelpOptions = true)
public final class SimCommand implements Callable<Integer> {
  private static final Pattern RANGE = Pattern.compile("(\\d+)\\.\\.(\\d+)");

  /** One seed or many. */
  private static final class Seeds {
    @Option(names = "--seed", paramLabel = "N", required = true, description = "This seed.")
    private @Nullable Long one;

    @Option(
        names = "--seeds",
        paramLabel = "A..B",
        required = true,
        description = "All seeds from A to B, both included.")
    private @Nullable String range;
  }

  @ArgGroup(multiplicity = "1")
  private final Seeds seeds = new Seeds();

  @Option(
      names = "--steps",
      paramLabel = "N",
      description = "Turns of the scheduler in each world before the faults stop. Default: 20000")
  private @Nullable Long steps;

  @Mixin private final Output output = new Output();

  /** What is printed. */
  record Simulated(
      long seeds,
      long steps,
      String traceHash,
      Map<String, Integer> faults,
      List<Violation> violations,
      long millis) {}

  @Override
  public Integer call() {
    SimulationSettings settings =
        steps == null ? SimulationSettings.DEFAULT : SimulationSettings.DEFAULT.withSteps(steps);
    long begun = System.nanoTime();
    List<SimulationResult> results = run(range(), settings);
    Simulated summary = summary(results, (System.nanoTime() - begun) / 1_000_000);
    output.print(summary, lines(summary));
    return summary.violations().isEmpty() ? ExitCode.OK : ExitCode.BAD_ANSWER;
  }

  private LongStream range() {
    if (seeds.one != null) {
      return LongStream.of(seeds.one);
    }
    Matcher matcher = RANGE.matcher(String.valueOf(seeds.range));
    if (!matcher.matches()) {
      throw CommandFailure.wrongUsage("--seeds " + seeds.range + ": write A..B, such as 1..1000");
    }
    try {
      long first = Long.parseLong(matcher.group(1));
      long last = Long.parseLong(matcher.group(2));
      if (last < first) {
        throw CommandFailure.wrongUsage("--seeds " + seeds.range + ": the second is smaller");
      }
      return LongStream.rangeClosed(first, last);
    } catch (NumberFormatException tooLarge) {
      throw CommandFailure.wrongUsage("--seeds " + seeds.range + ": too large a number");
    }
  }

  /**
   * Worlds share nothing, so they run side by side, in no order; their results come in the order of
   * the seeds.
   */
  private List<SimulationResult> run(LongStream range, SimulationSettings settings) {
    try (ForkJoinPool pool = new ForkJoinPool()) {
      return pool.submit(
              () ->
                  range
                      .parallel()
                      .mapToObj(seed -> report(Simulation.run(seed, settings)))
                      .toList())
          .join();
    }
  }

  private SimulationResult report(SimulationResult result) {
    for (Violation violation : result.violations()) {
      output.err().println(line(violation));
    }
    return result;
  }

  private static Simulated summary(List<SimulationResult> results, long millis) {
    long steps = 0;
    long hash = 0;
    Map<String, Integer> faults = new TreeMap<>();
    List<Violation> violations = new ArrayList<>();
    for (SimulationResult result : results) {
      steps += result.steps();
      hash = results.size() == 1 ? result.traceHash() : hash * 31 + result.traceHash();
      result.faults().forEach((kind, count) -> faults.merge(kind, count, Integer::sum));
      violations.addAll(result.violations());
    }
    return new Simulated(
        results.size(), steps, "%016x".formatted(hash), faults, violations, millis);
  }

  private static List<String> lines(Simulated summary) {
    List<String> lines = new ArrayList<>();
    lines.add(
        "%d seeds, %d steps in %d ms, trace hash %s"
            .formatted(summary.seeds(), summary.steps(), summary.millis(), summary.traceHash()));
    lines.add("faults: " + summary.faults());
    lines.add(
        summary.violations().isEmpty()
            ? "no rule broken"
            : summary.violations().size() + " violations:");
    summary.violations().forEach(violation -> lines.add("  " + line(violation)));
    return lines;
  }

  private static String line(Violation violation) {
    return "seed %d rule %d at %d: %s"
        .formatted(violation.seed(), violation.rule(), violation.at(), violation.what());
  }
}
