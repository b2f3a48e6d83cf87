package glockenspiel.lockmanager.core;

import glockenspiel.protocol.lock.GlockName;
import glockenspiel.protocol.lock.LockMode;
import java.util.List;
import java.util.stream.Collectors;

/**
 * Members that wait for each other in a ring: each waits for a glock that the next one keeps it
 * from. Nodes cache glocks, so a ring that is just there means little: a demote request may be on
 * its way. One that lasts is a deadlock of the nodes' users. It is never broken here.
 *
 * @param waits in the order of the ring, beginning with the oldest session; at least two
 */
public record WaitCycle(List<Wait> waits) {
  /**
   * A link of the ring.
   *
   * @param blockerSessionId the session that keeps it waiting
   * @param blockerHolds whether that one holds the glock, or only waits before it
   * @param sinceNanos when the request came, by the clock of the steps
   */
  public record Wait(
      long sessionId,
      String nodeName,
      long requestId,
      GlockName glock,
      LockMode mode,
      long sinceNanos,
      long blockerSessionId,
      String blockerNodeName,
      boolean blockerHolds) {
    @Override
    public String toString() {
      return "%s wants %s of %s, which %s %s"
          .formatted(
              nodeName, mode, glock, blockerNodeName, blockerHolds ? "holds" : "waits for before");
    }
  }

  @Override
  public String toString() {
    return waits.stream().map(Wait::toString).collect(Collectors.joining("; "));
  }
}
