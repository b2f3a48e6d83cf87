package glockenspiel.cli;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.databind.JsonNode;
import glockenspiel.cli.cluster.ClusterListener;
import glockenspiel.cli.cluster.ClusterNode;
import glockenspiel.cli.cluster.ClusterSettings;
import glockenspiel.cli.cluster.FileAccess;
import glockenspiel.cli.cluster.ImageVerdict;
import glockenspiel.cli.cluster.LocalCluster;
import glockenspiel.cli.cluster.NewImage;
import glockenspiel.cli.workload.Workload;
import glockenspiel.journal.core.JournalStatus;
import glockenspiel.lockmanager.core.Notice;
import glockenspiel.node.core.NodeState;
import glockenspiel.node.core.NodeStatus;
import glockenspiel.node.event.NodeEvent;
import glockenspiel.node.freeze.FreezeState;
import glockenspiel.node.withdraw.WithdrawKind;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.TreeMap;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.api.parallel.Execution;
import org.junit.jupiter.api.parallel.ExecutionMode;

/**
 * A real cluster is frozen while it works, and what is on the device then is copied and checked.
 */
@Execution(ExecutionMode.CONCURRENT)
class FreezeTest {
  private static final int NODES = 3;
  private static final int CLIENTS = 3;
  private static final int ROUNDS = 3;
  private static final long PATIENCE_NANOS = TimeUnit.SECONDS.toNanos(60);
  private static final String TIMEOUT = "--timeout=60";

  @TempDir private Path folder = Path.of("");

  private static String addresses(LocalCluster cluster) {
    return "--node="
        + cluster.nodes().stream()
            .map(node -> "127.0.0.1:" + node.port())
            .collect(Collectors.joining(","));
  }

  /** What nobody writes to is the same before and after a copy of it was looked at. */
  private void assertConsistent(Path image, int round) throws Exception {
    Path copy = folder.resolve("copy-" + round + ".img");
    Files.copy(image, copy);
    ImageVerdict verdict = ImageVerdict.of(copy);
    assertTrue(verdict.isClean(), verdict::toString);
    assertEquals(-1, Files.mismatch(image, copy), "the frozen image has changed");
    Files.delete(copy);
  }

  private static void awaitMore(Workload workload) throws InterruptedException {
    long before = workload.operations().ended();
    workload.awaitOperations(before + 50, PATIENCE_NANOS);
    assertEquals(List.of(), workload.errors());
    assertTrue(workload.operations().ended() >= before + 50, "nobody works");
  }

  @Test
  void aFrozenVolumeIsConsistentWithoutAReplayAndGoesOnAfterTheThaw() throws Exception {
    Path image = folder.resolve("volume.img");
    NewImage.small(NODES).write(image);
    try (LocalCluster cluster =
        LocalCluster.start(ClusterSettings.of(image, NODES), ClusterListener.NONE)) {
      cluster.nodes().forEach(ClusterNode::mount);
      String nodes = addresses(cluster);
      String locks = "--lock-manager=127.0.0.1:" + cluster.lockManagerPort();
      Workload workload = Workload.start(List.copyOf(cluster.nodes()), CLIENTS, 1);
      for (int round = 0; round < ROUNDS; round++) {
        awaitMore(workload);
        String freezer = cluster.node(round).name();
        JsonNode frozen = GlockRun.of("freeze", freezer, "--json", TIMEOUT, nodes).json();
        assertEquals("FROZEN", frozen.get("freeze").textValue());
        assertEquals(freezer, frozen.get("freezer").textValue());
        for (JsonNode node : GlockRun.of("status", "--json", locks, nodes).json().get("nodes")) {
          assertEquals("FROZEN", node.get("freeze").get("state").textValue());
          assertEquals(freezer, node.get("freeze").get("freezer").textValue());
        }
        String other = cluster.node((round + 1) % NODES).name();
        GlockRun.of("freeze", other, nodes).refused(4, "the volume is frozen by node " + freezer);
        GlockRun.of("thaw", other, nodes).refused(4, "frozen by node " + freezer, "thawed there");
        assertConsistent(image, round);
        JsonNode thawed = GlockRun.of("thaw", "--json", nodes).json();
        assertEquals("THAWED", thawed.get("freeze").textValue());
        assertFalse(thawed.has("freezer"));
      }
      GlockRun.of("thaw", nodes).refused(4, "the volume is not frozen");
      awaitMore(workload);
      assertTrue(workload.stop(PATIENCE_NANOS));
      Map<Integer, FileAccess> through = new TreeMap<>();
      cluster.nodes().forEach(node -> through.put(node.index(), node));
      Workload.Findings findings = workload.verify(through, PATIENCE_NANOS);
      assertEquals(List.of(), findings.violations());
      assertEquals(List.of(), workload.sharedViolations());
    }
    ImageVerdict verdict = ImageVerdict.of(image);
    assertTrue(verdict.isClean(), verdict::toString);
  }

  /** Tells when the statfs change of a dead node is in the master. */
  private static final class FoldWatch implements ClusterListener {
    final CountDownLatch folded = new CountDownLatch(1);

    @Override
    public void nodeEvent(int node, NodeEvent event) {
      if (event instanceof NodeEvent.StatfsFolded) {
        folded.countDown();
      }
    }

    @Override
    public void notice(Notice notice) {}

    @Override
    public void journal(JournalStatus status) {}
  }

  @Test
  void aFreezeThatTakesTooLongIsGivenUpAndTheNextOneSucceeds() throws Exception {
    Path image = folder.resolve("volume.img");
    NewImage.small(NODES).write(image);
    FoldWatch watch = new FoldWatch();
    try (LocalCluster cluster = LocalCluster.start(ClusterSettings.of(image, NODES), watch)) {
      cluster.nodes().forEach(ClusterNode::mount);
      String nodes =
          "--node=127.0.0.1:" + cluster.node(0).port() + ",127.0.0.1:" + cluster.node(1).port();
      cluster.node(2).call(fs -> fs.create("/file", 0644));
      cluster.node(2).crash();
      // Its lease has to end first.
      GlockRun late = GlockRun.of("freeze", "--timeout=1", nodes);
      assertEquals(3, late.exitCode(), late.err());
      cluster.node(1).call(fs -> fs.create("/other", 0644));
      assertTrue(watch.folded.await(60, TimeUnit.SECONDS));

      assertEquals(0, GlockRun.of("freeze", TIMEOUT, nodes).exitCode());
      assertConsistent(image, 0);
      // A freezer that leaves thaws.
      cluster.node(0).unmount();
      cluster.node(1).call(fs -> fs.create("/another", 0644));

      assertEquals(0, GlockRun.of("freeze", cluster.node(1).name(), TIMEOUT, nodes).exitCode());
      cluster.node(0).mount();
      NodeStatus frozen = cluster.node(0).status();
      assertEquals(NodeState.MOUNTED, frozen.state());
      assertEquals(FreezeState.FROZEN, Objects.requireNonNull(frozen.freeze()).state());
      cluster.node(1).withdraw(WithdrawKind.OPERATOR, "while it freezes").get(60, TimeUnit.SECONDS);
      cluster.node(0).call(fs -> fs.create("/after", 0644));
    }
    ImageVerdict verdict = ImageVerdict.of(image);
    assertTrue(verdict.isClean(), verdict::toString);
  }
}
