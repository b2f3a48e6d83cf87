package glockenspiel.bench.lock;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import glockenspiel.bench.measure.Plan;
import glockenspiel.bench.measure.Row;
import java.io.IOException;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** That every load comes to its end, against a real lock-manager in a process of its own. */
@Timeout(120)
class LoadsTest {
  @Test
  void loadsEnd() throws IOException, InterruptedException {
    try (LoadSessions sessions = LoadSessions.start(3)) {
      SequentialLoad.Pairs pairs = SequentialLoad.run(sessions.get(1), 20);
      assertEquals(20, pairs.locks().count());
      assertEquals(20, pairs.unlocks().count());
      assertTrue(PipelinedLoad.run(sessions.all(), 3000, 64) > 0);
      assertEquals(10, SwappingLoad.run(sessions.get(0), sessions.get(2), 10).count());
      List<TurnOverLoad> loads = TurnOverLoad.fill(sessions.all(), 3000);
      assertEquals(600, TurnOverLoad.turnOver(loads, 300));
      assertTrue(sessions.cpuNanos() > 0);
    }
  }

  @Test
  void nodesHandGlocksOver() throws IOException, InterruptedException {
    try (LoadSessions sessions = LoadSessions.start(1);
        NodeGlocks one = NodeGlocks.join(sessions.port(), "node-a");
        NodeGlocks other = NodeGlocks.join(sessions.port(), "node-b")) {
      assertEquals(20, HandOff.swap(one, other, 20).whole().count());
    }
  }

  @Test
  void everyHolderIsTold() throws IOException, InterruptedException {
    Plan plan = new Plan(1, true, Path.of("."), new PrintWriter(new StringWriter()));
    List<Row> rows = new FanOut().run(plan);
    assertEquals("demote requests to 50 sessions, all received", rows.getFirst().what());
    assertTrue(rows.getFirst().value() > 0);
  }

  @Test
  void coreKeepsItsLocks() {
    CoreFill core = new CoreFill(3);
    core.growTo(1000);
    assertEquals(640, core.turnOver(320));
    assertEquals(1000, core.held());
    assertTrue(Memory.bytesPerLock(20_000) > 20);
  }
}
