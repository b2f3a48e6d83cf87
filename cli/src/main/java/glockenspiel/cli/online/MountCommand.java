package glockenspiel.cli.online;

import glockenspiel.cli.output.ExitCode;
import glockenspiel.cli.output.Output;
import glockenspiel.node.v1.MountRequest;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** {@code glock mount}: has a node mount its volume, also one that has withdrawn. */
@Command(
    name = "mount",
    description = "Has a node mount its volume, also one that has withdrawn.",
    mixinStandardHelpOptions = true)
public final class MountCommand implements Callable<Integer> {
  @Parameters(
      index = "0",
      paramLabel = "NODE",
      description = "The node's name, or HOST:PORT of its node-agent.")
  private String node = "";

  @Option(
      names = "--spectator",
      description = "Without a journal: it only reads, and cannot recover others.")
  private boolean spectator;

  @Mixin private final Services services = new Services();
  @Mixin private final NodeAddresses addresses = new NodeAddresses();
  @Mixin private Output output = new Output();

  @Override
  public Integer call() {
    try (services) {
      NodeState mounted =
          NodeState.of(
              addresses
                  .find(services, node)
                  .mount(MountRequest.newBuilder().setSpectator(spectator).build())
                  .getStatus());
      output.print(mounted, mounted.lines());
      return mounted.state().equals("MOUNTED") ? ExitCode.OK : ExitCode.BAD_ANSWER;
    }
  }
}
