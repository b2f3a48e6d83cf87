package glockenspiel.bench;

import glockenspiel.bench.cached.Cached;
import glockenspiel.bench.limit.Limits;
import glockenspiel.bench.lock.FanOut;
import glockenspiel.bench.lock.Growth;
import glockenspiel.bench.lock.HandOff;
import glockenspiel.bench.lock.Latency;
import glockenspiel.bench.lock.Memory;
import glockenspiel.bench.lock.Pipeline;
import glockenspiel.bench.measure.Benchmark;
import glockenspiel.bench.measure.Plan;
import glockenspiel.bench.measure.Row;
import glockenspiel.bench.peer.AppendPeers;
import glockenspiel.bench.peer.Peers;
import glockenspiel.bench.recovery.Withdrawal;
import glockenspiel.bench.storage.Append;
import glockenspiel.bench.storage.Blocks;
import glockenspiel.bench.storage.Replay;
import glockenspiel.cli.output.CommandFailure;
import glockenspiel.cli.output.ExitCode;
import glockenspiel.cli.output.Output;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/**
 * {@code glock bench}, in a JVM of its own: the command {@code glock} starts it, so that nothing of
 * what benchmarks need is on the product's class path.
 */
@Command(
    name = "glock bench",
    description = {
      "Measures Glockenspiel against the limits of this machine and against other lock services,"
          + " in one run.",
      "docs/benchmarks.md says what is measured, and what came out once. Exit 1 when a target was"
          + " missed."
    },
    exitCodeOnInvalidInput = ExitCode.WRONG_USAGE,
    exitCodeOnExecutionException = ExitCode.BAD_ANSWER,
    mixinStandardHelpOptions = true)
public final class BenchCommand implements Callable<Integer> {
  private static final List<Benchmark> ALL =
      List.of(
          new Limits(),
          new Latency(),
          new Pipeline(),
          new HandOff(),
          new FanOut(),
          new Memory(),
          new Growth(),
          new Cached(),
          new Withdrawal(),
          new Append(),
          new Blocks(),
          new Replay(),
          new Peers(),
          new AppendPeers());

  private static final int ROUNDS_MAX = 101;

  @Parameters(
      arity = "0..*",
      paramLabel = "NAME",
      description = "What to measure: ${COMPLETION-CANDIDATES}. Default: all, in this order.",
      completionCandidates = Names.class)
  private List<String> names = List.of();

  @Option(
      names = "--rounds",
      defaultValue = "5",
      paramLabel = "N",
      description =
          "How often each side is measured; the sides take turns, medians are printed. 1 to 101."
              + " Default: ${DEFAULT-VALUE}")
  private int rounds = 5;

  @Option(
      names = "--quick",
      description = "A twentieth of the work: shows that all runs, and is nothing to rely on.")
  private boolean quick;

  @Option(
      names = "--work",
      defaultValue = ".",
      paramLabel = "DIR",
      description = "A folder on the disk to be measured, for files. Default: the present one.")
  private Path work = Path.of(".");

  @Mixin private final Output output = new Output();

  /** The names of the benchmarks. */
  static final class Names extends ArrayList<String> {
    private static final long serialVersionUID = 1L;

    Names() {
      ALL.forEach(benchmark -> add(benchmark.name()));
    }
  }

  /** Runs the command and ends the process with its exit code. */
  public static void main(String[] arguments) {
    System.exit(
        new CommandLine(new BenchCommand())
            .setCaseInsensitiveEnumValuesAllowed(true)
            .setExecutionExceptionHandler(
                (thrown, command, parsed) -> {
                  CommandFailure failure = CommandFailure.of(thrown);
                  command.getErr().println("glock bench: " + failure.getMessage());
                  if (failure.isUnforeseen()) {
                    thrown.printStackTrace(command.getErr());
                  }
                  return failure.exitCode();
                })
            .execute(arguments));
  }

  @Override
  public Integer call() throws IOException, InterruptedException {
    if (rounds < 1 || rounds > ROUNDS_MAX) {
      throw CommandFailure.wrongUsage("--rounds " + rounds + " is not in 1..." + ROUNDS_MAX);
    }
    if (!Files.isDirectory(work)) {
      throw CommandFailure.wrongUsage("--work " + work + ": no such folder");
    }
    Plan plan = new Plan(rounds, quick, work, output.err());
    Report report = new Report(Machine.describe(), rounds, quick);
    for (Benchmark benchmark : chosen()) {
      output.err().println(benchmark.name());
      output.err().flush();
      for (Row row : benchmark.run(plan)) {
        report.add(benchmark.name(), row);
      }
    }
    output.print(report.data(), report.lines());
    return report.isAllReached() ? ExitCode.OK : ExitCode.BAD_ANSWER;
  }

  private List<Benchmark> chosen() {
    for (String name : names) {
      if (ALL.stream().noneMatch(benchmark -> benchmark.name().equals(name))) {
        throw CommandFailure.wrongUsage(
            name + ": no such benchmark; there are " + String.join(", ", new Names()));
      }
    }
    return ALL.stream()
        .filter(benchmark -> names.isEmpty() || names.contains(benchmark.name()))
        .toList();
  }
}
