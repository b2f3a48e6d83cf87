package glockenspiel.simulation.checker;

import glockenspiel.journal.device.DeviceWrite;
import glockenspiel.node.event.NodeEvent;
import glockenspiel.ondisk.MetaHeader;
import glockenspiel.ondisk.MetaType;
import glockenspiel.ondisk.log.LogFlags;
import glockenspiel.ondisk.log.LogHeader;
import glockenspiel.simulation.observation.NodeId;
import glockenspiel.simulation.observation.Observation;
import glockenspiel.simulation.observation.Observer;
import glockenspiel.simulation.observation.StorageCall;
import java.nio.ByteBuffer;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/**
 * Rule 7: a clean log header is written only by an orderly unmount, a freeze or a finished replay.
 * A header that says clean may go to the device only while a close of that journal's open epoch,
 * sent by a node that did not withdraw then, a freeze's flush under that epoch, or a replay of that
 * journal waits for its answer. A close that was late on its way is an orderly one: what it needs
 * was in place when it was sent.
 *
 * <p>Knows on the way what the newest durable header of each journal says.
 */
final class CleanHeaderChecker implements Observer {
  private record Header(int jid, long sequence, boolean clean) {}

  private final Judge judge;
  private final VolumeMap map;
  private final StorageLedger ledger;
  private final Set<NodeId> withdrawing = new LinkedHashSet<>();
  private final Set<StorageCall> orderly = new LinkedHashSet<>();
  private final TreeMap<Long, Header> unsynced = new TreeMap<>();

  /** Of those, the writes that have succeeded. */
  private final Set<Long> whole = new LinkedHashSet<>();

  private final TreeMap<Integer, Header> newest = new TreeMap<>();

  CleanHeaderChecker(Judge judge, VolumeMap map, StorageLedger ledger) {
    this.judge = judge;
    this.map = map;
    this.ledger = ledger;
  }

  /** Whether the newest durable header of a journal says clean; true before the first one. */
  boolean isClean(int jid) {
    Header header = newest.get(jid);
    return header == null || header.clean();
  }

  @Override
  public void observe(Observation observation) {
    switch (observation) {
      case Observation.NodeTold(NodeId node, NodeEvent.WithdrawStarted started) ->
          withdrawing.add(node);
      case Observation.NodeTold(NodeId node, NodeEvent.Withdrawn withdrawn) ->
          withdrawing.remove(node);
      case Observation.CallSent(StorageCall call) -> {
        if (call.body() instanceof StorageCall.Close && !withdrawing.contains(call.node())) {
          orderly.add(call);
        }
      }
      case Observation.DeviceWriteCalled(long sequence, List<DeviceWrite> writes) ->
          DeviceBlocks.forEach(
              map.geometry(), writes, (block, content, all) -> called(sequence, block, content));
      case Observation.DeviceWritten(long sequence, List<DeviceWrite> writes) ->
          DeviceBlocks.forEach(
              map.geometry(),
              writes,
              (block, content, all) -> written(sequence, block, content, all));
      case Observation.DeviceSynced(long sequence) -> {
        var durable = unsynced.headMap(sequence, true);
        durable.forEach(
            (write, header) -> {
              // Only the disk knows what a write that has failed has left behind.
              boolean known = whole.remove(write);
              newest.put(header.jid(), known ? header : onDisk(header.jid(), header));
            });
        durable.clear();
      }
      case Observation.DiskCrashed crashed -> {
        // What was not synced may have survived.
        unsynced.clear();
        whole.clear();
        newest.replaceAll((jid, header) -> onDisk(jid, header));
      }
      default -> {}
    }
  }

  private Header onDisk(int jid, Header before) {
    LogHeader found = map.newestHeader(jid);
    return found == null ? before : new Header(jid, found.sequence(), found.isClean());
  }

  private @Nullable Header header(long block, ByteBuffer content) {
    int jid = map.journalOf(block);
    if (jid == VolumeMap.NO_JOURNAL
        || content.remaining() < LogHeader.V1_BYTES
        || !MetaHeader.is(content, MetaType.LOG_HEADER)) {
      return null;
    }
    boolean clean = (LogHeader.flags(content) & LogFlags.UNMOUNT) != 0;
    return new Header(jid, LogHeader.sequence(content), clean);
  }

  private void called(long sequence, long block, ByteBuffer content) {
    Header header = header(block, content);
    if (header == null) {
      return;
    }
    unsynced.put(sequence, header);
    if (header.clean() && !mayBeWritten(header.jid())) {
      judge.violated(
          7,
          "a clean header goes to journal "
              + header.jid()
              + ", and neither an orderly unmount nor a freeze nor a replay is under way");
    }
  }

  private void written(long sequence, long block, ByteBuffer content, boolean wholeBlock) {
    if (wholeBlock && header(block, content) != null) {
      whole.add(sequence);
    }
  }

  private boolean mayBeWritten(int jid) {
    for (StorageCall call : ledger.unanswered(jid)) {
      switch (call.body()) {
        case StorageCall.Replay replay -> {
          return true;
        }
        case StorageCall.Close close -> {
          if (close.epoch() == ledger.epoch(jid) && orderly.contains(call)) {
            return true;
          }
        }
        case StorageCall.Append append -> {
          if (append.epoch() == ledger.epoch(jid)
              && (append.flush().flags() & LogFlags.FLUSH_FREEZE) != 0) {
            return true;
          }
        }
        default -> {}
      }
    }
    return false;
  }
}
