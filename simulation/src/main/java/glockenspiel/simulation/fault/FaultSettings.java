package glockenspiel.simulation.fault;

import java.util.List;

/**
 * Which faults are drawn, and how often.
 *
 * @param kinds one of these is drawn each time; more often if listed more often; empty for none
 * @param meanGapTurns mean number of the scheduler's turns between two of them: a busy cluster
 *     meets more faults in the same time than one that waits
 * @param leaseNanos the lease of the world, by which the lengths of faults are drawn
 */
public record FaultSettings(List<FaultKind> kinds, long meanGapTurns, long leaseNanos) {
  /** Copies the list. */
  public FaultSettings {
    kinds = List.copyOf(kinds);
  }
}
