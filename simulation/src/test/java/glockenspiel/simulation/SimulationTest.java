package glockenspiel.simulation;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;

import java.util.List;
import java.util.stream.LongStream;
import org.junit.jupiter.api.Test;

/** Whole clusters from seeds. {@code glock sim --seeds A..B} runs as many as one likes. */
class SimulationTest {
  private static final long SEEDS = 200;

  private static List<Violation> violations(LongStream seeds) {
    return seeds
        .parallel()
        .mapToObj(seed -> Simulation.run(seed, SimulationSettings.DEFAULT))
        .flatMap(result -> result.violations().stream())
        .toList();
  }

  @Test
  void twoHundredSeedsBreakNoRule() {
    assertEquals(List.of(), violations(LongStream.rangeClosed(1, SEEDS)));
  }

  @Test
  void whatSeedsHaveFoundStaysMended() {
    List<SeedTable.Row> kept = SeedTable.kept();
    assertFalse(kept.isEmpty());
    assertEquals(List.of(), violations(kept.stream().mapToLong(SeedTable.Row::seed)));
  }

  @Test
  void theSameSeedGivesTheSameRun() {
    assertEquals(
        Simulation.run(7, SimulationSettings.DEFAULT),
        Simulation.run(7, SimulationSettings.DEFAULT));
  }
}
