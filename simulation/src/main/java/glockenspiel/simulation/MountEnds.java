package glockenspiel.simulation;

import glockenspiel.journal.device.VolumeState;
import glockenspiel.journal.device.VolumeState.JournalRecord;
import glockenspiel.node.event.NodeEvent;
import glockenspiel.protocol.storage.OpenedJournal;
import glockenspiel.simulation.observation.NodeId;
import glockenspiel.simulation.observation.Observation;
import glockenspiel.simulation.observation.Observer;
import glockenspiel.simulation.observation.StorageCall;
import glockenspiel.simulation.workload.Histories;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * Tells the histories when mounts begin and end. One that does not end in order ends when its node
 * says so or dies, when the lock-manager gives it up, or when its journal is fenced: a node that
 * hangs knows nothing of the last two.
 */
final class MountEnds implements Observer {
  private record Opened(int jid, long epoch) {}

  private final Histories histories;
  private final Map<NodeId, Opened> open = new LinkedHashMap<>();

  MountEnds(Histories histories) {
    this.histories = histories;
  }

  @Override
  public void observe(Observation observation) {
    switch (observation) {
      case Observation.NodeCrashed(NodeId node) -> ended(node);
      case Observation.NodeTold(NodeId node, NodeEvent.WithdrawStarted started) -> ended(node);
      case Observation.NodeTold(NodeId node, NodeEvent.Unmounted unmounted) -> {
        open.remove(node);
        histories.unmounted(node);
      }
      case Observation.CallAnswered(StorageCall call, OpenedJournal journal, var failure) -> {
        open.put(call.node(), new Opened(journal.jid(), journal.epoch()));
        histories.mountBegins(call.node());
      }
      case Observation.StateSaved(VolumeState state) -> saved(state);
      default -> {}
    }
  }

  private void saved(VolumeState state) {
    List<NodeId> over = new ArrayList<>();
    open.forEach(
        (node, journal) -> {
          if (!mayStillWrite(journal, state.journal(journal.jid()))) {
            over.add(node);
          }
        });
    over.forEach(this::ended);
  }

  private static boolean mayStillWrite(Opened journal, JournalRecord now) {
    return now.epoch() == journal.epoch() && now.standing() != VolumeState.Standing.FENCED;
  }

  /** Without order: what is not durable may be lost. */
  void ended(NodeId node) {
    open.remove(node);
    histories.mountEnded(node);
  }
}
