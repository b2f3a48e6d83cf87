package glockenspiel.cli.sim;

import glockenspiel.cli.output.ExitCode;
import glockenspiel.cli.output.Output;
import glockenspiel.simulation.fuzz.FuzzResult;
import glockenspiel.simulation.fuzz.VolumeFuzz;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;

/** {@code glock fuzz}: damages volumes, from seeds, and uses them. */
@Command(
    name = "fuzz",
    description = {
      "Damages volumes, from seeds, with checksums that fit, and opens, checks, replays and"
          + " examines them.",
      "Every call must end with an answer or a refusal in one line, within a bound of reading, and"
          + " write only where it may. Exit 1 otherwise."
    },
    mixinStandardHelpOptions = true)
public final class FuzzCommand implements Callable<Integer> {
  @Mixin private final ManySeeds seeds = new ManySeeds();
  @Mixin private final Output output = new Output();

  /**
   * What is printed.
   *
   * @param opened volumes that could be opened
   * @param replayed journals
   * @param refused calls
   * @param damaged volumes in which the image check found something at the end
   * @param broken what must never happen, with its seed
   * @param millis real time
   */
  record Fuzzed(
      long seeds,
      long opened,
      long replayed,
      long refused,
      long damaged,
      List<String> broken,
      long millis) {}

  /** Of all seeds. */
  private static final class Sum {
    private long seeds;
    private long opened;
    private long replayed;
    private long refused;
    private long damaged;
    private final List<String> broken = new ArrayList<>();

    synchronized void add(FuzzResult result) {
      seeds++;
      opened += result.opened() ? 1 : 0;
      replayed += result.replayed();
      refused += result.refused();
      damaged += result.problems() > 0 ? 1 : 0;
      for (String what : result.broken()) {
        broken.add("seed " + result.seed() + ": " + what);
      }
    }

    synchronized Fuzzed after(long millis) {
      return new Fuzzed(
          seeds, opened, replayed, refused, damaged, broken.stream().sorted().toList(), millis);
    }
  }

  @Override
  public Integer call() {
    long begun = System.nanoTime();
    Sum sum = new Sum();
    seeds.forEach(seed -> sum.add(report(VolumeFuzz.run(seed))));
    Fuzzed fuzzed = sum.after((System.nanoTime() - begun) / 1_000_000);
    output.print(fuzzed, lines(fuzzed));
    return fuzzed.broken().isEmpty() ? ExitCode.OK : ExitCode.BAD_ANSWER;
  }

  private FuzzResult report(FuzzResult result) {
    for (String what : result.broken()) {
      output.err().println("seed " + result.seed() + ": " + what);
    }
    return result;
  }

  private static List<String> lines(Fuzzed fuzzed) {
    List<String> lines = new ArrayList<>();
    lines.add(
        "%d damaged volumes in %d ms: %d opened, %d journals replayed, %d calls refused"
            .formatted(
                fuzzed.seeds(),
                fuzzed.millis(),
                fuzzed.opened(),
                fuzzed.replayed(),
                fuzzed.refused()));
    lines.add("the image check found problems in %d of them".formatted(fuzzed.damaged()));
    lines.add(fuzzed.broken().isEmpty() ? "nothing broken" : fuzzed.broken().size() + " broken:");
    fuzzed.broken().forEach(what -> lines.add("  " + what));
    return lines;
  }
}
