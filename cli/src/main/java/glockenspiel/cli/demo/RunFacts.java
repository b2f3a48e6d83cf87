package glockenspiel.cli.demo;

import glockenspiel.cli.cluster.ImageVerdict;
import glockenspiel.cli.demo.FencedWriter.Refusals;
import glockenspiel.cli.workload.Workload;
import glockenspiel.protocol.storage.JournalCheck;
import java.util.List;
import java.util.Set;

/**
 * All that is known of a run when it is over.
 *
 * @param volume its name
 * @param seen everything that was observed
 * @param faultNanos when the fault was injected
 * @param endNanos when the workload had ended, before anybody was unmounted
 * @param failed nodes that withdrew or died
 * @param survivors nodes that were mounted and in order all the time since the fault
 * @param leaseMillis of the lock-manager
 * @param workload stopped
 * @param stoppedInTime every client of the workload could finish what it was at
 * @param findings of the check of all content
 * @param probe what a member saw that asked for I/O glocks all the time
 * @param refusals what became of writes under fenced epochs
 * @param returns what each journal was like when the withdraw of its node returned
 * @param mountedAgain nodes that came back
 * @param image at rest
 */
record RunFacts(
    String volume,
    Observations seen,
    long faultNanos,
    long endNanos,
    Set<Integer> failed,
    Set<Integer> survivors,
    long leaseMillis,
    Workload workload,
    boolean stoppedInTime,
    Workload.Findings findings,
    GateProbe.Report probe,
    List<Refusals> refusals,
    List<WithdrawReturn> returns,
    List<Integer> mountedAgain,
    ImageVerdict image) {
  /**
   * A withdraw that a second caller asked for while the first ran has returned.
   *
   * @param node which node
   * @param nanos when
   * @param journal as it was at that moment
   */
  record WithdrawReturn(int node, long nanos, JournalCheck journal) {}
}
