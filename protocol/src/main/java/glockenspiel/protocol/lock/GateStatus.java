package glockenspiel.protocol.lock;

import java.util.List;

/**
 * The gate of a lockspace, as a node is told of it.
 *
 * @param generation the recovery generation: counts the closings, and every new reason while it is
 *     closed
 * @param pendingJids journals that wait for replay, ascending
 * @param firstMountPending the first mounter has not yet reported that every journal is clean
 */
public record GateStatus(long generation, List<Integer> pendingJids, boolean firstMountPending) {
  /** Copies the list. */
  public GateStatus {
    pendingJids = List.copyOf(pendingJids);
  }

  /** Whether I/O glocks are granted. */
  public boolean isOpen() {
    return pendingJids.isEmpty() && !firstMountPending;
  }
}
