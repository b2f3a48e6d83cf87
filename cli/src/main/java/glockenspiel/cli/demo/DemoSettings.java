package glockenspiel.cli.demo;

import glockenspiel.cli.output.CommandFailure;
import java.nio.file.Path;
import org.jspecify.annotations.Nullable;

/**
 * What a demonstration is to show.
 *
 * @param image the user's, of which a copy is used; null to make one
 * @param nodes how many node-agents
 * @param seed of the workload
 * @param work where the images go; null for a folder that is removed after success
 * @param pace how long its parts take
 */
record DemoSettings(
    @Nullable Path image, int nodes, FaultKind fault, long seed, @Nullable Path work, Pace pace) {
  private static final int NODES_MAX = 32;
  private static final int JOURNALS_MIN = 4;

  /**
   * How long the parts of a run take.
   *
   * @param warmUpMillis of workload before the fault
   * @param warmUpOperations that must have ended before the fault, however long it takes
   * @param afterMillis of workload after the fault
   * @param clientsPerNode of the workload
   * @param leaseMillis where a node falls silent: how long until it is given up
   * @param smallImage makes small journals
   */
  record Pace(
      long warmUpMillis,
      long warmUpOperations,
      long afterMillis,
      int clientsPerNode,
      long leaseMillis,
      boolean smallImage) {
    /** For people. */
    static final Pace USUAL = new Pace(1500, 150, 1200, 3, 2500, false);

    /** For tests. */
    static final Pace FAST = new Pace(300, 40, 300, 2, 2500, true);
  }

  DemoSettings {
    if (nodes < 1 || nodes > NODES_MAX) {
      throw CommandFailure.wrongUsage("--nodes " + nodes + ": must be 1.." + NODES_MAX);
    }
    if (nodes < nodesMin(fault)) {
      throw CommandFailure.wrongUsage(
          "--fault "
              + fault
              + " needs --nodes "
              + nodesMin(fault)
              + " or more: somebody must survive");
    }
  }

  private static int nodesMin(FaultKind fault) {
    return switch (fault) {
      case CONSISTENCY, CRASH, PARTITION, STORM -> 2;
      case JOURNAL_IO, LAST_NODE, LOCK_MANAGER_RESTART, NONE, LATE_REPLAY -> 1;
    };
  }

  /** The same with another fault. */
  DemoSettings withFault(FaultKind other) {
    return new DemoSettings(image, nodes, other, seed, work, pace);
  }

  /** How many journals an image must have: one for each node, and one for W and for P. */
  int journalsMin() {
    return Math.max(nodes, fault == FaultKind.LATE_REPLAY ? 2 : 1);
  }

  /** How many journals an image that is made here has: one to spare. */
  int journals() {
    return Math.max(JOURNALS_MIN, nodes + 1);
  }

  /** The node that fails, where it is one. */
  int victim() {
    return nodes - 1;
  }

  /** Whether somebody falls silent, so that leases decide. */
  boolean isSilent() {
    return fault == FaultKind.CRASH
        || fault == FaultKind.PARTITION
        || fault == FaultKind.LOCK_MANAGER_RESTART;
  }
}
