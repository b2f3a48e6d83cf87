package glockenspiel.simulation.checker;

import glockenspiel.journal.device.DeviceWrite;
import glockenspiel.ondisk.MetaHeader;
import glockenspiel.ondisk.MetaType;
import glockenspiel.ondisk.log.LogHeader;
import glockenspiel.ondisk.log.SealedHeader;
import glockenspiel.simulation.checker.StorageLedger.PendingWrite;
import glockenspiel.simulation.observation.BlockHash;
import glockenspiel.simulation.observation.Observation;
import glockenspiel.simulation.observation.Observer;
import glockenspiel.simulation.observation.StorageCall;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * Rule 3: nothing of a fenced epoch reaches the device. Every block that is written must have been
 * asked for: in place by a write that waits for its answer, whose epoch is not cut off when the
 * block reaches the disk, or by a replay; in a journal by an append or a close of its open epoch,
 * or by a replay; a seal may become the header, while its epoch is open.
 */
public final class FenceChecker implements Observer {
  /** An epoch of a journal that a written block may belong to; epoch 0 stands for a replay. */
  private record Cause(int jid, long epoch) {
    private static final long REPLAY = 0;
  }

  private record Caused(long block, List<Cause> causes) {}

  private static final int NO_JID = -1;

  private final Judge judge;
  private final VolumeMap map;
  private final StorageLedger ledger;
  private final Map<Long, List<Caused>> called = new LinkedHashMap<>();

  FenceChecker(Judge judge, VolumeMap map, StorageLedger ledger) {
    this.judge = judge;
    this.map = map;
    this.ledger = ledger;
  }

  @Override
  public void observe(Observation observation) {
    switch (observation) {
      case Observation.DeviceWriteCalled(long sequence, List<DeviceWrite> writes) -> {
        List<Caused> caused = new ArrayList<>();
        DeviceBlocks.forEach(
            map.geometry(),
            writes,
            (block, content, whole) -> caused.add(explain(block, content, whole)));
        called.put(sequence, caused);
      }
      case Observation.DeviceWritten(long sequence, var writes) -> {
        List<Caused> caused = called.remove(sequence);
        if (caused != null) {
          caused.forEach(this::checkAlive);
        }
      }
      case Observation.VolumeCrashed crashed -> called.clear();
      default -> {}
    }
  }

  private Caused explain(long block, ByteBuffer content, boolean whole) {
    int jid = map.journalOf(block);
    List<Cause> causes =
        jid == VolumeMap.NO_JOURNAL
            ? inPlace(block, content, whole)
            : inJournal(jid, block, content);
    if (causes.isEmpty()) {
      judge.violated(
          3,
          "block "
              + block
              + (jid == VolumeMap.NO_JOURNAL ? "" : " of journal " + jid)
              + " is written, and nobody who may has asked for it");
    }
    return new Caused(block, causes);
  }

  private List<Cause> inPlace(long block, ByteBuffer content, boolean whole) {
    long hash = BlockHash.of(content);
    List<Cause> causes = new ArrayList<>();
    for (PendingWrite pending : ledger.pendingWrites(block)) {
      Cause cause = new Cause(pending.write().jid(), pending.write().epoch());
      if ((!whole || pending.hash() == hash) && !ledger.isFenced(cause.jid(), cause.epoch())) {
        causes.add(cause);
      }
    }
    for (int jid : ledger.replaying()) {
      if (map.isStatfs(block) || !whole || ledger.journal(jid).hasImage(block, hash)) {
        causes.add(new Cause(jid, Cause.REPLAY));
      }
    }
    boolean known = whole && !map.isStatfs(block);
    if (known && causes.size() == 1 && causes.getFirst().epoch() == Cause.REPLAY) {
      // Nobody else can have written it, so this replay has cut the owner off before.
      int jid = causes.getFirst().jid();
      ledger.fenced(jid, ledger.epoch(jid));
    }
    if (causes.isEmpty() && map.isStatfs(block) && ledger.isFolding()) {
      causes.add(new Cause(NO_JID, Cause.REPLAY));
    }
    return causes;
  }

  private List<Cause> inJournal(int jid, long block, ByteBuffer content) {
    List<Cause> causes = new ArrayList<>();
    if (breaksSeal(block, content)) {
      // The header that an append still owed when it was answered.
      addOpen(causes, jid, ledger.epoch(jid));
    }
    for (StorageCall call : ledger.unanswered(jid)) {
      switch (call.body()) {
        case StorageCall.Append append -> addOpen(causes, jid, append.epoch());
        case StorageCall.Close close -> addOpen(causes, jid, close.epoch());
        case StorageCall.Replay replay -> causes.add(new Cause(jid, Cause.REPLAY));
        default -> {}
      }
    }
    return causes;
  }

  /** Also the part of a header that a device writes before it fails. */
  private boolean breaksSeal(long block, ByteBuffer content) {
    SealedHeader sealed = map.sealedAt(block);
    return sealed != null
        && content.remaining() >= LogHeader.V1_BYTES
        && MetaHeader.is(content, MetaType.LOG_HEADER)
        && LogHeader.sequence(content) == sealed.header().sequence();
  }

  private void addOpen(List<Cause> causes, int jid, long epoch) {
    if (epoch == ledger.epoch(jid) && !ledger.isFenced(jid, epoch)) {
      causes.add(new Cause(jid, epoch));
    }
  }

  private void checkAlive(Caused caused) {
    for (Cause cause : caused.causes()) {
      if (cause.epoch() == Cause.REPLAY || !ledger.isFenced(cause.jid(), cause.epoch())) {
        return;
      }
    }
    if (!caused.causes().isEmpty()) {
      judge.violated(
          3,
          "block "
              + caused.block()
              + " of "
              + caused.causes()
              + " reaches the disk after the epoch was fenced");
    }
  }
}
