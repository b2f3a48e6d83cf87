package glockenspiel.cli.demo;

import glockenspiel.cli.output.ExitCode;
import glockenspiel.cli.output.Output;
import glockenspiel.cli.output.OutputFormat;
import java.io.IOException;
import java.io.PrintWriter;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.concurrent.Callable;
import java.util.concurrent.ThreadLocalRandom;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.ITypeConverter;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;
import picocli.CommandLine.TypeConversionException;

/** {@code glock demo}: the main job, seen. */
@Command(
    name = "demo",
    description = {
      "Shows how a node's failure crosses a cluster, and proves the outcome.",
      "",
      "Starts a lock-manager, a journal-service and node-agents over real local sockets, on a copy"
          + " of an image or on one that it makes; runs a workload of files; injects a fault; tells"
          + " what happens, with times; and holds it against the rules of docs/architecture.md, by"
          + " its own image check and by fsck.gfs2 where that is installed. Exit 0 only if all"
          + " hold.",
      ""
    },
    mixinStandardHelpOptions = true)
public final class DemoCommand implements Callable<Integer> {
  private static final int SEED_BOUND = 1_000_000;

  @Option(
      names = "--image",
      paramLabel = "FILE",
      description = "A GFS2 image, of which a copy is used. Default: one is made.")
  private @Nullable Path image;

  @Option(
      names = "--nodes",
      defaultValue = "3",
      description = "How many node-agents. Default: ${DEFAULT-VALUE}")
  private int nodes;

  @Option(
      names = "--fault",
      paramLabel = "KIND",
      defaultValue = "journal-io",
      converter = Kind.class,
      completionCandidates = Kinds.class,
      description = "One of ${COMPLETION-CANDIDATES}. Default: ${DEFAULT-VALUE}")
  private FaultKind fault = FaultKind.JOURNAL_IO;

  @Option(
      names = "--seed",
      paramLabel = "N",
      description = "Decides what the workload does. Default: another one each time.")
  private @Nullable Long seed;

  @Option(
      names = "--work",
      paramLabel = "DIR",
      description =
          "Where the images go; glock-demo*.img there are replaced, and stay. Default: a temporary"
              + " folder, removed after success.")
  private @Nullable Path work;

  @Mixin private Output output = new Output();

  @Spec private CommandSpec command = CommandSpec.create();

  /** Fault kinds as they are written. */
  static final class Kind implements ITypeConverter<FaultKind> {
    @Override
    public FaultKind convert(String text) {
      String wanted = text.toLowerCase(Locale.ROOT).replace('_', '-');
      return Arrays.stream(FaultKind.values())
          .filter(kind -> kind.toString().equals(wanted))
          .findFirst()
          .orElseThrow(
              () ->
                  new TypeConversionException(
                      "'" + text + "' is none of " + String.join(", ", new Kinds().names())));
    }
  }

  /** All of them. */
  static final class Kinds implements Iterable<String> {
    List<String> names() {
      return Arrays.stream(FaultKind.values())
          .map(FaultKind::toString)
          .collect(Collectors.toList());
    }

    @Override
    public java.util.Iterator<String> iterator() {
      return names().iterator();
    }
  }

  @Override
  public Integer call() throws IOException, InterruptedException {
    Output.quietLogs();
    long chosen = seed == null ? ThreadLocalRandom.current().nextInt(SEED_BOUND) : seed;
    DemoSettings settings =
        new DemoSettings(image, nodes, fault, chosen, work, DemoSettings.Pace.USUAL);
    boolean forPeople = output.format() == OutputFormat.TABLE;
    // The story is data for people; scripts get one line of data, and find the story on stderr.
    PrintWriter out = forPeople ? output.out() : output.err();
    DemoReport report =
        new Demo(
                settings,
                new Story(
                    line -> {
                      out.println(line);
                      out.flush();
                    },
                    command.commandLine().getColorScheme().ansi()))
            .run();
    if (!forPeople) {
      output.print(report, List.of());
    }
    return report.isOk() ? ExitCode.OK : ExitCode.BAD_ANSWER;
  }
}
