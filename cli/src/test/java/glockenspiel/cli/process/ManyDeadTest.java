package glockenspiel.cli.process;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import glockenspiel.cli.cluster.ImageVerdict;
import glockenspiel.cli.cluster.NewImage;
import glockenspiel.lock.v1.GetLockspaceRequest;
import glockenspiel.lock.v1.LockInspectionServiceGrpc;
import glockenspiel.lock.v1.Lockspace;
import glockenspiel.lock.v1.PendingRecovery;
import glockenspiel.node.v1.GetStatusRequest;
import glockenspiel.node.v1.NodeAgentServiceGrpc;
import glockenspiel.runtime.grpc.GrpcChannel;
import glockenspiel.runtime.grpc.TransportSecurity;
import glockenspiel.runtime.telemetry.Telemetry;
import java.nio.file.Path;
import java.util.List;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.api.parallel.Execution;
import org.junit.jupiter.api.parallel.ExecutionMode;

/** The one that should help dies too, or cannot help: with processes, killed without a word. */
@Execution(ExecutionMode.CONCURRENT)
class ManyDeadTest {
  private static final long LEASE_MILLIS = 3000;
  private static final Pattern GATE_CLOSED = Pattern.compile("gate closed");
  private static final Pattern GATE_OPENED = Pattern.compile("gate opened");

  @TempDir private Path folder = Path.of("");

  private ProcessCluster cluster(int journals) throws Exception {
    Path image = folder.resolve("volume.img");
    NewImage.small(journals).write(image);
    return new ProcessCluster(folder, image, NewImage.VOLUME, LEASE_MILLIS);
  }

  private void endInOrder(ProcessCluster cluster, ServiceProcess... nodes) throws Exception {
    cluster.endInOrder(List.of(nodes));
    ImageVerdict verdict = ImageVerdict.of(folder.resolve("volume.img"));
    assertTrue(verdict.isClean(), verdict::toString);
  }

  private static Pattern of(String event, int jid) {
    return Pattern.compile("event=" + event + " .*jid=" + jid + ":");
  }

  /** Its peer, which lives, replays both journals. */
  @Test
  void theOneThatReplaysIsKilledToo() throws Exception {
    try (ProcessCluster cluster = cluster(3)) {
      ServiceProcess victim = cluster.mountedNode("victim");
      ServiceProcess helper = cluster.mountedNode("helper");
      ServiceProcess survivor = cluster.mountedNode("survivor");
      SyncedFile.write(victim, "/victim");
      SyncedFile.write(helper, "/helper");
      int before = cluster.lockManager().said();
      // The helper is told first, and gets no answer from the journal-service.
      cluster.ways("survivor").lockManager().slow(LEASE_MILLIS / 6);
      cluster.ways("helper").journalService().hold();
      victim.kill();
      helper.await("event=JOURNAL_CHECKED");
      assertFalse(helper.hasSaid("event=REPLAY_DONE"), helper::allSaid);
      helper.kill();
      cluster.ways("survivor").lockManager().slow(0);

      var _ = survivor.await(of("CLEAN_REPORTED", 0), 0);
      var _ = survivor.await(of("CLEAN_REPORTED", 1), 0);
      var _ = cluster.lockManager().await(GATE_OPENED, before);
      SyncedFile.assertThere(survivor, "/victim");
      SyncedFile.assertThere(survivor, "/helper");
      endInOrder(cluster, survivor);
    }
  }

  /** What is said of the journal that the closed gate waits for. */
  private static PendingRecovery pending(ProcessCluster cluster) throws Exception {
    try (GrpcChannel channel = channel(cluster.lockManager())) {
      Lockspace lockspace =
          LockInspectionServiceGrpc.newBlockingStub(channel.channel())
              .getLockspace(GetLockspaceRequest.newBuilder().setLockspace(NewImage.VOLUME).build())
              .getLockspace();
      assertFalse(lockspace.getGateOpen());
      return lockspace.getPendingList().stream()
          .filter(pending -> pending.hasJid() && pending.getJid() == 0)
          .findFirst()
          .orElseThrow(() -> new AssertionError(lockspace));
    }
  }

  private static List<String> waitingFor(ServiceProcess node) throws Exception {
    try (GrpcChannel channel = channel(node)) {
      return NodeAgentServiceGrpc.newBlockingStub(channel.channel())
          .getStatus(GetStatusRequest.getDefaultInstance())
          .getStatus()
          .getWaitingForList();
    }
  }

  private static GrpcChannel channel(ServiceProcess process) throws Exception {
    return GrpcChannel.open(process.address(), TransportSecurity.INSECURE, Telemetry.NONE);
  }

  @Test
  void whileOnlyASpectatorIsLeftTheGateStaysClosedAndSaysWhy() throws Exception {
    try (ProcessCluster cluster = cluster(3)) {
      ServiceProcess victim = cluster.mountedNode("victim");
      ServiceProcess spectator = cluster.startNode("spectator", "--spectator");
      spectator.await("event=MOUNTED");
      SyncedFile.write(victim, "/victim");
      int before = cluster.lockManager().said();
      victim.kill();
      var _ = cluster.lockManager().await(GATE_CLOSED, before);

      PendingRecovery pending = pending(cluster);
      assertEquals("victim", pending.getNodeName());
      assertFalse(pending.getReason().isEmpty());
      assertEquals(List.of(), pending.getHelpersList());
      List<String> lines = waitingFor(spectator);
      assertTrue(
          lines.stream()
              .anyMatch(
                  line ->
                      line.contains("gate closed")
                          && line.contains("the next node that is no spectator")),
          lines::toString);

      // Somebody comes who can, and cannot reach the journal-service at first.
      cluster.ways("helper").journalService().refuse();
      ServiceProcess helper = cluster.startNode("helper");
      helper.await("event=MOUNT_FAILED");
      PendingRecovery still = pending(cluster);
      assertTrue(still.getPendingMillis() > pending.getPendingMillis(), still::toString);
      cluster.ways("helper").heal();
      var _ = cluster.lockManager().await(GATE_OPENED, before);
      helper.await("event=MOUNTED");
      SyncedFile.assertThere(helper, "/victim");
      SyncedFile.assertThere(spectator, "/victim");
      endInOrder(cluster, helper, spectator);
    }
  }
}
