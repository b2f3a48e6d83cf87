package glockenspiel.node.filesystem;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import glockenspiel.protocol.storage.StatfsCounts;
import java.nio.ByteBuffer;
import java.util.List;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/**
 * A node dies while it frees a large file: what is left is legal, and the next node frees the rest.
 */
final class CrashInDeletionTest {
  @ParameterizedTest
  @CsvSource({
    "512,1,unlink",
    "512,2,truncate",
    "1024,3,unlink",
    "4096,4,unlink",
    "4096,5,truncate"
  })
  void goesOn(int blockSize, long seed, String operation) {
    VolumeImage image = VolumeImage.empty(blockSize);
    StatfsCounts before;
    try (TestCluster cluster = new TestCluster(image, seed, 4000)) {
      TestCluster.Node node = cluster.mount(0);
      before = node.call(() -> node.fs().statfs());
      node.run(
          () -> {
            node.fs().create("/large", 0644);
            for (int at = 0; at < 6_000_000; at += 1_000_000) {
              node.fs().write("/large", at, ByteBuffer.allocate(1_000_000));
            }
          });
      node.unmount();
    }
    try (TestCluster cluster = new TestCluster(image, seed, 4000)) {
      // Nothing is cached, so the deletion waits for many reads, and a sync in between catches a
      // part of it.
      TestCluster.Node node = cluster.mount(0);
      node.owner.start(
          "remove",
          () -> {
            if (operation.equals("unlink")) {
              node.fs().unlink("/large");
            } else {
              node.fs().truncate("/large");
            }
            return "";
          });
      node.owner.start(
          "sync",
          () -> {
            node.owner.pause(blockSize == 4096 ? 4_000_000 : 15_000_000);
            node.fs().sync();
            return "";
          });
      int flushes = cluster.storage.journal(0).flushes();
      // The first flush with a part of the deletion is durable, the rest is not.
      cluster.scheduler.runUntil(
          () -> cluster.storage.journal(0).flushes() > flushes, Long.MAX_VALUE);
      node.crash();
    }
    try (TestCluster cluster = new TestCluster(image, seed, 4000)) {
      TestCluster.Node node = cluster.mount(1);
      node.run(() -> node.fs().foldStatfs(0));
      assertNotEquals(before, node.call(() -> node.fs().statfs()), "something is left to be freed");
      if (operation.equals("unlink")) {
        node.run(() -> assertThrows(FileSystemException.class, () -> node.fs().stat("/large")));
      } else {
        node.run(
            () -> {
              assertEquals(0, node.fs().stat("/large").size());
              node.fs().write("/large", 0, ByteBuffer.wrap(new byte[] {1}));
              assertEquals(1, node.fs().stat("/large").blocks());
              node.fs().unlink("/large");
            });
      }
      node.unmount();
      assertEquals(List.of(), node.withdraws);
      image.fsck("after the rest was freed");
    }
    try (TestCluster cluster = new TestCluster(image, seed, 4000)) {
      TestCluster.Node node = cluster.mount(0);
      assertEquals(before, node.call(() -> node.fs().statfs()));
      node.unmount();
    }
  }
}
