package glockenspiel.node.core;

import static glockenspiel.node.core.SmallCluster.SECOND;
import static org.junit.jupiter.api.Assertions.assertTrue;

import glockenspiel.node.core.SmallCluster.Member;
import glockenspiel.runtime.task.Promise;
import java.util.Objects;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * A node dies after each single event of its withdraw, from the first to the last: the others see
 * to its journal, the gate opens, and all that it held can be had.
 */
class WithdrawDeathTest {
  private static final int SEEDS = 20;
  private static final long INODE = 30;

  /**
   * Runs until this many more things have happened.
   *
   * @return whether the withdraw was still going on
   */
  private static boolean dies(SmallCluster cluster, Member w, int events) {
    long last = cluster.scheduler.turns() + events;
    Promise<?> withdraw = w.withdraw();
    cluster.scheduler.runUntil(
        () -> withdraw.isDone() || cluster.scheduler.turns() >= last, 60 * SECOND);
    boolean within = !withdraw.isDone();
    w.owner.stop();
    w.link.clear();
    return within;
  }

  private static boolean playWithin(long seed, int others, int events) {
    try (SmallCluster cluster = SmallCluster.seeded(seed, 4)) {
      for (int i = 0; i < others; i++) {
        cluster.mounted("p" + i);
      }
      Member w = cluster.mounted("w");
      w.change(INODE);
      w.change(INODE + 1);
      boolean within = dies(cluster, w, events);
      Member other =
          others > 0 ? Objects.requireNonNull(cluster.members.get("p0")) : cluster.add("next");
      if (others == 0) {
        cluster.run(other.mount());
      }
      other.change(INODE);
      other.change(INODE + 1);
      cluster.runUntil(() -> cluster.lockManager.gate().isOpen(), "the gate opens");
      assertTrue(cluster.storage.journal(others).isClean() || others == 0, "w's journal");
      Member again = cluster.mounted("w-again");
      again.change(INODE);
      cluster.requireNoViolations();
      return within;
    } catch (AssertionError | RuntimeException failed) {
      throw new AssertionError(
          "seed %d, after %d events: %s".formatted(seed, events, failed.getMessage()), failed);
    }
  }

  /** With nobody left the next node that mounts does it. */
  @ParameterizedTest
  @ValueSource(ints = {0, 1, 2})
  void afterEachEvent(int others) {
    for (long seed = 0; seed < SEEDS; seed++) {
      int events = 0;
      while (playWithin(seed, others, events)) {
        events++;
      }
      assertTrue(events > 20, "a withdraw has more events than " + events);
    }
  }
}
