package glockenspiel.simulation.checker;

import glockenspiel.journal.device.DeviceWrite;
import glockenspiel.protocol.storage.BlockImage;
import glockenspiel.simulation.observation.BlockHash;
import glockenspiel.simulation.observation.Observation;
import glockenspiel.simulation.observation.Observer;
import glockenspiel.simulation.observation.StorageCall;
import java.nio.ByteBuffer;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/**
 * Rule 4: a replay never puts back a block that another node changed after the replayed node last
 * released its glock. For each block it is known when each node last made a change of it durable,
 * in its journal or in place; a replay of journal w that writes a block for which another node's
 * change is younger than the newest image in w breaks the rule.
 */
public final class ReplayChecker implements Observer {
  private final Judge judge;
  private final VolumeMap map;
  private final StorageLedger ledger;

  /** By block and jid, the order of the newest durable change. */
  private final Map<Long, TreeMap<Integer, Long>> changed = new LinkedHashMap<>();

  ReplayChecker(Judge judge, VolumeMap map, StorageLedger ledger) {
    this.judge = judge;
    this.map = map;
    this.ledger = ledger;
  }

  @Override
  public void observe(Observation observation) {
    switch (observation) {
      case Observation.CallAnswered(StorageCall call, var result, var failure) -> {
        if (failure == null) {
          succeeded(call.body());
        }
      }
      case Observation.DeviceWriteCalled(long sequence, List<DeviceWrite> writes) -> {
        if (!ledger.replaying().isEmpty()) {
          DeviceBlocks.forEach(map.geometry(), writes, this::check);
        }
      }
      default -> {}
    }
  }

  private void succeeded(StorageCall.Body body) {
    switch (body) {
      case StorageCall.Append append -> {
        append.flush().metadata().forEach(image -> change(append.jid(), image));
        append.flush().journaledData().forEach(image -> change(append.jid(), image));
      }
      case StorageCall.Write write -> write.blocks().forEach(image -> change(write.jid(), image));
      default -> {}
    }
  }

  private void change(int jid, BlockImage image) {
    changed.computeIfAbsent(image.block(), any -> new TreeMap<>()).put(jid, ledger.order());
  }

  private void check(long block, ByteBuffer content, boolean whole) {
    if (!whole || map.journalOf(block) != VolumeMap.NO_JOURNAL || map.isStatfs(block)) {
      return;
    }
    long hash = BlockHash.of(content);
    if (ledger.pendingWrites(block).stream().anyMatch(pending -> pending.hash() == hash)) {
      return;
    }
    // Of two replays at once each may have had that content in its journal; one is enough.
    String broken = null;
    for (int jid : ledger.replaying()) {
      if (ledger.journal(jid).hasImage(block, hash)) {
        Integer other = changedSince(jid, block);
        if (other == null) {
          return;
        }
        broken =
            "the replay of journal %d puts back block %d, which the owner of journal %d has changed since"
                .formatted(jid, block, other);
      }
    }
    if (broken != null) {
      judge.violated(4, broken);
    }
  }

  /** A node that has changed the block after the newest image in the journal; null for none. */
  private @Nullable Integer changedSince(int jid, long block) {
    long newest = ledger.journal(jid).newestImageOrder(block);
    for (Map.Entry<Integer, Long> change :
        changed.getOrDefault(block, new TreeMap<>()).entrySet()) {
      if (change.getKey() != jid && change.getValue() > newest) {
        return change.getKey();
      }
    }
    return null;
  }
}
