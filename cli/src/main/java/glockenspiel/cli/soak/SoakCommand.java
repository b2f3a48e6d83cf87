package glockenspiel.cli.soak;

import glockenspiel.cli.output.CommandFailure;
import glockenspiel.cli.output.ExitCode;
import glockenspiel.cli.output.Output;
import glockenspiel.cli.output.OutputFormat;
import glockenspiel.cli.output.TimeSpan;
import java.io.IOException;
import java.io.PrintWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.concurrent.ThreadLocalRandom;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/** {@code glock soak}: a cluster of processes, disturbed at random. */
@Command(
    name = "soak",
    description = {
      "Starts a lock-manager, a journal-service and node-agents as processes of their own on an"
          + " image that it makes; has clients work through all nodes; kills, stops, cuts off and"
          + " restarts processes at random; and demands after each round that everybody goes on"
          + " and that all that was acknowledged is read back. At the end the image is checked.",
      "Exit 0 only if all holds."
    },
    mixinStandardHelpOptions = true)
public final class SoakCommand implements Callable<Integer> {
  private static final int SEED_BOUND = 1_000_000;
  private static final int NODES_MAX = 16;
  private static final long LEASE_MILLIS_MIN = 1_000;
  private static final long LEASE_MILLIS_MAX = 60_000;

  @Option(
      names = "--time",
      paramLabel = "TIME",
      defaultValue = "10m",
      description = "Begins no new round after this time. Default: ${DEFAULT-VALUE}")
  private String time = "10m";

  @Option(
      names = "--nodes",
      paramLabel = "N",
      defaultValue = "3",
      description = "How many node-agents, 2 to 16. Default: ${DEFAULT-VALUE}")
  private int nodes;

  @Option(
      names = "--seed",
      paramLabel = "N",
      description = "Decides what is disturbed. Default: another one each time.")
  private @Nullable Long seed;

  @Option(
      names = "--lease-millis",
      paramLabel = "MILLIS",
      defaultValue = "3000",
      description = "Of the nodes, 1000 to 60000. Default: ${DEFAULT-VALUE}")
  private long leaseMillis;

  @Option(
      names = "--work",
      paramLabel = "DIR",
      description =
          "Takes the image and the logs of all processes; they stay. Default: a temporary folder,"
              + " removed after success.")
  private @Nullable Path work;

  @Mixin private Output output = new Output();

  @Override
  public Integer call() throws IOException, InterruptedException {
    Output.quietLogs();
    long nanos = TimeSpan.nanos("--time", time);
    if (nodes < 2 || nodes > NODES_MAX) {
      throw CommandFailure.wrongUsage("--nodes " + nodes + ": not in 2.." + NODES_MAX);
    }
    if (leaseMillis < LEASE_MILLIS_MIN || leaseMillis > LEASE_MILLIS_MAX) {
      throw CommandFailure.wrongUsage(
          "--lease-millis %d: not in %d..%d"
              .formatted(leaseMillis, LEASE_MILLIS_MIN, LEASE_MILLIS_MAX));
    }
    Path folder =
        work == null ? Files.createTempDirectory("glock-soak") : Files.createDirectories(work);
    long chosen = seed == null ? ThreadLocalRandom.current().nextInt(SEED_BOUND) : seed;
    PrintWriter story = output.format() == OutputFormat.TABLE ? output.out() : output.err();
    SoakReport report =
        new Soak(
                new SoakSettings(folder, nodes, nanos, chosen, leaseMillis),
                line -> {
                  story.println(line);
                  story.flush();
                })
            .run();
    output.print(report, lines(report, folder));
    if (report.isOk() && work == null) {
      remove(folder);
    }
    return report.isOk() ? ExitCode.OK : ExitCode.BAD_ANSWER;
  }

  private static List<String> lines(SoakReport report, Path folder) {
    List<String> lines = new ArrayList<>();
    lines.add(
        "%s: %d rounds in %.0f s, %s"
            .formatted(
                report.verdict(), report.rounds(), report.millis() / 1e3, report.disturbances()));
    lines.add(
        "%d operations; %d sectors read back, %d of them of disturbed nodes that had been synced"
            .formatted(report.operations(), report.sectors(), report.durable()));
    lines.add("image check: " + report.imageCheck() + "; fsck.gfs2: " + report.fsck());
    lines.addAll(report.violations());
    if (!report.isOk()) {
      lines.add("seed " + report.seed() + "; image and logs are in " + folder);
    }
    return lines;
  }

  private static void remove(Path folder) throws IOException {
    List<Path> files;
    try (var listed = Files.list(folder)) {
      files = listed.toList();
    }
    for (Path file : files) {
      Files.delete(file);
    }
    Files.delete(folder);
  }
}
