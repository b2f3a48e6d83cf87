package glockenspiel.cli;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.databind.JsonNode;
import glockenspiel.cli.cluster.ClusterListener;
import glockenspiel.cli.cluster.ClusterNode;
import glockenspiel.cli.cluster.ClusterSettings;
import glockenspiel.cli.cluster.LocalCluster;
import glockenspiel.cli.cluster.NewImage;
import java.io.IOException;
import java.nio.file.Path;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.api.parallel.Execution;
import org.junit.jupiter.api.parallel.ExecutionMode;

/** The commands that ask running services, against a real cluster. */
@Execution(ExecutionMode.CONCURRENT)
class OnlineCommandsTest {
  @TempDir private Path folder = Path.of("");

  @Test
  void aClusterIsSeenAndSteered() throws IOException {
    Path image = folder.resolve("v.img");
    NewImage.small(3).write(image);
    try (LocalCluster cluster =
        LocalCluster.start(ClusterSettings.of(image, 2), ClusterListener.NONE)) {
      cluster.nodes().forEach(ClusterNode::mount);
      String locks = "--lock-manager=127.0.0.1:" + cluster.lockManagerPort();
      String journals = "--journal-service=127.0.0.1:" + cluster.journalServicePort();
      String nodes =
          "--node="
              + cluster.nodes().stream()
                  .map(node -> "127.0.0.1:" + node.port())
                  .collect(Collectors.joining(","));
      String first = cluster.node(0).name();

      JsonNode status = GlockRun.of("status", "--json", locks, nodes).json();
      assertTrue(status.get("lockspaces").get(0).get("gateOpen").booleanValue());
      assertEquals("MOUNTED", status.get("nodes").get(1).get("state").textValue());
      GlockRun alone = GlockRun.of("status", "--json", "--lock-manager=127.0.0.1:1", nodes);
      assertEquals("MOUNTED", alone.json(3).get("nodes").get(0).get("state").textValue());
      alone.refused(3, "the lock-manager at 127.0.0.1:1 cannot be reached");
      assertEquals(2, GlockRun.of("nodes", "--json", locks).json().get("nodes").size());

      JsonNode held =
          GlockRun.of("locks", "--json", "--type", "JOURNAL", "--node", first, locks)
              .json()
              .get("locks");
      assertEquals(1, held.size());
      assertEquals("EX", held.get(0).get("holders").get(0).get("mode").textValue());
      assertEquals(
          0, GlockRun.of("locks", "--json", "--contended", locks).json().get("locks").size());
      JsonNode why = GlockRun.of("why", "9/0", "--json", locks).json();
      assertEquals(first, why.get("lock").get("holders").get(0).get("node").textValue());
      JsonNode root = GlockRun.of("why", "/", "--json", locks, nodes).json();
      assertEquals("INODE", root.get("lock").get("type").textValue());
      GlockRun.of("why", "x/1", locks).refused(2, "'x/1'", "2/1a3");
      GlockRun dump = GlockRun.of("locks", "dump", locks);
      assertTrue(dump.out().startsWith("G: "), dump.out());

      JsonNode journal =
          GlockRun.of("journals", "--json", journals)
              .json()
              .get("volumes")
              .get(0)
              .get("journals")
              .get(0);
      assertTrue(journal.get("open").booleanValue());

      JsonNode withdrawn = GlockRun.of("withdraw", first, "--json", nodes).json();
      assertEquals("WITHDRAWN", withdrawn.get("state").textValue());
      assertEquals(1, GlockRun.of("status", "--json", locks, nodes).exitCode(), "a node is away");
      GlockRun.of("withdraw", "nobody", nodes).refused(2, "nobody", "--node");

      assertEquals(
          "MOUNTED", GlockRun.of("mount", first, "--json", nodes).json().get("state").textValue());
      JsonNode unmounted = GlockRun.of("unmount", first, "--json", nodes).json();
      assertEquals("UNMOUNTED", unmounted.get("state").textValue());
      assertFalse(unmounted.has("jid"));

      String second = cluster.node(1).name();
      JsonNode evicted = GlockRun.of("evict", second, "--json", locks).json();
      assertEquals(1, evicted.get("pendingJournals").size());
      GlockRun.of("evict", second, locks).refused(2, second, "glock nodes");
    }
  }
}
