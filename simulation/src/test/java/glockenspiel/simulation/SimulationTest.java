package glockenspiel.simulation;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import glockenspiel.protocol.storage.LogFlush;
import glockenspiel.simulation.network.Tampering;
import glockenspiel.simulation.observation.StorageCall;
import java.util.List;
import java.util.stream.LongStream;
import org.junit.jupiter.api.Test;

/** Whole clusters from seeds. {@code glock sim --seeds A..B} runs as many as one likes. */
class SimulationTest {
  @Test
  void aHundredSeedsBreakNoRule() {
    List<Violation> violations =
        LongStream.rangeClosed(101, 200)
            .parallel()
            .mapToObj(seed -> Simulation.run(seed, SimulationSettings.DEFAULT))
            .flatMap(result -> result.violations().stream())
            .toList();
    assertEquals(List.of(), violations);
  }

  /** A checker that never says no proves nothing: without revokes, replay puts old blocks back. */
  @Test
  void flushesWithoutTheirRevokesAreFound() {
    Tampering dropsRevokes =
        new Tampering() {
          @Override
          public StorageCall.Body towardsVolume(StorageCall call) {
            return call.body() instanceof StorageCall.Append append
                ? new StorageCall.Append(append.jid(), append.epoch(), bare(append.flush()))
                : call.body();
          }
        };
    assertFound(dropsRevokes);
  }

  private static LogFlush bare(LogFlush flush) {
    return new LogFlush(
        flush.metadata(),
        flush.journaledData(),
        List.of(),
        flush.tail(),
        flush.localStatfs(),
        flush.flags());
  }

  @Test
  void aDeviceThatOnlyPretendsToSyncIsFound() {
    assertFound(
        new Tampering() {
          @Override
          public boolean pretendsToSync() {
            return true;
          }
        });
  }

  private static void assertFound(Tampering bug) {
    SimulationSettings settings = SimulationSettings.DEFAULT.withTampering(bug);
    boolean found =
        LongStream.rangeClosed(1, 60)
            .parallel()
            .anyMatch(seed -> !Simulation.run(seed, settings).violations().isEmpty());
    assertTrue(found, "no seed of 60 has found the planted bug");
  }

  @Test
  void theSameSeedGivesTheSameRun() {
    assertEquals(
        Simulation.run(7, SimulationSettings.DEFAULT),
        Simulation.run(7, SimulationSettings.DEFAULT));
  }
}
