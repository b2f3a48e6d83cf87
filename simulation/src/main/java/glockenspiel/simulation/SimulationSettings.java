package glockenspiel.simulation;

import glockenspiel.simulation.fault.FaultKind;
import glockenspiel.simulation.network.Tampering;
import java.util.List;

/**
 * What a simulation is made of, as far as its seed does not draw it.
 *
 * @param nodesMin fewest nodes
 * @param nodesMax most nodes
 * @param steps turns of the scheduler before the faults stop
 * @param faults the seed chooses among these and weighs them; empty for none
 * @param lostCallsPerMillion storage calls that are lost in the everyday trouble of the network, on
 *     the average of all seeds
 * @param doubledCallsPerMillion storage calls that arrive twice
 * @param tampering {@link Tampering#NONE}, but in tests of the checkers
 */
public record SimulationSettings(
    int nodesMin,
    int nodesMax,
    long steps,
    List<FaultKind> faults,
    int lostCallsPerMillion,
    int doubledCallsPerMillion,
    Tampering tampering) {
  /** Two to five nodes, 20,000 steps, all kinds of faults. */
  public static final SimulationSettings DEFAULT =
      new SimulationSettings(
          2, 5, 20_000, List.of(FaultKind.values()), 100, 20_000, Tampering.NONE);

  /** Checks the ranges. */
  public SimulationSettings {
    if (nodesMin < 1 || nodesMax < nodesMin || nodesMax > 8) {
      throw new IllegalArgumentException(
          "nodes " + nodesMin + ".." + nodesMax + ": expected 1 to 8");
    }
    if (steps < 0 || lostCallsPerMillion < 0 || doubledCallsPerMillion < 0) {
      throw new IllegalArgumentException("steps and lost or doubled calls must not be negative");
    }
    faults = List.copyOf(faults);
  }

  /** The same with another number of steps. */
  public SimulationSettings withSteps(long wanted) {
    return new SimulationSettings(
        nodesMin, nodesMax, wanted, faults, lostCallsPerMillion, doubledCallsPerMillion, tampering);
  }

  /** The same with other numbers of nodes. */
  public SimulationSettings withNodes(int min, int max) {
    return new SimulationSettings(
        min, max, steps, faults, lostCallsPerMillion, doubledCallsPerMillion, tampering);
  }

  /** The same with other faults. */
  public SimulationSettings withFaults(List<FaultKind> kinds) {
    return new SimulationSettings(
        nodesMin, nodesMax, steps, kinds, lostCallsPerMillion, doubledCallsPerMillion, tampering);
  }

  /** The same with other losses. */
  public SimulationSettings withLostCallsPerMillion(int lost) {
    return new SimulationSettings(
        nodesMin, nodesMax, steps, faults, lost, doubledCallsPerMillion, tampering);
  }

  /** The same with a planted bug. */
  public SimulationSettings withTampering(Tampering bug) {
    return new SimulationSettings(
        nodesMin, nodesMax, steps, faults, lostCallsPerMillion, doubledCallsPerMillion, bug);
  }
}
