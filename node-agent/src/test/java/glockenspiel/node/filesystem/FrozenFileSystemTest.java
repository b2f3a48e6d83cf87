package glockenspiel.node.filesystem;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import glockenspiel.ondisk.log.LogFlags;
import glockenspiel.runtime.task.Promise;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

/** What a frozen file system does, and what it leaves on the device. */
final class FrozenFileSystemTest {
  private static final int SEEDS = 8;
  private static final long SECOND = 1_000_000_000;

  /** By then what was started has begun. */
  private static final long BEGIN = 10_000;

  private static Promise<@Nullable Void> write(TestCluster.Node node, String path) {
    return node.owner.start(
        "write",
        () -> {
          node.fs().write(path, 0, ByteBuffer.allocate(30_000));
          return null;
        });
  }

  private static TestCluster.Node working(TestCluster cluster, int jid) {
    TestCluster.Node node = cluster.mount(jid);
    node.run(
        () -> {
          node.fs().create("/f" + jid, 0644);
          node.fs().write("/f" + jid, 0, ByteBuffer.allocate(20_000));
          node.fs().create("/gone" + jid, 0644);
          node.fs().unlink("/gone" + jid);
        });
    return node;
  }

  @Test
  void theImageOfAFrozenVolumeNeedsNoReplay() {
    for (long seed = 0; seed < SEEDS; seed++) {
      try (TestCluster cluster = new TestCluster(1024, seed)) {
        List<TestCluster.Node> nodes = List.of(working(cluster, 0), working(cluster, 1));
        List<Promise<@Nullable Void>> writes = new ArrayList<>();
        nodes.forEach(node -> writes.add(write(node, "/f" + node.jid)));
        cluster.scheduler.runFor(BEGIN);
        nodes.forEach(node -> node.run(node.fs()::freeze));
        for (TestCluster.Node node : nodes) {
          assertTrue(cluster.storage.journal(node.jid).replay().isEmpty(), "seed " + seed);
          int flags = cluster.storage.journal(node.jid).newestFlags();
          assertEquals(
              LogFlags.UNMOUNT | LogFlags.FLUSH_FREEZE | LogFlags.LFC_FREEZE_GO_SYNC, flags);
        }
        if (seed == 0) {
          cluster.storage.device().fsck("frozen");
        }
        assertTrue(writes.stream().allMatch(Promise::isDone), "a change under way was cut off");
        nodes.forEach(node -> node.fs().thaw());
        nodes.forEach(TestCluster.Node::unmount);
      }
    }
  }

  @Test
  void changesWaitReadsAndDemotesGoOn() {
    for (long seed = 0; seed < SEEDS; seed++) {
      try (TestCluster cluster = new TestCluster(4096, seed)) {
        TestCluster.Node node = working(cluster, 0);
        TestCluster.Node other = working(cluster, 1);
        node.run(node.fs()::freeze);
        other.run(other.fs()::freeze);
        int flushes = cluster.storage.journal(0).flushes();
        var change = write(node, "/f0");
        cluster.scheduler.runFor(10 * SECOND);
        assertFalse(change.isDone());
        other.run(() -> assertEquals(20_000, other.fs().read("/f0", 0, 30_000).remaining()));
        node.run(() -> node.fs().sync());
        assertEquals(flushes, cluster.storage.journal(0).flushes());
        assertEquals(List.of(), node.withdraws);

        node.fs().thaw();
        other.fs().thaw();
        cluster.scheduler.runUntil(change::isDone, 10 * SECOND);
        node.run(() -> assertEquals(30_000, node.fs().stat("/f0").size()));
        node.unmount();
        other.unmount();
      }
    }
  }

  @Test
  void aChangeThatWaitsFailsWhenTheNodeWithdraws() {
    try (TestCluster cluster = new TestCluster(4096, 2)) {
      TestCluster.Node node = working(cluster, 0);
      node.run(node.fs()::freeze);
      var change = write(node, "/f0");
      cluster.scheduler.runFor(SECOND);
      node.run(() -> node.fs().abort());
      cluster.scheduler.runUntil(change::isDone, SECOND);
      assertTrue(change.isFailed());
    }
  }
}
