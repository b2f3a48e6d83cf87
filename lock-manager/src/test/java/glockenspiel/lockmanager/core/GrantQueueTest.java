package glockenspiel.lockmanager.core;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

/** Starvation, over the lock-manager as a whole: order itself is in the scripts. */
class GrantQueueTest {
  @Test
  void priorityOvertakesAnOrdinaryRequestOnlySoOften() {
    ScriptCluster cluster = ScriptCluster.usual();
    cluster.run("mount a b c d");
    cluster.run("a acquire 2/10 EX");
    cluster.run("b acquire 2/10 EX");
    List<String> holders = new ArrayList<>(List.of("a"));
    String next = "c";
    for (int turn = 0; turn < 100 && !holders.getLast().equals("b"); turn++) {
      cluster.run(next + " acquire 2/10 EX PRIORITY");
      List<String> trace = cluster.run(holders.getLast() + " lower 2/10 UN");
      String granted =
          trace.stream().filter(line -> line.contains("2/10 GRANTED")).findFirst().orElseThrow();
      holders.add(granted.substring(0, 1));
      next = holders.getLast().equals("c") ? "d" : "c";
    }
    assertEquals("b", holders.getLast());
    assertEquals(GrantQueue.OVERTAKEN_MAX + 2, holders.size());
  }

  @Test
  void anEmptyQueueHasNoFirstWaiterAndLetsEverybodyGoFirst() {
    GrantQueue queue = new GrantQueue();
    assertTrue(queue.isEmpty());
    assertNull(queue.findFirstWaiter(false));
    assertTrue(queue.goesFirst(Request.Rank.ORDINARY, false));
    assertFalse(queue.size() > 0);
  }
}
