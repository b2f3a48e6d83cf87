package glockenspiel.cli.process;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import glockenspiel.cli.cluster.FileAccess.GoneException;
import glockenspiel.cli.cluster.ImageVerdict;
import glockenspiel.cli.cluster.NewImage;
import glockenspiel.lock.v1.GetLockspaceRequest;
import glockenspiel.lock.v1.LockInspectionServiceGrpc;
import glockenspiel.lock.v1.Lockspace;
import glockenspiel.runtime.grpc.GrpcChannel;
import glockenspiel.runtime.grpc.TransportSecurity;
import glockenspiel.runtime.telemetry.Telemetry;
import java.nio.ByteBuffer;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.api.parallel.Execution;
import org.junit.jupiter.api.parallel.ExecutionMode;

/**
 * Nodes that are cut off or slow, and recoveries that are disturbed, with processes and relays
 * between them.
 */
@Execution(ExecutionMode.CONCURRENT)
class PartitionsTest {
  private static final long LEASE_MILLIS = 2_500;
  private static final Pattern GATE_OPENED = Pattern.compile("gate opened");
  private static final Pattern WITHDRAWN = Pattern.compile("event=WITHDRAWN ");
  private static final Pattern MOUNTED = Pattern.compile("event=MOUNTED");
  private static final String FILE = "/file";
  private static final int LINES = 300;

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

  private static void write(RemoteNode node, String text, boolean sync) {
    ByteBuffer content = ByteBuffer.wrap(line(text).repeat(LINES).getBytes(UTF_8));
    int written =
        node.files(
            fs -> {
              int count = fs.write(FILE, 0, content);
              if (sync) {
                fs.sync();
              }
              return count;
            });
    assertEquals(content.remaining(), written);
  }

  private static String read(RemoteNode node) {
    String content =
        UTF_8.decode(node.files(fs -> fs.read(FILE, 0, (int) fs.size(FILE)))).toString();
    String first = content.substring(0, content.length() / LINES);
    assertEquals(first.repeat(LINES), content);
    return first.strip();
  }

  /** All of one length, so that each write covers the one before. */
  private static String line(String text) {
    return "%-19s%n".formatted(text);
  }

  /** What is between a node and a service. */
  private interface Cut {
    void on(ProcessCluster.Ways ways);
  }

  /**
   * The node has written what it has not synced; it is cut off, and everybody goes on without it;
   * when it is healed, nothing of what it had is written over what came after it.
   */
  private static void cutOff(
      ProcessCluster cluster, RemoteNode survivor, ServiceProcess process, String round, Cut cut)
      throws Exception {
    try (RemoteNode node = RemoteNode.of("far", process)) {
      write(node, "old " + round, false);
      int lockManagerSaid = cluster.lockManager().said();
      int nodeSaid = process.said();
      cut.on(cluster.ways("far"));
      // While its lease lasts it may go on with what it can reach.
      CompletableFuture<Boolean> failed =
          CompletableFuture.supplyAsync(
              () -> writesUntilItIsGone(node, "cut " + round),
              task -> Thread.ofVirtual().start(task));
      var _ = cluster.lockManager().await(GATE_OPENED, lockManagerSaid);
      write(survivor, "new " + round, true);
      cluster.ways("far").heal();
      var _ = process.await(WITHDRAWN, nodeSaid);
      assertTrue(failed.get());
      assertEquals("new " + round, read(survivor));
      node.mount();
      assertEquals("new " + round, read(node));
    }
  }

  private static boolean writesUntilItIsGone(RemoteNode node, String text) {
    try {
      while (true) {
        write(node, text, true);
      }
    } catch (GoneException gone) {
      return true;
    }
  }

  @Test
  void aNodeThatIsCutOffWithdrawsAndComesBack() throws Exception {
    try (ProcessCluster cluster = cluster(2)) {
      ServiceProcess near = cluster.mountedNode("near");
      ServiceProcess far = cluster.startNode("far", "--storage-timeout-millis", "2000");
      var _ = far.await(MOUNTED, 0);
      try (RemoteNode survivor = RemoteNode.of("near", near)) {
        survivor.files(
            fs -> {
              fs.create(FILE);
              return "";
            });
        // A slow network is not a cut one.
        cluster.ways("far").slow(30);
        try (RemoteNode node = RemoteNode.of("far", far)) {
          write(node, "slowly", true);
          assertEquals("slowly", read(survivor));
        }
        cluster.ways("far").slow(0);
        assertFalse(far.hasSaid("WITHDRAW_STARTED"), far::allSaid);

        cutOff(cluster, survivor, far, "locks", ways -> ways.lockManager().cut());
        cutOff(cluster, survivor, far, "storage", ways -> ways.journalService().cut());
        cutOff(cluster, survivor, far, "both", ProcessCluster.Ways::cut);
      }
      endInOrder(cluster, far, near);
    }
  }

  /** Each half of a connection, by itself. */
  @Test
  void aNodeThatIsCutOffInOneDirectionWithdrawsAndComesBack() throws Exception {
    try (ProcessCluster cluster = cluster(2)) {
      ServiceProcess near = cluster.mountedNode("near");
      ServiceProcess far = cluster.startNode("far", "--storage-timeout-millis", "2000");
      var _ = far.await(MOUNTED, 0);
      try (RemoteNode survivor = RemoteNode.of("near", near)) {
        survivor.files(
            fs -> {
              fs.create(FILE);
              return "";
            });
        cutOff(cluster, survivor, far, "to locks", ways -> ways.lockManager().cutThere());
        cutOff(cluster, survivor, far, "from locks", ways -> ways.lockManager().cutBack());
        cutOff(cluster, survivor, far, "to storage", ways -> ways.journalService().cutThere());
        cutOff(cluster, survivor, far, "from storage", ways -> ways.journalService().cutBack());
      }
      endInOrder(cluster, far, near);
    }
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

  /** Until a new node comes, nobody is there who could help, and the status says so. */
  @Test
  void aNodeDiesWhileItReplaysAndNobodyIsLeft() throws Exception {
    try (ProcessCluster cluster = cluster(3)) {
      ServiceProcess first = cluster.mountedNode("first");
      ServiceProcess helper = cluster.mountedNode("helper");
      try (RemoteNode node = RemoteNode.of("first", first)) {
        node.files(
            fs -> {
              fs.create(FILE);
              return "";
            });
        write(node, "synced", true);
      }
      int before = cluster.lockManager().said();
      cluster.ways("helper").slow(300);
      first.kill();
      helper.await("event=JOURNAL_CHECKED");
      helper.kill();
      var _ = cluster.lockManager().await(Pattern.compile("gate closed .*\\[0, 1]"), before);

      Lockspace stuck = lockspace(cluster);
      assertFalse(stuck.getGateOpen());
      assertEquals(0, stuck.getSessionCount());
      assertTrue(stuck.getGateClosedMillis() > 0, stuck::toString);
      assertTrue(
          stuck.getPendingList().stream().allMatch(pending -> pending.getHelpersCount() == 0),
          stuck::toString);
      ServiceProcess rescuer = cluster.mountedNode("rescuer");
      try (RemoteNode node = RemoteNode.of("rescuer", rescuer)) {
        assertEquals("synced", read(node));
      }
      assertTrue(lockspace(cluster).getGateOpen());
      endInOrder(cluster, rescuer);
    }
  }

  /** The one that is left cannot replay before the journal-service is back. */
  @Test
  void allButOneDieWhileTheJournalServiceIsAway() throws Exception {
    try (ProcessCluster cluster = cluster(3)) {
      ServiceProcess left = cluster.mountedNode("left");
      ServiceProcess one = cluster.mountedNode("one");
      ServiceProcess two = cluster.mountedNode("two");
      try (RemoteNode survivor = RemoteNode.of("left", left);
          RemoteNode node = RemoteNode.of("one", one)) {
        node.files(
            fs -> {
              fs.create(FILE);
              return "";
            });
        write(node, "synced", true);
        int before = cluster.lockManager().said();
        cluster.journalService().kill();
        one.kill();
        two.kill();
        left.await("event=REPLAY_FAILED");
        Lockspace stuck = lockspace(cluster);
        assertFalse(stuck.getGateOpen());
        assertTrue(
            stuck.getPendingList().stream()
                .anyMatch(pending -> pending.getHelpersList().contains("left")),
            stuck::toString);
        cluster.startJournalServiceAgain();
        var _ = cluster.lockManager().await(GATE_OPENED, before);
        assertEquals("synced", read(survivor));
        assertFalse(left.hasSaid("WITHDRAW_STARTED"), left::allSaid);
      }
      endInOrder(cluster, left);
    }
  }
}
