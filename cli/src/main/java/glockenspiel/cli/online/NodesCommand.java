package glockenspiel.cli.online;

import glockenspiel.cli.output.ExitCode;
import glockenspiel.cli.output.Output;
import glockenspiel.cli.output.Table;
import glockenspiel.lock.v1.ListSessionsRequest;
import glockenspiel.lock.v1.LockInspectionServiceGrpc;
import glockenspiel.lock.v1.SessionInfo;
import java.util.List;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/** {@code glock nodes}: the members of a lockspace, as the lock-manager sees them. */
@Command(
    name = "nodes",
    description = "Shows the members of a lockspace, as the lock-manager sees them.",
    mixinStandardHelpOptions = true)
public final class NodesCommand implements Callable<Integer> {
  @Option(names = "--volume", paramLabel = "CLUSTER:FS", description = "Default: the only one.")
  private @Nullable String volume;

  @Mixin private final Services services = new Services();
  @Mixin private Output output = new Output();

  /** What is printed. */
  record Nodes(String volume, List<Node> nodes) {}

  /** A session. */
  record Node(
      String node,
      long sessionId,
      String state,
      @Nullable Integer slot,
      boolean connected,
      boolean firstMounter,
      long leaseRemainingMillis,
      long heldLocks,
      long waitingRequests) {}

  @Override
  public Integer call() {
    try (services) {
      var inspection = services.lockManager(LockInspectionServiceGrpc::newBlockingStub);
      String lockspace = Lockspaces.choose(inspection, volume);
      List<Node> nodes =
          inspection
              .listSessions(ListSessionsRequest.newBuilder().setLockspace(lockspace).build())
              .getSessionsList()
              .stream()
              .map(NodesCommand::view)
              .toList();
      output.print(new Nodes(lockspace, nodes), lines(nodes));
      return ExitCode.OK;
    }
  }

  private static Node view(SessionInfo session) {
    return new Node(
        session.getNodeName(),
        session.getSessionId(),
        Names.of(session.getState()),
        session.hasSlot() ? session.getSlot() : null,
        session.getConnected(),
        session.getFirstMounter(),
        session.getLeaseRemainingMillis(),
        session.getHeldLocks(),
        session.getWaitingRequests());
  }

  private static List<String> lines(List<Node> nodes) {
    Table table =
        new Table("NODE", "SESSION", "STATE", "SLOT", "STREAM", "LEASE ms", "HOLDS", "WAITS FOR");
    for (Node node : nodes) {
      table.row(
          node.node(),
          node.sessionId(),
          node.state(),
          node.slot() == null ? "-" : node.slot(),
          node.connected() ? "connected" : "broken",
          node.leaseRemainingMillis(),
          node.heldLocks(),
          node.waitingRequests());
    }
    return table.lines();
  }
}
