package glockenspiel.cli.online;

import glockenspiel.cli.output.CommandFailure;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Unmatched;

/**
 * Stands in the list of commands for {@code glock bench}, which is a program of its own: the script
 * {@code ./glock} of the source tree starts it. Elsewhere there are no benchmarks.
 */
@Command(
    name = "bench",
    description = {
      "Measures locks against the limits of this machine and against etcd, ZooKeeper and Redis.",
      "Only in the source tree: ./glock bench --help says more."
    },
    mixinStandardHelpOptions = true)
public final class BenchCommand implements Callable<Integer> {
  @Unmatched private List<String> arguments = new ArrayList<>();

  @Override
  public Integer call() {
    throw CommandFailure.wrongUsage(
        "benchmarks are not installed here: run them in the source tree, with ./glock bench "
            + String.join(" ", arguments));
  }
}
