package glockenspiel.cli;

import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.IVersionProvider;

/** The command {@code glock}. */
@Command(
    name = "glock",
    description = "Shared GFS2 storage and cluster locking in user space.",
    mixinStandardHelpOptions = true,
    versionProvider = Glock.Version.class,
    synopsisSubcommandLabel = "COMMAND",
    exitCodeOnInvalidInput = Glock.WRONG_USAGE,
    exitCodeOnExecutionException = Glock.BAD_ANSWER)
public final class Glock {
  /** Exit code: the command ran, and the answer is bad. */
  static final int BAD_ANSWER = 1;

  /** Exit code: the command was used wrongly. */
  static final int WRONG_USAGE = 2;

  private Glock() {}

  /** Runs the command and ends the process with its exit code. */
  public static void main(String[] arguments) {
    System.exit(commandLine().execute(arguments));
  }

  static CommandLine commandLine() {
    return new CommandLine(new Glock());
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
