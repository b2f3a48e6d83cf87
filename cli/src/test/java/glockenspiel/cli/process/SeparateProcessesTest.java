package glockenspiel.cli.process;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import glockenspiel.cli.cluster.ImageVerdict;
import glockenspiel.cli.cluster.NewImage;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.api.parallel.Execution;
import org.junit.jupiter.api.parallel.ExecutionMode;

/** What happens to processes, with processes: killed, stopped, started again. */
@Execution(ExecutionMode.CONCURRENT)
class SeparateProcessesTest {
  private static final long LEASE_MILLIS = 2500;

  /** In half of it a lock-manager must start, on a machine that does other things, too. */
  private static final long RESTART_LEASE_MILLIS = 7000;

  private static final Pattern GATE_OPENED = Pattern.compile("gate opened");
  private static final Pattern GATE_CLOSED = Pattern.compile("gate closed .*journals=\\[1]");
  private static final Pattern MOUNTED = Pattern.compile("event=MOUNTED");

  @TempDir private Path folder = Path.of("");

  private static byte[] content(String text) {
    return text.repeat(500).getBytes(UTF_8);
  }

  private ProcessCluster cluster() throws Exception {
    return cluster(LEASE_MILLIS);
  }

  private ProcessCluster cluster(long leaseMillis) throws Exception {
    Path image = folder.resolve("volume.img");
    NewImage.small(3).write(image);
    return new ProcessCluster(folder, image, NewImage.VOLUME, leaseMillis);
  }

  private void endInOrder(ProcessCluster cluster, ServiceProcess... nodes) throws Exception {
    cluster.endInOrder(List.of(nodes));
    ImageVerdict verdict = ImageVerdict.of(folder.resolve("volume.img"));
    assertTrue(verdict.isClean(), verdict::toString);
  }

  private static void write(ServiceProcess process, String path, boolean sync) throws Exception {
    try (RemoteNode node = RemoteNode.of("node", process)) {
      ByteBuffer content = ByteBuffer.wrap(content(path));
      int written =
          node.files(
              fs -> {
                fs.create(path);
                int count = fs.write(path, 0, content);
                if (sync) {
                  fs.sync();
                }
                return count;
              });
      assertEquals(content.remaining(), written);
    }
  }

  private static void assertThere(ServiceProcess process, String path) throws Exception {
    try (RemoteNode node = RemoteNode.of("node", process)) {
      byte[] content = content(path);
      assertEquals(
          ByteBuffer.wrap(content), node.files(fs -> fs.read(path, 0, content.length + 1)));
    }
  }

  private static void assertSaysNothingOf(ServiceProcess process, String text) {
    assertFalse(process.hasSaid(text), () -> text + " in\n" + process.allSaid());
  }

  @Test
  void whatWasSyncedSurvivesKillNine() throws Exception {
    try (ProcessCluster cluster = cluster()) {
      ServiceProcess survivor = cluster.mountedNode("survivor");
      ServiceProcess victim = cluster.mountedNode("victim");
      write(victim, "/synced", true);
      write(victim, "/not-synced", false);
      int before = cluster.lockManager().said();
      victim.kill();
      cluster.lockManager().await(GATE_CLOSED, before);
      cluster.lockManager().await(GATE_OPENED, before);

      assertThere(survivor, "/synced");
      ServiceProcess again = cluster.mountedNode("victim");
      assertThere(again, "/synced");
      endInOrder(cluster, again, survivor);
    }
  }

  @Test
  void nodesGoOnWithARestartedLockManagerAndADeadOneIsRecovered() throws Exception {
    try (ProcessCluster cluster = cluster(RESTART_LEASE_MILLIS)) {
      ServiceProcess one = cluster.mountedNode("one");
      ServiceProcess two = cluster.mountedNode("two");
      ServiceProcess dead = cluster.mountedNode("dead");
      write(one, "/one", true);
      write(dead, "/dead", true);
      cluster.lockManager().kill();
      dead.kill();
      cluster.startLockManagerAgain();
      // Cached, and held all the time.
      assertThere(one, "/one");
      cluster.lockManager().await(GATE_OPENED, 0);

      assertThere(two, "/one");
      assertThere(two, "/dead");
      write(two, "/two", true);
      assertThere(one, "/two");
      for (ServiceProcess node : new ServiceProcess[] {one, two}) {
        assertSaysNothingOf(node, "WITHDRAW_STARTED");
        assertTrue(node.hasSaid("event=SESSION_REASSERTED"), node::allSaid);
      }
      ServiceProcess again = cluster.mountedNode("dead");
      endInOrder(cluster, again, one, two);
    }
  }

  @Test
  void aStoppedNodeFindsItselfFencedAndComesBack() throws Exception {
    try (ProcessCluster cluster = cluster()) {
      ServiceProcess survivor = cluster.mountedNode("survivor");
      ServiceProcess stopped = cluster.mountedNode("stopped");
      write(stopped, "/synced", true);
      write(stopped, "/not-synced", false);
      int before = cluster.lockManager().said();
      stopped.signal("STOP");
      cluster.lockManager().await(GATE_CLOSED, before);
      cluster.lockManager().await(GATE_OPENED, before);
      write(survivor, "/meanwhile", true);
      stopped.signal("CONT");
      stopped.await("event=WITHDRAWN");
      assertThere(survivor, "/synced");
      assertThere(survivor, "/meanwhile");

      // The same process mounts again.
      try (RemoteNode node = RemoteNode.of("stopped", stopped)) {
        node.mount();
      }
      assertThere(stopped, "/meanwhile");
      endInOrder(cluster, stopped, survivor);
    }
  }

  @Test
  void nodesGoOnWithARestartedJournalService() throws Exception {
    try (ProcessCluster cluster = cluster()) {
      ServiceProcess one = cluster.mountedNode("one");
      ServiceProcess two = cluster.mountedNode("two");
      write(one, "/before", true);
      cluster.journalService().kill();
      cluster.startJournalServiceAgain();

      assertThere(two, "/before");
      write(two, "/after", true);
      assertThere(one, "/after");
      assertSaysNothingOf(one, "WITHDRAW_STARTED");
      assertSaysNothingOf(two, "WITHDRAW_STARTED");
      endInOrder(cluster, one, two);
    }
  }

  @Test
  void allAreKilledAtOnceAndTheFirstMounterReplaysEverything() throws Exception {
    try (ProcessCluster cluster = cluster()) {
      ServiceProcess one = cluster.mountedNode("one");
      ServiceProcess two = cluster.mountedNode("two");
      write(one, "/one", true);
      write(two, "/two", true);
      for (ServiceProcess each :
          new ServiceProcess[] {one, cluster.lockManager(), cluster.journalService(), two}) {
        each.kill();
      }
      cluster.startLockManagerAgain();
      cluster.startJournalServiceAgain();
      ServiceProcess first = cluster.startNode("one");
      ServiceProcess second = cluster.startNode("two");
      first.await(MOUNTED, 0);
      second.await(MOUNTED, 0);
      assertThere(first, "/two");
      assertThere(second, "/one");
      endInOrder(cluster, first, second);
    }
  }

  @Test
  void upServesUntilItIsToldToEndAndLeavesNothing() throws Exception {
    try (ServiceProcess up =
        ServiceProcess.start(
            folder.resolve("up.log"), "up", "--port", "0", "--nodes", "2", "--json")) {
      Path image = Path.of(up.await(Pattern.compile("^\\{.*\"image\":\"([^\"]+)\""), 0).group(1));
      assertTrue(Files.exists(image));
      assertEquals(ProcessCluster.SIGTERM_EXIT, up.terminate());
      assertFalse(Files.exists(image));
    }
  }
}
