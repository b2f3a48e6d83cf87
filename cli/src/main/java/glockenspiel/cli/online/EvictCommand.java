package glockenspiel.cli.online;

import glockenspiel.cli.output.CommandFailure;
import glockenspiel.cli.output.ExitCode;
import glockenspiel.cli.output.Output;
import glockenspiel.lock.v1.EvictSessionRequest;
import glockenspiel.lock.v1.GateStatus;
import glockenspiel.lock.v1.ListSessionsRequest;
import glockenspiel.lock.v1.LockInspectionServiceGrpc;
import glockenspiel.lock.v1.LockInspectionServiceGrpc.LockInspectionServiceBlockingStub;
import glockenspiel.lock.v1.SessionInfo;
import java.util.List;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** {@code glock evict}: treats a node as dead now, without waiting for its lease to end. */
@Command(
    name = "evict",
    description = {
      "Treats a node as dead now, without waiting for its lease to end: its journal is fenced and"
          + " replayed by a peer.",
      "A node that still lives finds itself out, withdraws, and can be mounted again."
    },
    mixinStandardHelpOptions = true)
public final class EvictCommand implements Callable<Integer> {
  @Parameters(index = "0", paramLabel = "NODE", description = "The node's name.")
  private String node = "";

  @Option(
      names = "--reason",
      defaultValue = "asked for by an operator",
      description = "For the logs.")
  private String reason = "";

  @Option(names = "--volume", paramLabel = "CLUSTER:FS", description = "Default: the only one.")
  private @Nullable String volume;

  @Mixin private final Services services = new Services();
  @Mixin private Output output = new Output();

  /** What is printed. */
  record Evicted(String node, long sessionId, long generation, List<Integer> pendingJournals) {}

  @Override
  public Integer call() {
    try (services) {
      var inspection = services.lockManager(LockInspectionServiceGrpc::newBlockingStub);
      String lockspace = Lockspaces.choose(inspection, volume);
      SessionInfo session = session(inspection, lockspace);
      GateStatus gate =
          inspection
              .evictSession(
                  EvictSessionRequest.newBuilder()
                      .setLockspace(lockspace)
                      .setSessionId(session.getSessionId())
                      .setReason(reason)
                      .build())
              .getGate();
      Evicted evicted =
          new Evicted(
              node, session.getSessionId(), gate.getGeneration(), gate.getPendingJidsList());
      output.print(
          evicted,
          List.of(
              "%s: evicted, session %d; generation %d, journals %s wait for replay"
                  .formatted(
                      node, evicted.sessionId(), evicted.generation(), evicted.pendingJournals())));
      return ExitCode.OK;
    }
  }

  private SessionInfo session(LockInspectionServiceBlockingStub inspection, String lockspace) {
    return inspection
        .listSessions(ListSessionsRequest.newBuilder().setLockspace(lockspace).build())
        .getSessionsList()
        .stream()
        .filter(session -> session.getNodeName().equals(node))
        .findFirst()
        .orElseThrow(
            () ->
                CommandFailure.wrongUsage(
                    "no session of node "
                        + node
                        + " in lockspace "
                        + lockspace
                        + "; glock nodes lists them"));
  }
}
