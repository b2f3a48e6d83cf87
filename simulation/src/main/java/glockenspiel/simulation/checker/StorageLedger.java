package glockenspiel.simulation.checker;

import glockenspiel.journal.device.VolumeState;
import glockenspiel.protocol.storage.Appended;
import glockenspiel.protocol.storage.BlockImage;
import glockenspiel.protocol.storage.OpenedJournal;
import glockenspiel.simulation.observation.BlockHash;
import glockenspiel.simulation.observation.NodeId;
import glockenspiel.simulation.observation.Observation;
import glockenspiel.simulation.observation.Observer;
import glockenspiel.simulation.observation.StorageCall;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/**
 * The book that the storage checkers share: which calls the volume has and has not answered, what
 * each journal holds, which epochs are cut off for good. Must see each observation before the
 * checkers that ask it.
 */
final class StorageLedger implements Observer {
  private static final int FLUSHES_KEPT = 512;

  /** An in-place write that the volume has not answered. */
  record PendingWrite(StorageCall call, StorageCall.Write write, long hash) {}

  /** A durable change of a block, in a journal or in place. */
  record NodeChange(NodeId node, long hash) {}

  private final Map<Long, List<PendingWrite>> writes = new LinkedHashMap<>();
  private final Set<StorageCall> unanswered = new LinkedHashSet<>();
  private final TreeMap<Integer, JournalModel> journals = new TreeMap<>();
  private final TreeMap<Integer, Long> fencedUpTo = new TreeMap<>();

  /** The newest durable change of each block. */
  private final Map<Long, NodeChange> changes = new LinkedHashMap<>();

  private VolumeState state = VolumeState.fresh(1);
  private long order;

  @Override
  public void observe(Observation observation) {
    order++;
    switch (observation) {
      case Observation.CallArrived(StorageCall call) -> arrived(call);
      case Observation.CallAnswered(StorageCall call, var result, var failure) -> {
        unanswered.remove(call);
        if (call.body() instanceof StorageCall.Write write) {
          forgetWrite(call, write);
          if (failure != null) {
            // Nobody knows what a write that has failed has left behind.
            write.blocks().forEach(image -> changes.remove(image.block()));
          }
        }
        if (failure == null) {
          succeeded(call, result);
        }
      }
      case Observation.StateSaved(VolumeState saved) -> state = saved;
      case Observation.VolumeCrashed crashed -> {
        unanswered.clear();
        writes.clear();
      }
      default -> {}
    }
  }

  private void arrived(StorageCall call) {
    unanswered.add(call);
    switch (call.body()) {
      case StorageCall.Write write -> {
        for (BlockImage image : write.blocks()) {
          writes
              .computeIfAbsent(image.block(), any -> new ArrayList<>(1))
              .add(new PendingWrite(call, write, BlockHash.of(image.content())));
        }
      }
      case StorageCall.Append append ->
          journal(append.jid()).arrived(new LoggedFlush(call, append.flush(), order));
      default -> {}
    }
  }

  private void forgetWrite(StorageCall call, StorageCall.Write write) {
    for (BlockImage image : write.blocks()) {
      List<PendingWrite> pending = writes.get(image.block());
      if (pending != null) {
        pending.removeIf(each -> each.call() == call);
        if (pending.isEmpty()) {
          writes.remove(image.block());
        }
      }
    }
  }

  private void succeeded(StorageCall call, @Nullable Object result) {
    switch (call.body()) {
      case StorageCall.Append append -> {
        JournalModel journal = journal(append.jid());
        LoggedFlush flush = journal.flushOf(call);
        if (flush != null && result instanceof Appended appended) {
          journal.durable(flush, appended, order);
          journal.trim(FLUSHES_KEPT);
          append.flush().metadata().forEach(image -> change(call, image));
          append.flush().journaledData().forEach(image -> change(call, image));
        }
      }
      case StorageCall.Write write -> write.blocks().forEach(image -> change(call, image));
      case StorageCall.Fence fence -> fenced(fence.jid(), fence.epoch());
      case StorageCall.Close close -> {
        fenced(close.jid(), close.epoch());
        journal(close.jid()).clean();
      }
      case StorageCall.Replay replay -> {
        fenced(replay.jid(), epoch(replay.jid()));
        // A flush that was never answered may have been durable, and was put in place then.
        for (LoggedFlush flush : journal(replay.jid()).flushes()) {
          flush.images().keySet().forEach(changes::remove);
        }
        journal(replay.jid()).clean();
      }
      case StorageCall.Open open -> {
        if (result instanceof OpenedJournal opened) {
          fenced(open.jid(), opened.epoch() - 1);
          journal(open.jid()).clean();
        }
      }
      default -> {}
    }
  }

  /** Nothing of these epochs may reach the device from now on. */
  void fenced(int jid, long epoch) {
    fencedUpTo.merge(jid, epoch, Math::max);
  }

  boolean isFenced(int jid, long epoch) {
    return epoch <= fencedUpTo.getOrDefault(jid, 0L);
  }

  private void change(StorageCall call, BlockImage image) {
    changes.put(image.block(), new NodeChange(call.node(), BlockHash.of(image.content())));
  }

  /** The newest durable change of a block; null for none. */
  @Nullable NodeChange newestChange(long block) {
    return changes.get(block);
  }

  /** Counts observations: tells what was before what. */
  long order() {
    return order;
  }

  JournalModel journal(int jid) {
    return journals.computeIfAbsent(jid, any -> new JournalModel());
  }

  /** Journals that anything was written to. */
  Map<Integer, JournalModel> journals() {
    return journals;
  }

  /** The newest epoch that was given out durably. */
  long epoch(int jid) {
    return state.journal(jid).epoch();
  }

  /** Whether the newest epoch of the journal may write, as the volume has saved it. */
  boolean isOpen(int jid) {
    return state.journal(jid).standing() == VolumeState.Standing.OPEN;
  }

  /** Whether a fold of statfs changes was begun, by a close or a replay; an open may finish it. */
  boolean isFolding() {
    return state.fold() != null
        && unanswered.stream()
            .anyMatch(
                call ->
                    call.body() instanceof StorageCall.Open
                        || call.body() instanceof StorageCall.Close
                        || call.body() instanceof StorageCall.Replay);
  }

  /** In-place writes of that block that were not answered yet. */
  List<PendingWrite> pendingWrites(long block) {
    return writes.getOrDefault(block, List.of());
  }

  /** Whether a replay of that journal is under way. */
  boolean isReplaying(int jid) {
    return unanswered.stream()
        .anyMatch(call -> call.body() instanceof StorageCall.Replay replay && replay.jid() == jid);
  }

  /** The journals whose replays are under way. */
  List<Integer> replaying() {
    List<Integer> jids = new ArrayList<>();
    for (StorageCall call : unanswered) {
      if (call.body() instanceof StorageCall.Replay replay && !jids.contains(replay.jid())) {
        jids.add(replay.jid());
      }
    }
    return jids;
  }

  /** Calls for a journal that were not answered. */
  List<StorageCall> unanswered(int jid) {
    return unanswered.stream().filter(call -> call.body().jid() == jid).toList();
  }
}
