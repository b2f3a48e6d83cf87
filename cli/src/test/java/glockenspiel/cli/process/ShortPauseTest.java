package glockenspiel.cli.process;

import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import glockenspiel.cli.cluster.ImageVerdict;
import glockenspiel.cli.cluster.NewImage;
import glockenspiel.cli.cluster.Relay;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.api.parallel.Execution;
import org.junit.jupiter.api.parallel.ExecutionMode;

/** What is only slow, or away for less than its lease, is waited for. */
@Execution(ExecutionMode.CONCURRENT)
class ShortPauseTest {
  private static final long LEASE_MILLIS = 4000;

  /** Longer than a lease. */
  private static final long A_WHILE_NANOS = 5 * LEASE_MILLIS / 4 * 1_000_000;

  private static final long DELAY_MILLIS = 50;
  private static final long BYTES_PER_SECOND = 4 << 20;

  /** A node renews every third of its lease, and stops a tenth early: so long it surely may. */
  private static final long PAUSE_MILLIS = LEASE_MILLIS / 3;

  @TempDir private Path folder = Path.of("");

  @Test
  void neitherASlowNetworkNorAShortPauseMakesANodeWithdraw() throws Exception {
    Path image = folder.resolve("volume.img");
    NewImage.small(2).write(image);
    try (ProcessCluster cluster =
        new ProcessCluster(folder, image, NewImage.VOLUME, LEASE_MILLIS)) {
      ServiceProcess one = cluster.mountedNode("one");
      ServiceProcess two = cluster.mountedNode("two");
      try (RemoteNode ofOne = RemoteNode.of("one", one);
          RemoteNode ofTwo = RemoteNode.of("two", two)) {
        for (String name : List.of("one", "two")) {
          ProcessCluster.Ways ways = cluster.ways(name);
          ways.slow(DELAY_MILLIS);
          for (Relay relay : List.of(ways.lockManager(), ways.journalService())) {
            relay.limit(BYTES_PER_SECOND);
          }
        }
        Turns.pass(ofOne, ofTwo, "slow", A_WHILE_NANOS);

        two.signal("STOP");
        Thread.sleep(PAUSE_MILLIS);
        two.signal("CONT");
        Turns.pass(ofOne, ofTwo, "paused", A_WHILE_NANOS);
      }
      for (ServiceProcess node : List.of(one, two)) {
        assertFalse(node.hasSaid("WITHDRAW_STARTED"), node::allSaid);
      }
      cluster.endInOrder(List.of(one, two));
    }
    ImageVerdict verdict = ImageVerdict.of(image);
    assertTrue(verdict.isClean(), verdict::toString);
  }
}
