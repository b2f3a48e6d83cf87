package glockenspiel.node.filesystem;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import glockenspiel.ondisk.inode.Dinode;
import glockenspiel.ondisk.inode.DinodeFlags;
import glockenspiel.runtime.task.Promise;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;
import java.util.SplittableRandom;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Files under a directory with INHERIT_JDATA have their data in the journal. */
final class JournaledDataTest {
  private static VolumeImage image(int blockSize, TestCluster cluster) {
    TestCluster.Node node = cluster.mount(0);
    long root = node.call(() -> node.fs().lookup("/").address());
    node.unmount();
    VolumeImage image = cluster.storage.device();
    ByteBuffer content = image.get(root);
    Dinode dinode = Dinode.of(content, root, cluster.geometry);
    dinode.setFlags(dinode.flags() | DinodeFlags.INHERIT_JDATA);
    image.put(root, content);
    assertEquals(blockSize, image.blockSize());
    return image;
  }

  @ParameterizedTest
  @CsvSource({"512,1", "1024,2", "4096,3", "4096,4"})
  void twoNodesAndACrash(int blockSize, long seed) {
    VolumeImage image;
    try (TestCluster cluster = new TestCluster(blockSize, seed)) {
      image = image(blockSize, cluster);
    }
    SplittableRandom random = new SplittableRandom(seed);
    List<WorkloadClient> clients = new ArrayList<>();
    for (int i = 0; i < 3; i++) {
      clients.add(new WorkloadClient("/c" + i, random.split(), 20_000));
    }
    try (TestCluster cluster = new TestCluster(image, seed, 600)) {
      List<TestCluster.Node> nodes = List.of(cluster.mount(0), cluster.mount(1));
      nodes.getFirst().run(() -> clients.forEach(client -> client.start(nodes.getFirst().fs())));
      for (int round = 0; round < 12; round++) {
        List<Promise<String>> running = new ArrayList<>();
        for (WorkloadClient client : clients) {
          TestCluster.Node node = nodes.get(random.nextInt(2));
          int steps = random.nextInt(1, 10);
          running.add(
              node.owner.start(
                  "client",
                  () -> {
                    for (int i = 0; i < steps; i++) {
                      client.step(node.fs());
                    }
                    return "";
                  }));
        }
        assertTrue(
            cluster.scheduler.runUntil(
                () -> running.stream().allMatch(Promise::isDone), Long.MAX_VALUE),
            cluster.allGlocks::waiting);
        running.forEach(Promise::get);
        cluster.allGlocks.check();
      }
      TestCluster.Node left = nodes.get(1);
      left.run(() -> left.fs().sync());
      nodes.get(0).crash();
      left.run(() -> left.fs().foldStatfs(0));
      left.run(() -> clients.forEach(client -> client.verifyReadable(left.fs())));
      left.unmount();
      image.fsck("after journaled data");
    }
  }
}
