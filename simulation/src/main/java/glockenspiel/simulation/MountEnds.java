package glockenspiel.simulation;

import glockenspiel.journal.device.VolumeState;
import glockenspiel.journal.device.VolumeState.JournalRecord;
import glockenspiel.node.event.NodeEvent;
import glockenspiel.simulation.observation.NodeId;
import glockenspiel.simulation.observation.Observation;
import glockenspiel.simulation.observation.Observer;
import glockenspiel.simulation.workload.Histories;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * Tells the histories when mounts begin and end. One that does not end in order ends when its node
 * says so or dies, when the lock-manager gives it up, or when its journal is fenced: a node that
 * hangs knows nothing of the last two.
 */
final class MountEnds implements Observer {
  private record Opened(int jid, long epoch) {}

  private final Histories histories;
  private final Map<NodeId, Opened> open = new LinkedHashMap<>();
  private @Nullable VolumeState newest;

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
      case Observation.NodeTold(NodeId node, NodeEvent.JournalOpened(int jid, long epoch)) ->
          began(node, new Opened(jid, epoch));
      case Observation.StateSaved(VolumeState state) -> saved(state);
      default -> {}
    }
  }

  /**
   * Is there a problem if a mount is taken to begin when the volume answers its open? Yes: the
   * answer to an open that was given up may come during the next mount, which has another journal.
   */
  private void began(NodeId node, Opened journal) {
    open.put(node, journal);
    histories.mountBegins(node);
    VolumeState state = newest;
    if (state != null && !mayStillWrite(journal, state.journal(journal.jid()))) {
      ended(node);
    }
  }

  private void saved(VolumeState state) {
    newest = state;
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
