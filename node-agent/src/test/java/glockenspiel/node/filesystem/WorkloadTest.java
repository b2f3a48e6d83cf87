package glockenspiel.node.filesystem;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import glockenspiel.runtime.task.Promise;
import java.util.ArrayList;
import java.util.List;
import java.util.SplittableRandom;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/**
 * Random work of several clients at once, on one node and on two, with and without crashes;
 * fsck.gfs2 has the last word.
 */
final class WorkloadTest {
  private static final int CLIENTS = 3;

  private static List<WorkloadClient> clients(SplittableRandom random, int sizeMax) {
    List<WorkloadClient> clients = new ArrayList<>();
    for (int i = 0; i < CLIENTS; i++) {
      clients.add(new WorkloadClient("/c" + i, random.split(), sizeMax));
    }
    return clients;
  }

  private static void startAll(TestCluster.Node node, List<WorkloadClient> clients) {
    node.run(() -> clients.forEach(client -> client.start(node.fs())));
  }

  private static List<Promise<Void>> work(
      TestCluster.Node node, List<WorkloadClient> clients, int steps) {
    List<Promise<Void>> running = new ArrayList<>();
    for (WorkloadClient client : clients) {
      running.add(
          node.owner.start(
              "client",
              () -> {
                for (int i = 0; i < steps; i++) {
                  client.step(node.fs());
                }
                return null;
              }));
    }
    return running;
  }

  private static void finish(TestCluster cluster, List<Promise<Void>> running) {
    boolean done =
        cluster.scheduler.runUntil(
            () -> running.stream().allMatch(Promise::isDone), Long.MAX_VALUE);
    running.forEach(
        promise -> {
          if (promise.isDone()) {
            promise.get();
          }
        });
    cluster.allGlocks.check();
    assertTrue(done, () -> "all clients have ended\n" + cluster.allGlocks.waiting());
  }

  @ParameterizedTest
  @CsvSource({"512,1", "1024,2", "4096,3", "512,4", "4096,5"})
  void oneNode(int blockSize, long seed) {
    try (TestCluster cluster = new TestCluster(blockSize, seed)) {
      SplittableRandom random = new SplittableRandom(seed);
      List<WorkloadClient> clients = clients(random, 40_000);
      TestCluster.Node node = cluster.mount(0);
      startAll(node, clients);
      finish(cluster, work(node, clients, 150));
      node.run(() -> clients.forEach(client -> client.verify(node.fs())));
      node.unmount();
      assertEquals(List.of(), node.withdraws);
      cluster.storage.device().fsck("after the workload");
      TestCluster.Node again = cluster.mount(1);
      again.run(() -> clients.forEach(client -> client.verify(again.fs())));
      again.unmount();
    }
  }

  @ParameterizedTest
  @CsvSource({"512,11", "1024,12", "4096,13", "4096,14"})
  void aSmallJournal(int blockSize, long seed) {
    VolumeImage image = VolumeImage.empty(blockSize);
    try (TestCluster cluster = new TestCluster(image, seed, 400)) {
      SplittableRandom random = new SplittableRandom(seed);
      List<WorkloadClient> clients = clients(random, 30_000);
      TestCluster.Node node = cluster.mount(0);
      startAll(node, clients);
      finish(cluster, work(node, clients, 150));
      node.run(() -> clients.forEach(client -> client.verify(node.fs())));
      node.unmount();
      assertEquals(List.of(), node.withdraws);
      image.fsck("after the workload");
    }
  }

  @ParameterizedTest
  @CsvSource({"512,21", "1024,22", "4096,23", "4096,24"})
  void twoNodes(int blockSize, long seed) {
    try (TestCluster cluster = new TestCluster(blockSize, seed)) {
      SplittableRandom random = new SplittableRandom(seed);
      List<WorkloadClient> clients = clients(random, 30_000);
      List<TestCluster.Node> nodes = List.of(cluster.mount(0), cluster.mount(1));
      startAll(nodes.getFirst(), clients);
      for (int round = 0; round < 20; round++) {
        List<Promise<Void>> running = new ArrayList<>();
        for (WorkloadClient client : clients) {
          TestCluster.Node node = nodes.get(random.nextInt(2));
          running.addAll(work(node, List.of(client), random.nextInt(1, 12)));
        }
        finish(cluster, running);
      }
      nodes.get(1).run(() -> clients.forEach(client -> client.verify(nodes.get(1).fs())));
      nodes.get(0).unmount();
      nodes.get(1).unmount();
      cluster.allGlocks.check();
      assertTrue(cluster.allGlocks.demotes() > 50, "demotes " + cluster.allGlocks.demotes());
      cluster.storage.device().fsck("after the workload of two nodes");
    }
  }

  @ParameterizedTest
  @CsvSource({"512,31", "1024,32", "4096,33", "512,34", "4096,35", "1024,36"})
  void crashes(int blockSize, long seed) {
    VolumeImage image = VolumeImage.empty(blockSize);
    SplittableRandom random = new SplittableRandom(seed);
    for (int round = 0; round < 4; round++) {
      try (TestCluster cluster = new TestCluster(image, random.nextLong(), 500)) {
        List<WorkloadClient> clients = new ArrayList<>();
        for (int i = 0; i < CLIENTS; i++) {
          clients.add(new WorkloadClient("/r" + round + i, random.split(), 30_000));
        }
        if (blockSize == 512 && round > 0) {
          break;
        }
        TestCluster.Node node = cluster.mount(0);
        startAll(node, clients);
        List<Promise<Void>> running = work(node, clients, 10_000);
        cluster.scheduler.runFor(random.nextLong(50_000_000L, 2_000_000_000L));
        running.stream().filter(Promise::isDone).forEach(Promise::get);
        node.crash();

        TestCluster.Node next = cluster.mount(random.nextBoolean() ? 0 : 1);
        next.run(() -> next.fs().foldStatfs(0));
        next.run(() -> clients.forEach(client -> client.verifyAfterCrash(next.fs())));
        next.unmount();
        assertEquals(List.of(), next.withdraws);
        image.fsck("after crash " + round);
      }
    }
  }
}
