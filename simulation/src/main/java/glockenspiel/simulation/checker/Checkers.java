package glockenspiel.simulation.checker;

import glockenspiel.journal.device.MemoryDisk;
import glockenspiel.simulation.observation.NodeId;
import glockenspiel.simulation.observation.Observation;
import glockenspiel.simulation.observation.Observer;
import java.util.List;
import java.util.function.LongSupplier;
import java.util.function.Predicate;

/** All checkers of a world, in the order in which they look. */
public final class Checkers implements Observer {
  private final List<Observer> all;

  /**
   * The checkers of a world whose disk is at rest.
   *
   * @param mayUseLocks whether a node would use a lock now, by its own clock and state
   * @param clock the world's
   */
  public Checkers(Judge judge, MemoryDisk disk, Predicate<NodeId> mayUseLocks, LongSupplier clock) {
    VolumeMap map = new VolumeMap(disk);
    StorageLedger ledger = new StorageLedger();
    DurableDisk durable = new DurableDisk(disk, map.geometry());
    CleanHeaderChecker headers = new CleanHeaderChecker(judge, map, ledger);
    this.all =
        List.of(
            ledger,
            durable,
            new BeliefChecker(judge, mayUseLocks),
            new GateChecker(judge),
            new FenceChecker(judge, map, ledger),
            new ReplayChecker(judge, map, ledger),
            new WriteAheadChecker(judge, ledger),
            new DemoteChecker(
                judge, ledger, new BlockOwners(map), durable, new FreedBlocks(map), clock),
            headers,
            new WithdrawChecker(judge, ledger, headers, clock),
            new OutcomeChecker(judge),
            new FreezeChecker(judge, map, ledger));
  }

  @Override
  public void observe(Observation observation) {
    for (Observer checker : all) {
      checker.observe(observation);
    }
  }
}
