package glockenspiel.cli.process;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import glockenspiel.cli.cluster.FileAccess.GoneException;
import glockenspiel.cli.cluster.ImageVerdict;
import glockenspiel.cli.cluster.NewImage;
import java.nio.ByteBuffer;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.ConcurrentSkipListMap;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.api.parallel.Execution;
import org.junit.jupiter.api.parallel.ExecutionMode;

/**
 * The journal-service is killed while calls are under way, and started again: each node works again
 * without a word of an operator, and nothing that was acknowledged is lost.
 */
@Execution(ExecutionMode.CONCURRENT)
class JournalServiceKilledTest {
  private static final long LEASE_MILLIS = 3000;
  private static final long DELAY_MILLIS = 40;
  private static final long PATIENCE_SECONDS = 60;
  private static final int LINES = 8000;

  @TempDir private Path folder = Path.of("");

  private ProcessCluster cluster() throws Exception {
    Path image = folder.resolve("volume.img");
    NewImage.small(3).write(image);
    return new ProcessCluster(folder, image, NewImage.VOLUME, LEASE_MILLIS);
  }

  private void endInOrder(ProcessCluster cluster, ServiceProcess... nodes) throws Exception {
    cluster.endInOrder(List.of(nodes));
    ImageVerdict verdict = ImageVerdict.of(folder.resolve("volume.img"));
    assertTrue(verdict.isClean(), verdict::toString);
  }

  private static ByteBuffer content(String text) {
    return ByteBuffer.wrap("%-11s%n".formatted(text).repeat(LINES).getBytes(UTF_8));
  }

  private static void write(RemoteNode node, String path, String text, boolean isNew) {
    node.files(
        fs -> {
          if (isNew) {
            fs.create(path);
          }
          int written = fs.write(path, 0, content(text));
          fs.sync();
          return written;
        });
  }

  private static ByteBuffer read(RemoteNode node, String path) {
    return node.files(fs -> fs.read(path, 0, content("").capacity() + 1));
  }

  /** Makes new files and writes old ones again, in turn, and remembers what was acknowledged. */
  private static final class Writer {
    private final RemoteNode node;
    private final Map<String, String> acknowledged = new ConcurrentSkipListMap<>();
    private final BlockingQueue<String> successes = new LinkedBlockingQueue<>();
    private final Thread thread;
    private volatile boolean stopped;

    Writer(RemoteNode node) {
      this.node = node;
      this.thread = Thread.ofVirtual().start(this::run);
    }

    private void run() {
      for (int count = 0; !stopped; count++) {
        String path = "/" + node.name() + count / 2;
        String text = String.valueOf(count);
        // Of what failed nobody knows whether it has happened: another name is used from then on.
        boolean isNew = count % 2 == 0;
        if (!isNew && !acknowledged.containsKey(path)) {
          continue;
        }
        try {
          if (!isNew) {
            acknowledged.remove(path);
          }
          write(node, path, text, isNew);
          acknowledged.put(path, text);
          successes.add(path);
        } catch (GoneException tryAgain) {
          // It withdraws, or mounts again.
        }
      }
    }

    void awaitSuccesses(int wanted) throws InterruptedException {
      for (int i = 0; i < wanted; i++) {
        assertTrue(successes.poll(PATIENCE_SECONDS, TimeUnit.SECONDS) != null, node.name());
      }
    }

    void stop() throws InterruptedException {
      stopped = true;
      thread.join();
    }
  }

  @Test
  void whileNodesAppendAndWriteInPlace() throws Exception {
    try (ProcessCluster cluster = cluster()) {
      ServiceProcess one = cluster.mountedNode("one");
      ServiceProcess two = cluster.mountedNode("two");
      cluster.ways("one").journalService().slow(DELAY_MILLIS);
      cluster.ways("two").journalService().slow(DELAY_MILLIS);
      try (RemoteNode ofOne = RemoteNode.of("one", one);
          RemoteNode ofTwo = RemoteNode.of("two", two)) {
        List<Writer> writers = List.of(new Writer(ofOne), new Writer(ofTwo));
        for (Writer writer : writers) {
          writer.awaitSuccesses(3);
        }
        cluster.journalService().kill();
        cluster.startJournalServiceAgain();
        for (Writer writer : writers) {
          writer.successes.clear();
          writer.awaitSuccesses(3);
        }
        for (Writer writer : writers) {
          writer.stop();
        }
        for (Writer writer : writers) {
          RemoteNode reader = writer.node == ofOne ? ofTwo : ofOne;
          writer.acknowledged.forEach(
              (path, text) -> assertEquals(content(text), read(reader, path), path));
        }
      }
      endInOrder(cluster, one, two);
    }
  }

  @Test
  void whileAJournalIsReplayed() throws Exception {
    try (ProcessCluster cluster = cluster()) {
      ServiceProcess victim = cluster.mountedNode("victim");
      ServiceProcess helper = cluster.mountedNode("helper");
      try (RemoteNode node = RemoteNode.of("victim", victim)) {
        write(node, "/synced", "text", true);
      }
      int before = cluster.lockManager().said();
      cluster.ways("helper").journalService().slow(300);
      victim.kill();
      helper.await("event=JOURNAL_CHECKED");
      cluster.journalService().kill();
      helper.await("event=REPLAY_FAILED");
      cluster.ways("helper").journalService().slow(0);
      cluster.startJournalServiceAgain();
      var _ = cluster.lockManager().await(Pattern.compile("gate opened"), before);
      try (RemoteNode node = RemoteNode.of("helper", helper)) {
        assertEquals(content("text"), read(node, "/synced"));
      }
      assertFalse(helper.hasSaid("WITHDRAW_STARTED"), helper::allSaid);
      endInOrder(cluster, helper);
    }
  }
}
