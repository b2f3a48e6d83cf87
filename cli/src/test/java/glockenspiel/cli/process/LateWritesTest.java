package glockenspiel.cli.process;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import glockenspiel.cli.cluster.FileAccess.GoneException;
import glockenspiel.cli.cluster.ImageVerdict;
import glockenspiel.cli.cluster.NewImage;
import glockenspiel.cli.cluster.Relay;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.List;
import java.util.function.Consumer;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.api.parallel.Execution;
import org.junit.jupiter.api.parallel.ExecutionMode;

/**
 * Once a peer has replayed the journal of a node that was cut off, and has left the image at rest,
 * not one byte of it changes, whatever the node still sends (rule 3).
 */
@Execution(ExecutionMode.CONCURRENT)
class LateWritesTest {
  private static final long LEASE_MILLIS = 3000;
  private static final String SYNCED = "/synced";
  private static final String NEVER_SYNCED = "/never-synced";
  private static final Pattern GATE_OPENED = Pattern.compile("gate opened");
  private static final Pattern WITHDRAWN = Pattern.compile("event=WITHDRAWN ");

  @TempDir private Path folder = Path.of("");

  private static byte[] digest(Path image) throws IOException, NoSuchAlgorithmException {
    return MessageDigest.getInstance("SHA-256").digest(Files.readAllBytes(image));
  }

  private static void create(RemoteNode node, String path) {
    node.files(
        fs -> {
          fs.create(path);
          return path;
        });
  }

  private static void write(RemoteNode node, String path, String text) {
    ByteBuffer content = ByteBuffer.wrap(text.repeat(3000).getBytes(UTF_8));
    int written =
        node.files(
            fs -> {
              int count = fs.write(path, 0, content);
              fs.fsync(path);
              return count;
            });
    assertEquals(content.remaining(), written);
  }

  private static String read(RemoteNode node, String path) {
    return UTF_8.decode(node.files(fs -> fs.read(path, 0, (int) fs.size(path)))).toString();
  }

  private static void tryToWrite(RemoteNode node) {
    try {
      write(node, NEVER_SYNCED, "too late ");
    } catch (GoneException withdrawn) {
      // As it must.
    }
  }

  private void cutOff(ProcessCluster cluster, ServiceProcess victim, Consumer<Relay> cut)
      throws Exception {
    ServiceProcess peer = cluster.mountedNode("peer");
    try (RemoteNode ofPeer = RemoteNode.of("peer", peer);
        RemoteNode ofVictim = RemoteNode.of("victim", victim)) {
      write(ofVictim, SYNCED, "victim's ");
      int before = cluster.lockManager().said();
      int victimSaid = victim.said();
      cut.accept(cluster.ways("victim").lockManager());
      cut.accept(cluster.ways("victim").journalService());
      Thread late = Thread.startVirtualThread(() -> tryToWrite(ofVictim));
      var _ = cluster.lockManager().await(GATE_OPENED, before);
      assertEquals("victim's ".repeat(3000), read(ofPeer, SYNCED));
      write(ofPeer, SYNCED, "a peer's ");
      assertEquals(ProcessCluster.SIGTERM_EXIT, peer.terminate());
      byte[] atRest = digest(folder.resolve("volume.img"));

      cluster.ways("victim").heal();
      var _ = victim.await(WITHDRAWN, victimSaid);
      late.join();
      assertArrayEquals(atRest, digest(folder.resolve("volume.img")), "a late write has landed");
      ofVictim.mount();
      assertEquals("a peer's ".repeat(3000), read(ofVictim, SYNCED));
    }
  }

  @Test
  void nothingOfANodeThatWasCutOffLandsEvenIfItArrives() throws Exception {
    Path image = folder.resolve("volume.img");
    NewImage.small(2).write(image);
    try (ProcessCluster cluster =
        new ProcessCluster(folder, image, NewImage.VOLUME, LEASE_MILLIS)) {
      // By itself it would mount, and write, as soon as it has withdrawn.
      ServiceProcess victim = cluster.startNode("victim", "--mount", "false");
      try (RemoteNode node = RemoteNode.of("victim", victim)) {
        node.mount();
        create(node, SYNCED);
        create(node, NEVER_SYNCED);
      }
      cutOff(cluster, victim, Relay::cut);
      cutOff(cluster, victim, Relay::hold);
      cluster.endInOrder(List.of(victim));
    }
    ImageVerdict verdict = ImageVerdict.of(image);
    assertTrue(verdict.isClean(), verdict::toString);
  }
}
