package glockenspiel.simulation.checker;

import glockenspiel.ondisk.MetaHeader;
import glockenspiel.protocol.storage.BlockImage;
import glockenspiel.simulation.observation.BlockHash;
import glockenspiel.simulation.observation.Observation;
import glockenspiel.simulation.observation.Observer;
import glockenspiel.simulation.observation.StorageCall;

/**
 * Rule 5: no metadata block is written in place before the transaction that changed it is durable.
 * When an in-place write of a metadata block comes to the volume, its content must be in a durable
 * flush of the same journal. File data has no magic number here: the workloads see to it.
 */
public final class WriteAheadChecker implements Observer {
  private final Judge judge;
  private final StorageLedger ledger;

  WriteAheadChecker(Judge judge, StorageLedger ledger) {
    this.judge = judge;
    this.ledger = ledger;
  }

  @Override
  public void observe(Observation observation) {
    if (observation instanceof Observation.CallArrived(StorageCall call)
        && call.body() instanceof StorageCall.Write write
        && !ledger.isFenced(write.jid(), write.epoch())) {
      for (BlockImage image : write.blocks()) {
        if (MetaHeader.hasMagic(image.content())
            && !ledger
                .journal(write.jid())
                .hasDurableImage(image.block(), BlockHash.of(image.content()))) {
          judge.violated(
              5,
              call + " of metadata block " + image.block() + ", which is not durable in the log");
        }
      }
    }
  }
}
