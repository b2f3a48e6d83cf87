package glockenspiel.cli.online;

import glockenspiel.cli.output.CommandFailure;
import glockenspiel.cli.output.ExitCode;
import glockenspiel.cli.output.Output;
import glockenspiel.cli.output.Table;
import glockenspiel.lock.v1.GetLockspaceRequest;
import glockenspiel.lock.v1.ListLockspacesRequest;
import glockenspiel.lock.v1.LockInspectionServiceGrpc;
import glockenspiel.lock.v1.Lockspace;
import glockenspiel.lock.v1.PendingRecovery;
import glockenspiel.node.v1.FreezeStatus;
import glockenspiel.node.v1.GetStatusRequest;
import glockenspiel.node.v1.NodeAgentServiceGrpc;
import glockenspiel.node.v1.NodeStatus;
import io.grpc.StatusRuntimeException;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;

/** {@code glock status}: the gate of every lockspace, and how the nodes are. */
@Command(
    name = "status",
    description = "Shows the gate of every lockspace, what it waits for, and how the nodes are.",
    mixinStandardHelpOptions = true)
public final class StatusCommand implements Callable<Integer> {
  @Mixin private final Services services = new Services();
  @Mixin private final NodeAddresses addresses = new NodeAddresses();
  @Mixin private Output output = new Output();

  /**
   * What is printed.
   *
   * @param problem why the lock-manager could not be asked; the nodes say what they see of it
   */
  record Status(List<LockspaceStatus> lockspaces, List<NodeView> nodes, @Nullable String problem) {}

  /** A lockspace and its gate. */
  record LockspaceStatus(
      String volume,
      boolean gateOpen,
      long generation,
      long gateClosedMillis,
      List<Pending> pending,
      int sessions,
      long locks) {}

  /** What the gate waits for. */
  record Pending(
      @Nullable Integer jid,
      String node,
      String reason,
      long pendingMillis,
      List<String> helpers) {}

  /** A node-agent; with a problem instead of a state when it does not answer. */
  record NodeView(
      String address,
      @Nullable String node,
      @Nullable String state,
      @Nullable Long stateMillis,
      @Nullable Integer jid,
      @Nullable Long epoch,
      List<String> waitingFor,
      @Nullable WithdrawView withdraw,
      @Nullable FreezeState freeze,
      @Nullable String problem) {}

  /** Whether a node may write; of one that may not, by whom, if that is known. */
  record FreezeState(String state, @Nullable String freezer, long millis) {}

  /** A node's last withdraw. */
  record WithdrawView(
      String kind, String reason, long millis, long secondaryWithdraws, long releasesHeldBack) {}

  @Override
  public Integer call() {
    try (services) {
      List<LockspaceStatus> lockspaces = List.of();
      CommandFailure unreachable = null;
      try {
        lockspaces = lockspaces();
      } catch (StatusRuntimeException failure) {
        unreachable = CommandFailure.of(failure);
      }
      List<NodeView> nodes = addresses.all().stream().map(this::node).toList();
      String problem = unreachable == null ? null : unreachable.getMessage();
      output.print(new Status(lockspaces, nodes, problem), lines(lockspaces, nodes));
      if (unreachable != null) {
        throw unreachable;
      }
      boolean wellAll =
          lockspaces.stream().allMatch(LockspaceStatus::gateOpen)
              && nodes.stream().allMatch(node -> "MOUNTED".equals(node.state()));
      return wellAll ? ExitCode.OK : ExitCode.BAD_ANSWER;
    }
  }

  private List<LockspaceStatus> lockspaces() {
    var inspection = services.lockManager(LockInspectionServiceGrpc::newBlockingStub);
    return inspection
        .listLockspaces(ListLockspacesRequest.getDefaultInstance())
        .getLockspacesList()
        .stream()
        .map(
            name ->
                view(
                    inspection
                        .getLockspace(GetLockspaceRequest.newBuilder().setLockspace(name).build())
                        .getLockspace()))
        .toList();
  }

  private static LockspaceStatus view(Lockspace lockspace) {
    return new LockspaceStatus(
        lockspace.getName(),
        lockspace.getGateOpen(),
        lockspace.getGate().getGeneration(),
        lockspace.getGateClosedMillis(),
        lockspace.getPendingList().stream().map(StatusCommand::view).toList(),
        lockspace.getSessionCount(),
        lockspace.getLockCount());
  }

  private static Pending view(PendingRecovery pending) {
    return new Pending(
        pending.hasJid() ? pending.getJid() : null,
        pending.getNodeName(),
        pending.getReason(),
        pending.getPendingMillis(),
        pending.getHelpersList());
  }

  private NodeView node(String address) {
    try {
      NodeStatus status =
          services
              .node(address, NodeAgentServiceGrpc::newBlockingStub)
              .getStatus(GetStatusRequest.getDefaultInstance())
              .getStatus();
      return view(address, status);
    } catch (StatusRuntimeException unreachable) {
      return new NodeView(
          address,
          null,
          null,
          null,
          null,
          null,
          List.of(),
          null,
          null,
          CommandFailure.of(unreachable).getMessage());
    }
  }

  private static NodeView view(String address, NodeStatus status) {
    var withdraw = status.getWithdraw();
    return new NodeView(
        address,
        status.getNodeName(),
        Names.of(status.getState()),
        status.getStateMillis(),
        status.hasJid() ? status.getJid() : null,
        status.getEpoch(),
        status.getWaitingForList(),
        status.hasWithdraw()
            ? new WithdrawView(
                withdraw.getKind(),
                withdraw.getReason(),
                withdraw.getMillis(),
                withdraw.getSecondaryWithdraws(),
                withdraw.getReleasesHeldBack())
            : null,
        status.hasFreeze() ? freeze(status.getFreeze()) : null,
        null);
  }

  private static FreezeState freeze(FreezeStatus freeze) {
    return new FreezeState(
        Names.of(freeze.getState()),
        freeze.getFreezer().isEmpty() ? null : freeze.getFreezer(),
        freeze.getMillis());
  }

  private static List<String> lines(List<LockspaceStatus> lockspaces, List<NodeView> nodes) {
    List<String> lines = new ArrayList<>();
    for (LockspaceStatus lockspace : lockspaces) {
      lines.add(
          "%s: gate %s, generation %d, %d sessions, %d locks"
              .formatted(
                  lockspace.volume(),
                  lockspace.gateOpen()
                      ? "open"
                      : "CLOSED for " + lockspace.gateClosedMillis() + " ms",
                  lockspace.generation(),
                  lockspace.sessions(),
                  lockspace.locks()));
      for (Pending pending : lockspace.pending()) {
        lines.add(
            "  waits for %s of %s since %d ms (%s); could help: %s"
                .formatted(
                    pending.jid() == null ? "the first mount" : "journal " + pending.jid(),
                    pending.node().isEmpty() ? "nobody" : pending.node(),
                    pending.pendingMillis(),
                    pending.reason(),
                    pending.helpers().isEmpty() ? "nobody" : pending.helpers()));
      }
    }
    Table table = new Table("NODE", "STATE", "JID", "EPOCH", "FOR ms", "WAITS FOR");
    for (NodeView node : nodes) {
      table.row(
          node.node() == null ? node.address() : node.node(),
          node.problem() == null ? String.valueOf(node.state()) : "UNREACHABLE: " + node.problem(),
          node.jid() == null ? "-" : node.jid(),
          node.epoch() == null ? "-" : node.epoch(),
          node.stateMillis() == null ? "-" : node.stateMillis(),
          String.join("; ", node.waitingFor()));
    }
    lines.addAll(table.lines());
    return lines;
  }
}
