package glockenspiel.simulation.fuzz;

import java.util.List;

/**
 * What became of one damaged volume.
 *
 * @param seed that it came from
 * @param opened whether the volume could be opened
 * @param replayed how many journals were replayed
 * @param refused how many calls were refused, with one of our own errors
 * @param problems how many the image check found afterwards
 * @param bytesRead from the device, all together
 * @param broken what must never happen and did, one line each, with what had been changed; empty
 *     for none
 */
public record FuzzResult(
    long seed,
    boolean opened,
    int replayed,
    int refused,
    long problems,
    long bytesRead,
    List<String> broken) {
  /** Copies the list. */
  public FuzzResult {
    broken = List.copyOf(broken);
  }
}
