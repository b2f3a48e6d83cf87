package glockenspiel.cli.process;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import glockenspiel.cli.cluster.ImageVerdict;
import glockenspiel.cli.cluster.NewImage;
import glockenspiel.lock.v1.GetLockspaceRequest;
import glockenspiel.lock.v1.LockInspectionServiceGrpc;
import glockenspiel.lock.v1.Lockspace;
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

/** Processes that stand still, or start anew, half-way through a mount or a recovery. */
@Execution(ExecutionMode.CONCURRENT)
class MidwayTest {
  private static final long LEASE_MILLIS = 3000;
  private static final Pattern GATE_OPENED = Pattern.compile("gate opened");
  private static final Pattern GRACE_ENDED = Pattern.compile("grace ended");
  private static final Pattern MOUNTED = Pattern.compile("event=MOUNTED");

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

  private static Pattern cleanReported(int jid) {
    return Pattern.compile("event=CLEAN_REPORTED .*jid=" + jid + ":");
  }

  private static Lockspace lockspace(ProcessCluster cluster) throws Exception {
    try (GrpcChannel channel =
        GrpcChannel.open(
            cluster.lockManager().address(), TransportSecurity.INSECURE, Telemetry.NONE)) {
      return LockInspectionServiceGrpc.newBlockingStub(channel.channel())
          .getLockspace(GetLockspaceRequest.newBuilder().setLockspace(NewImage.VOLUME).build())
          .getLockspace();
    }
  }

  /** The dead node's journal waits for the journal-service, and the new lock-manager learns so. */
  @Test
  void theLockManagerRestartsWhileARecoveryIsPending() throws Exception {
    try (ProcessCluster cluster = cluster(2)) {
      ServiceProcess left = cluster.mountedNode("left");
      ServiceProcess victim = cluster.mountedNode("victim");
      SyncedFile.write(victim, "/victim");
      cluster.journalService().kill();
      victim.kill();
      left.await("event=REPLAY_FAILED");
      cluster.lockManager().kill();
      int failed = left.said();
      cluster.startLockManagerAgain();
      var _ = cluster.lockManager().await(GRACE_ENDED, 0);
      var _ = left.await(Pattern.compile("event=REPLAY_FAILED"), failed);

      Lockspace stuck = lockspace(cluster);
      assertFalse(stuck.getGateOpen());
      assertTrue(stuck.getGateClosedMillis() > 0, stuck::toString);
      assertEquals(1, stuck.getSessionCount(), stuck::toString);
      assertTrue(stuck.getPendingCount() > 0, stuck::toString);
      assertTrue(
          stuck.getPendingList().stream()
              .allMatch(pending -> pending.getHelpersList().contains("left")),
          stuck::toString);

      cluster.startJournalServiceAgain();
      var _ = cluster.lockManager().await(GATE_OPENED, 0);
      SyncedFile.assertThere(left, "/victim");
      SyncedFile.write(left, "/left");
      assertFalse(left.hasSaid("WITHDRAW_STARTED"), left::allSaid);
      ServiceProcess again = cluster.mountedNode("victim");
      SyncedFile.assertThere(again, "/left");
      endInOrder(cluster, again, left);
    }
  }

  /** Others replay both; what it had asked of the journal-service arrives after that. */
  @Test
  void aNodeIsStoppedWhileItReplaysTheJournalOfAnother() throws Exception {
    try (ProcessCluster cluster = cluster(3)) {
      ServiceProcess victim = cluster.mountedNode("victim");
      ServiceProcess helper = cluster.mountedNode("helper");
      ServiceProcess survivor = cluster.mountedNode("survivor");
      SyncedFile.write(victim, "/victim");
      SyncedFile.write(helper, "/helper");
      int before = cluster.lockManager().said();
      // The helper is told first, and what it asks of the journal-service lies on its way.
      cluster.ways("survivor").lockManager().slow(LEASE_MILLIS / 6);
      cluster.ways("helper").journalService().hold();
      victim.kill();
      helper.await("event=JOURNAL_CHECKED");
      helper.signal("STOP");
      assertFalse(helper.hasSaid("event=REPLAY_DONE"), helper::allSaid);
      cluster.ways("survivor").lockManager().slow(0);
      var _ = survivor.await(cleanReported(0), 0);
      var _ = survivor.await(cleanReported(1), 0);
      var _ = cluster.lockManager().await(GATE_OPENED, before);
      SyncedFile.write(survivor, "/meanwhile");

      int stopped = helper.said();
      cluster.ways("helper").heal();
      helper.signal("CONT");
      helper.await("event=WITHDRAWN");
      var _ = helper.await(MOUNTED, stopped);
      for (ServiceProcess node : List.of(helper, survivor)) {
        for (String path : List.of("/victim", "/helper", "/meanwhile")) {
          SyncedFile.assertThere(node, path);
        }
      }
      assertFalse(survivor.hasSaid("WITHDRAW_STARTED"), survivor::allSaid);
      endInOrder(cluster, helper, survivor);
    }
  }

  /** The first mounter sees to all journals; the one that comes next does it in its place. */
  @Test
  void theFirstMounterIsStopped() throws Exception {
    try (ProcessCluster cluster = cluster(2)) {
      cluster.ways("first").journalService().slow(300);
      ServiceProcess first = cluster.startNode("first");
      first.await("event=JOINED");
      first.signal("STOP");
      assertFalse(first.hasSaid("event=MOUNTED"), first::allSaid);
      ServiceProcess next = cluster.mountedNode("next");
      SyncedFile.write(next, "/next");

      cluster.ways("first").journalService().slow(0);
      int stopped = first.said();
      first.signal("CONT");
      var _ = first.await(MOUNTED, stopped);
      SyncedFile.assertThere(first, "/next");
      SyncedFile.write(first, "/first");
      SyncedFile.assertThere(next, "/first");
      assertFalse(next.hasSaid("WITHDRAW_STARTED"), next::allSaid);
      endInOrder(cluster, first, next);
    }
  }
}
