package glockenspiel.simulation.checker;

import glockenspiel.journal.device.DeviceWrite;
import glockenspiel.lockmanager.core.Effect;
import glockenspiel.lockmanager.core.Notice;
import glockenspiel.node.event.NodeEvent;
import glockenspiel.node.freeze.FreezeState;
import glockenspiel.simulation.observation.NodeId;
import glockenspiel.simulation.observation.Observation;
import glockenspiel.simulation.observation.Observer;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Rule 13: while the volume is frozen, nothing reaches the device but what recovery writes. It is
 * frozen from the answer of a freeze until its node lets go, withdraws, dies or is given up, or the
 * lock-manager is killed. What a node asked for before that may not reach the device either.
 */
final class FreezeChecker implements Observer {
  private final Judge judge;
  private final VolumeMap map;
  private final StorageLedger ledger;
  private @Nullable NodeId freezer;

  FreezeChecker(Judge judge, VolumeMap map, StorageLedger ledger) {
    this.judge = judge;
    this.map = map;
    this.ledger = ledger;
  }

  @Override
  public void observe(Observation observation) {
    switch (observation) {
      case Observation.NodeTold(NodeId node, NodeEvent.FreezeChanged changed) -> {
        if (changed.to().equals(FreezeState.FREEZER.name())) {
          freezer = node;
        } else {
          thawedBy(node);
        }
      }
      case Observation.NodeTold(NodeId node, NodeEvent.WithdrawStarted started) -> thawedBy(node);
      case Observation.NodeCrashed(NodeId node) -> thawedBy(node);
      case Observation.LockManagerStepped(var event, List<Effect> effects) ->
          effects.forEach(this::noticeLoss);
      case Observation.LockManagerCrashed crashed -> freezer = null;
      case Observation.DeviceWriteCalled(long sequence, List<DeviceWrite> writes) ->
          written(writes);
      case Observation.DeviceWritten(long sequence, List<DeviceWrite> writes) -> written(writes);
      default -> {}
    }
  }

  private void thawedBy(NodeId node) {
    if (node.equals(freezer)) {
      freezer = null;
    }
  }

  private void noticeLoss(Effect effect) {
    if (freezer != null
        && effect instanceof Effect.Notify(var lockspace, Notice.SessionLost lost)
        && lost.nodeName().equals(freezer.nodeName())) {
      freezer = null;
    }
  }

  private void written(List<DeviceWrite> writes) {
    if (freezer != null) {
      DeviceBlocks.forEach(map.geometry(), writes, (block, content, whole) -> check(block));
    }
  }

  private void check(long block) {
    int jid = map.journalOf(block);
    boolean recovers =
        jid == VolumeMap.NO_JOURNAL
            ? !ledger.replaying().isEmpty() || ledger.isFolding()
            : ledger.isReplaying(jid);
    if (!recovers) {
      judge.violated(
          13,
          "block "
              + block
              + (jid == VolumeMap.NO_JOURNAL ? "" : " of journal " + jid)
              + " is written while "
              + freezer
              + " has frozen the volume");
    }
  }
}
