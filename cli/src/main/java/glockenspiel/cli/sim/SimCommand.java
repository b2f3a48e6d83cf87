package glockenspiel.cli.sim;

import glockenspiel.cli.output.ExitCode;
import glockenspiel.cli.output.Output;
import glockenspiel.cli.sim.Totals.Simulated;
import glockenspiel.simulation.Simulation;
import glockenspiel.simulation.SimulationResult;
import glockenspiel.simulation.SimulationSettings;
import glockenspiel.simulation.Violation;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
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
  @Mixin private final ManySeeds seeds = new ManySeeds();

  @Option(
      names = "--steps",
      paramLabel = "N",
      description = "Turns of the scheduler in each world before the faults stop. Default: 20000")
  private @Nullable Long steps;

  @Mixin private final Output output = new Output();

  @Override
  public Integer call() {
    SimulationSettings settings =
        steps == null ? SimulationSettings.DEFAULT : SimulationSettings.DEFAULT.withSteps(steps);
    long begun = System.nanoTime();
    Totals totals = new Totals();
    seeds.forEach(seed -> totals.add(report(Simulation.run(seed, settings))));
    Simulated summary = totals.after((System.nanoTime() - begun) / 1_000_000);
    output.print(summary, lines(summary));
    return summary.violations().isEmpty() ? ExitCode.OK : ExitCode.BAD_ANSWER;
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
