package glockenspiel.simulation;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import glockenspiel.node.event.NodeEvent;
import glockenspiel.node.freeze.FreezeState;
import glockenspiel.simulation.fault.FaultKind;
import glockenspiel.simulation.observation.Observation;
import java.util.List;
import java.util.concurrent.atomic.AtomicLong;
import java.util.stream.LongStream;
import org.junit.jupiter.api.Test;

/** Whole clusters from seeds. {@code glock sim --seeds A..B} runs as many as one likes. */
class SimulationTest {
  private static final long SEEDS = 200;
  private static final long FREEZING_SEEDS = 60;

  /** Counts how often a volume was frozen. */
  private record Freezes(AtomicLong count) implements TraceListener {
    @Override
    public void observed(long nanos, Observation observation) {
      if (observation instanceof Observation.NodeTold(var _, NodeEvent.FreezeChanged changed)
          && changed.to().equals(FreezeState.FREEZER.name())) {
        count.incrementAndGet();
      }
    }

    @Override
    public void violated(Violation violation) {}
  }

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

  /** Freezes among whatever ends the life of a freezer, or of one that it has frozen. */
  @Test
  void freezesAmongDeathsBreakNoRule() {
    SimulationSettings settings =
        SimulationSettings.DEFAULT.withFaults(
            List.of(
                FaultKind.FREEZE,
                FaultKind.FREEZE,
                FaultKind.FREEZE,
                FaultKind.FREEZE,
                FaultKind.NODE_CRASH,
                FaultKind.NODE_HANG,
                FaultKind.WITHDRAW,
                FaultKind.EVICT,
                FaultKind.REMOUNT,
                FaultKind.PARTITION_LOCK_MANAGER,
                FaultKind.LOCK_MANAGER_CRASH));
    AtomicLong frozen = new AtomicLong();
    List<Violation> violations =
        LongStream.rangeClosed(1, FREEZING_SEEDS)
            .parallel()
            .mapToObj(seed -> Simulation.run(seed, settings, new Freezes(frozen)))
            .flatMap(result -> result.violations().stream())
            .toList();
    assertEquals(List.of(), violations);
    assertTrue(frozen.get() >= FREEZING_SEEDS / 2, "only " + frozen + " freezes");
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
