package glockenspiel.cli.online;

import glockenspiel.cli.output.ExitCode;
import glockenspiel.cli.output.Output;
import glockenspiel.node.v1.UnmountRequest;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Parameters;

/** {@code glock unmount}: has a node leave in order; its journal is clean then. */
@Command(
    name = "unmount",
    description = "Has a node unmount its volume: its journal is clean then.",
    mixinStandardHelpOptions = true)
public final class UnmountCommand implements Callable<Integer> {
  @Parameters(
      index = "0",
      paramLabel = "NODE",
      description = "The node's name, or HOST:PORT of its node-agent.")
  private String node = "";

  @Mixin private final Services services = new Services();
  @Mixin private final NodeAddresses addresses = new NodeAddresses();
  @Mixin private Output output = new Output();

  @Override
  public Integer call() {
    try (services) {
      NodeState unmounted =
          NodeState.of(
              addresses
                  .find(services, node)
                  .unmount(UnmountRequest.getDefaultInstance())
                  .getStatus());
      output.print(unmounted, unmounted.lines());
      return unmounted.state().equals("UNMOUNTED") ? ExitCode.OK : ExitCode.BAD_ANSWER;
    }
  }
}
