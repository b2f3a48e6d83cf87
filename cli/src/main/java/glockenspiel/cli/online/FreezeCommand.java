package glockenspiel.cli.online;

import glockenspiel.cli.output.ExitCode;
import glockenspiel.cli.output.Output;
import glockenspiel.node.v1.FreezeRequest;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Parameters;

/** {@code glock freeze}: brings the volume to rest, on all nodes. */
@Command(
    name = "freeze",
    description = {
      "Brings the volume to rest on all nodes: what is on the device is consistent then, and stays"
          + " as it is until the thaw. Reads go on, changes wait.",
      "If that takes longer than --timeout, it is given up and all nodes go on.",
      "A node that leaves or withdraws thaws what it has frozen."
    },
    mixinStandardHelpOptions = true)
public final class FreezeCommand implements Callable<Integer> {
  @Parameters(
      index = "0",
      arity = "0..1",
      paramLabel = "NODE",
      description =
          "The node that freezes: its name, or HOST:PORT of its node-agent. Default: the first of"
              + " --node.")
  private String node = "";

  @Mixin private final Services services = new Services();
  @Mixin private final NodeAddresses addresses = new NodeAddresses();
  @Mixin private Output output = new Output();

  @Override
  public Integer call() {
    try (services) {
      String which = node.isEmpty() ? addresses.all().getFirst() : node;
      FreezeView frozen =
          FreezeView.of(
              addresses
                  .find(services, which)
                  .freeze(FreezeRequest.getDefaultInstance())
                  .getStatus());
      output.print(frozen, frozen.lines());
      return frozen.freeze().equals("FROZEN") ? ExitCode.OK : ExitCode.BAD_ANSWER;
    }
  }
}
