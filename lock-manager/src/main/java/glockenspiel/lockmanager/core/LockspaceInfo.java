package glockenspiel.lockmanager.core;

import glockenspiel.protocol.lock.GateStatus;
import java.util.List;

/**
 * A lockspace at one moment.
 *
 * @param namespace whether its members are applications
 * @param inGrace whether it waits for members of the run of the lock-manager before, and grants
 *     nothing
 * @param gate what its members are told
 * @param gateClosedSinceNanos when the gate closed, by the clock of the steps; of no meaning while
 *     it is open
 * @param pending what the gate waits for: the first mount first, then the journals by jid
 * @param gatedRequestCount requests that the gate keeps waiting now
 * @param sessionCount members
 * @param glockCount glocks that somebody holds or wants, or that have a lock value
 * @param contendedCount glocks that somebody waits for
 */
public record LockspaceInfo(
    String name,
    boolean namespace,
    boolean inGrace,
    GateStatus gate,
    long gateClosedSinceNanos,
    List<Pending> pending,
    int gatedRequestCount,
    int sessionCount,
    int glockCount,
    int contendedCount) {
  /**
   * One thing that the gate waits for.
   *
   * @param jid the journal; -1 for the first mount
   * @param nodeName whose journal it is; for the first mount the first mounter; empty when there is
   *     none
   * @param reason why it waits, in words
   * @param sinceNanos since when, by the clock of the steps
   * @param helpers names of the members that could do it now; empty when only a new mounter can
   */
  public record Pending(
      int jid, String nodeName, String reason, long sinceNanos, List<String> helpers) {}
}
