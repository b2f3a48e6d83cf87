package glockenspiel.cli.sim;

import glockenspiel.cli.output.CommandFailure;
import glockenspiel.cli.output.ExitCode;
import glockenspiel.cli.output.Output;
import glockenspiel.cli.output.TimeSpan;
import glockenspiel.cli.sim.Totals.Simulated;
import glockenspiel.simulation.Simulation;
import glockenspiel.simulation.SimulationResult;
import glockenspiel.simulation.SimulationSettings;
import glockenspiel.simulation.Violation;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.atomic.AtomicLong;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;
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

  @Option(
      names = "--for",
      paramLabel = "TIME",
      description = {
        "Begins no new world after this time, such as 90s, 20m or 8h. For a night:",
        "--seeds 1000000..2000000000 --for 8h"
      })
  private @Nullable String time;

  @Option(
      names = "--threads",
      paramLabel = "N",
      description = "Worlds at the same time. Default: as many as there are processors")
  private @Nullable Integer threads;

  @Mixin private final Output output = new Output();

  @Override
  public Integer call() {
    SimulationSettings settings =
        steps == null ? SimulationSettings.DEFAULT : SimulationSettings.DEFAULT.withSteps(steps);
    long begun = System.nanoTime();
    Totals totals = run(range(), settings);
    Simulated summary = totals.after((System.nanoTime() - begun) / 1_000_000);
    output.print(summary, lines(summary));
    return summary.violations().isEmpty() ? ExitCode.OK : ExitCode.BAD_ANSWER;
  }

  private record Range(long first, long last) {}

  private Range range() {
    if (seeds.one != null) {
      return new Range(seeds.one, seeds.one);
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
      return new Range(first, last);
    } catch (NumberFormatException tooLarge) {
      throw CommandFailure.wrongUsage("--seeds " + seeds.range + ": too large a number");
    }
  }

  private long nanosToRun() {
    if (time == null) {
      return Long.MAX_VALUE;
    }
    return TimeSpan.nanos("--for", time);
  }

  private int threadCount() {
    int count = threads == null ? Runtime.getRuntime().availableProcessors() : threads;
    if (count < 1) {
      throw CommandFailure.wrongUsage("--threads " + count + ": at least 1");
    }
    return count;
  }

  /** Worlds share nothing, so they run side by side; each thread takes the next seed. */
  private Totals run(Range range, SimulationSettings settings) {
    long nanos = nanosToRun();
    long begun = System.nanoTime();
    AtomicLong next = new AtomicLong(range.first());
    Totals totals = new Totals();
    Runnable worker =
        () -> {
          while (System.nanoTime() - begun < nanos) {
            long seed = next.getAndIncrement();
            if (seed > range.last()) {
              return;
            }
            totals.add(report(Simulation.run(seed, settings)));
          }
        };
    int count = threadCount();
    try (ExecutorService pool = Executors.newFixedThreadPool(count)) {
      CompletableFuture.allOf(
              Stream.generate(() -> CompletableFuture.runAsync(worker, pool))
                  .limit(count)
                  .toArray(CompletableFuture[]::new))
          .join();
    }
    return totals;
  }

  private SimulationResult report(SimulationResult result) {
    for (Violation violation : result.violations()) {
      output.err().println(line(violation));
    }
    return result;
  }

  private static List<String> lines(Simulated summary) {
    List<String> lines = new ArrayList<>();
    lines.add(
        "%d seeds, %d steps, %d operations in %d ms, trace hash %s"
            .formatted(
                summary.seeds(),
                summary.steps(),
                summary.operations(),
                summary.millis(),
                summary.traceHash()));
    lines.add(
        "every node worked again within %d simulated ms".formatted(summary.progressMillisMax()));
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
