package glockenspiel.cli.online;

import glockenspiel.cli.output.CommandFailure;
import glockenspiel.node.v1.GetStatusRequest;
import glockenspiel.node.v1.NodeAgentServiceGrpc;
import glockenspiel.node.v1.NodeAgentServiceGrpc.NodeAgentServiceBlockingStub;
import java.util.List;
import picocli.CommandLine.Option;

/** Where the node-agents are: the option of every command that talks to one. */
final class NodeAddresses {
  @Option(
      names = "--node",
      paramLabel = "HOST:PORT",
      split = ",",
      defaultValue = "${env:GLOCK_NODE:-127.0.0.1:7103}",
      description = "One node-agent, or several. Default: ${DEFAULT-VALUE}, or GLOCK_NODE.")
  private List<String> addresses = List.of();

  /** All of them. */
  List<String> all() {
    return addresses;
  }

  /**
   * The node-agent of a node.
   *
   * @param node its name, or HOST:PORT
   */
  NodeAgentServiceBlockingStub find(Services services, String node) {
    if (node.contains(":")) {
      return services.node(node, NodeAgentServiceGrpc::newBlockingStub);
    }
    for (String candidate : addresses) {
      var agent = services.node(candidate, NodeAgentServiceGrpc::newBlockingStub);
      String name =
          agent.getStatus(GetStatusRequest.getDefaultInstance()).getStatus().getNodeName();
      if (name.equals(node)) {
        return services.node(candidate, NodeAgentServiceGrpc::newBlockingStub);
      }
    }
    throw CommandFailure.wrongUsage(
        "none of the node-agents %s is node %s; say where it is with --node"
            .formatted(addresses, node));
  }
}
