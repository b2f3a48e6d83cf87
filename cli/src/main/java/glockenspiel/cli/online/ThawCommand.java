package glockenspiel.cli.online;

import glockenspiel.cli.output.ExitCode;
import glockenspiel.cli.output.Output;
import glockenspiel.node.v1.GetStatusRequest;
import glockenspiel.node.v1.NodeAgentServiceGrpc;
import glockenspiel.node.v1.ThawRequest;
import io.grpc.StatusRuntimeException;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Parameters;

/** {@code glock thaw}: ends a freeze. */
@Command(
    name = "thaw",
    description = "Ends a freeze, or one that is under way: all nodes go on.",
    mixinStandardHelpOptions = true)
public final class ThawCommand implements Callable<Integer> {
  @Parameters(
      index = "0",
      arity = "0..1",
      paramLabel = "NODE",
      description =
          "The node that has frozen the volume: its name, or HOST:PORT of its node-agent. Default:"
              + " whichever of --node it is.")
  private String node = "";

  @Mixin private final Services services = new Services();
  @Mixin private final NodeAddresses addresses = new NodeAddresses();
  @Mixin private Output output = new Output();

  @Override
  public Integer call() {
    try (services) {
      String which = node.isEmpty() ? freezer() : node;
      FreezeView thawed =
          FreezeView.of(
              addresses.find(services, which).thaw(ThawRequest.getDefaultInstance()).getStatus());
      output.print(thawed, thawed.lines());
      return ExitCode.OK;
    }
  }

  /** The address of the node that has frozen the volume; if none has, the first refuses. */
  private String freezer() {
    for (String address : addresses.all()) {
      try {
        var agent = services.node(address, NodeAgentServiceGrpc::newBlockingStub);
        if (agent
            .getStatus(GetStatusRequest.getDefaultInstance())
            .getStatus()
            .getFreeze()
            .getOwn()) {
          return address;
        }
      } catch (StatusRuntimeException unreachable) {
        // It may be another one.
      }
    }
    return addresses.all().getFirst();
  }
}
