package glockenspiel.simulation;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import glockenspiel.simulation.fault.FaultKind;
import glockenspiel.simulation.network.Tampering;
import java.util.List;
import java.util.OptionalLong;
import java.util.function.Supplier;
import java.util.stream.IntStream;
import java.util.stream.LongStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/**
 * A checker that never says no proves nothing: each finds a bug that is planted for it, and says
 * nothing where there is none. The table of {@code docs/simulation.md} has the seeds.
 */
class PlantedBugsTest {
  /** A change of the product moves what seeds draw; then one of the next finds the bug. */
  private static final int SEEDS_TRIED = 100;

  private static final SimulationSettings LONG = SimulationSettings.DEFAULT;
  private static final SimulationSettings SHORT = LONG.withSteps(8_000);
  private static final SimulationSettings WITHDRAWS = SHORT.withFaults(List.of(FaultKind.WITHDRAW));
  private static final SimulationSettings RESTARTS =
      LONG.withFaults(List.of(FaultKind.LOCK_MANAGER_CRASH));
  private static final SimulationSettings NO_FAULTS = SHORT.withFaults(List.of());

  /** A bug, and the worlds that it is planted in. */
  record Planted(int rule, SimulationSettings settings, Supplier<Tampering> bug) {
    /** Its place among all, and in the table. */
    int row() {
      return bugs().indexOf(this);
    }

    boolean isFound(long seed) {
      return Simulation.run(seed, settings.withTampering(bug.get())).violations().stream()
          .anyMatch(violation -> violation.rule() == rule);
    }

    @Override
    public String toString() {
      return "rule " + rule;
    }
  }

  private static final List<Planted> BUGS =
      List.of(
          new Planted(1, SHORT, PlantedBug::exclusiveBesideShared),
          new Planted(2, SHORT, PlantedBug::gateLetsEverythingThrough),
          new Planted(
              3,
              LONG.withFaults(List.of(FaultKind.NODE_HANG, FaultKind.EVICT, FaultKind.NODE_CRASH))
                  .withLostCallsPerMillion(20_000),
              PlantedBug::staleEpochsAreTaken),
          new Planted(4, LONG, PlantedBug::revokesAreLost),
          new Planted(5, SHORT, PlantedBug::appendsAreOnlyPretended),
          new Planted(6, SHORT, PlantedBug::writesAreOnlyPretended),
          new Planted(7, WITHDRAWS, PlantedBug::withdrawWritesCleanHeader),
          new Planted(8, WITHDRAWS, PlantedBug::journalsAreCalledClean),
          new Planted(
              9,
              SHORT.withFaults(List.of(FaultKind.JOURNAL_SERVICE_CRASH)),
              PlantedBug::syncsAreOnlyPretended),
          new Planted(10, NO_FAULTS, PlantedBug::blockCountsAreDamaged),
          new Planted(11, SHORT, PlantedBug::outcomesComeTwice),
          new Planted(12, NO_FAULTS, PlantedBug::demotesAreLost),
          new Planted(1, RESTARTS, PlantedBug::inodesAreNotReasserted),
          new Planted(
              13, SHORT.withFaults(List.of(FaultKind.FREEZE)), PlantedBug::freezesBesideWriters));

  static List<Planted> bugs() {
    return BUGS;
  }

  @Test
  void everyRuleHasOne() {
    List<Integer> rules = bugs().stream().map(Planted::rule).toList();
    assertEquals(IntStream.rangeClosed(1, 13).boxed().toList(), rules.stream().distinct().toList());
    assertEquals(rules, SeedTable.planted().stream().map(SeedTable.Row::rule).toList());
  }

  @ParameterizedTest(name = "{0}")
  @MethodSource("bugs")
  void isFoundAndNothingElseIs(Planted planted) {
    SeedTable.Row row = SeedTable.planted().get(planted.row());
    OptionalLong found =
        LongStream.range(row.seed(), row.seed() + SEEDS_TRIED).filter(planted::isFound).findFirst();
    assertTrue(found.isPresent(), "not found from seed " + row.seed() + " on: " + row.what());
    assertEquals(List.of(), Simulation.run(found.getAsLong(), planted.settings()).violations());
  }
}
