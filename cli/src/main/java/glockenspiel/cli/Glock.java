package glockenspiel.cli;

import glockenspiel.cli.demo.DemoCommand;
import glockenspiel.cli.offline.ImageCommand;
import glockenspiel.cli.offline.JournalCommand;
import glockenspiel.cli.offline.MkfsCommand;
import glockenspiel.cli.online.BenchCommand;
import glockenspiel.cli.online.EvictCommand;
import glockenspiel.cli.online.FreezeCommand;
import glockenspiel.cli.online.JournalsCommand;
import glockenspiel.cli.online.LockCommand;
import glockenspiel.cli.online.LocksCommand;
import glockenspiel.cli.online.MountCommand;
import glockenspiel.cli.online.NodesCommand;
import glockenspiel.cli.online.StatusCommand;
import glockenspiel.cli.online.ThawCommand;
import glockenspiel.cli.online.UnmountCommand;
import glockenspiel.cli.online.WhyCommand;
import glockenspiel.cli.online.WithdrawCommand;
import glockenspiel.cli.output.CommandFailure;
import glockenspiel.cli.output.ExitCode;
import glockenspiel.cli.service.JournalServiceCommand;
import glockenspiel.cli.service.LockManagerCommand;
import glockenspiel.cli.service.NodeAgentCommand;
import glockenspiel.cli.service.UpCommand;
import glockenspiel.cli.sim.FuzzCommand;
import glockenspiel.cli.sim.SimCommand;
import glockenspiel.cli.soak.SoakCommand;
import picocli.AutoComplete;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.HelpCommand;
import picocli.CommandLine.IVersionProvider;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.ParseResult;

/** The command {@code glock}. */
@Command(
    name = "glock",
    description = "Shared GFS2 storage and cluster locking in user space.",
    mixinStandardHelpOptions = true,
    versionProvider = Glock.Version.class,
    synopsisSubcommandLabel = "COMMAND",
    scope = CommandLine.ScopeType.INHERIT,
    exitCodeOnInvalidInput = ExitCode.WRONG_USAGE,
    exitCodeOnExecutionException = ExitCode.BAD_ANSWER,
    subcommands = {
      DemoCommand.class,
      UpCommand.class,
      MkfsCommand.class,
      JournalCommand.class,
      ImageCommand.class,
      LockManagerCommand.class,
      JournalServiceCommand.class,
      NodeAgentCommand.class,
      StatusCommand.class,
      NodesCommand.class,
      LocksCommand.class,
      LockCommand.class,
      JournalsCommand.class,
      WhyCommand.class,
      WithdrawCommand.class,
      MountCommand.class,
      UnmountCommand.class,
      FreezeCommand.class,
      ThawCommand.class,
      EvictCommand.class,
      SimCommand.class,
      SoakCommand.class,
      FuzzCommand.class,
      BenchCommand.class,
      HelpCommand.class,
      AutoComplete.GenerateCompletion.class
    })
public final class Glock {
  private Glock() {}

  /** Runs the command and ends the process with its exit code. */
  public static void main(String[] arguments) {
    System.exit(commandLine().execute(arguments));
  }

  static CommandLine commandLine() {
    return new CommandLine(new Glock())
        .setCaseInsensitiveEnumValuesAllowed(true)
        .setParameterExceptionHandler(Glock::explain)
        .setExecutionExceptionHandler(Glock::explain);
  }

  /** Of a wrong flag one line, and where to read more. */
  private static int explain(ParameterException wrong, String[] arguments) {
    CommandLine command = wrong.getCommandLine();
    String line =
        "glock: %s; see %s --help"
            .formatted(wrong.getMessage(), command.getCommandSpec().qualifiedName());
    command.getErr().println(command.getColorScheme().errorText(line));
    return ExitCode.WRONG_USAGE;
  }

  /** One line that says what went wrong; a stack trace only for what nobody foresaw. */
  private static int explain(Exception thrown, CommandLine command, ParseResult parsed) {
    CommandFailure failure = CommandFailure.of(thrown);
    command.getErr().println(command.getColorScheme().errorText("glock: " + failure.getMessage()));
    if (failure.isUnforeseen()) {
      thrown.printStackTrace(command.getErr());
    }
    return failure.exitCode();
  }

  /** The version as the build wrote it into the jar. */
  static final class Version implements IVersionProvider {
    @Override
    public String[] getVersion() {
      String version = Glock.class.getPackage().getImplementationVersion();
      return new String[] {"glock " + (version == null ? "(not packaged)" : version)};
    }
  }
}
