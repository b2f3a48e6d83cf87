package glockenspiel.lockmanager.core;

import static org.junit.jupiter.api.Assertions.assertTrue;

import org.junit.jupiter.api.Test;

/**
 * Random histories of nodes that crash, withdraw, are evicted and cut off, from seeds. What is
 * checked: rule 1 as the nodes see it, rule 2, one outcome for each request and one demote request
 * for each conflicting holder of a TRY_1CB (rule 11), all lists of the core, that nobody who keeps
 * the contract is refused, that all settle once faults stop (rule 12), and what {@link
 * glockenspiel.lockmanager.history.HistoryChecker} finds in what nodes have said and heard. Greater
 * runs with {@code -Dseeds=}.
 */
class HistoryTest {
  private static final int SEEDS = Integer.getInteger("seeds", 200);

  @Test
  void rulesHoldInRandomHistories() {
    long outcomes = 0;
    for (long seed = 1; seed <= SEEDS; seed++) {
      try {
        outcomes += new HistoryCluster(seed).run();
      } catch (RuntimeException broken) {
        throw new AssertionError("seed " + seed + ": " + broken.getMessage(), broken);
      }
    }
    assertTrue(outcomes > SEEDS * 100L, () -> "too little happened");
  }
}
