package glockenspiel.simulation.checker;

import glockenspiel.journal.device.DeviceWrite;
import glockenspiel.journal.device.MemoryDisk;
import glockenspiel.ondisk.Geometry;
import glockenspiel.simulation.observation.BlockHash;
import glockenspiel.simulation.observation.Observation;
import glockenspiel.simulation.observation.Observer;
import java.nio.ByteBuffer;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.TreeSet;

/** What would survive a crash: the hash of each block as of the last sync that covered it. */
final class DurableDisk implements Observer {
  private final MemoryDisk disk;
  private final Geometry geometry;
  private final TreeMap<Long, Long> durable = new TreeMap<>();

  /** By the sequence number of the write, what it left in the blocks that it touched. */
  private final TreeMap<Long, Map<Long, Long>> unsynced = new TreeMap<>();

  DurableDisk(MemoryDisk disk, Geometry geometry) {
    this.disk = disk;
    this.geometry = geometry;
  }

  @Override
  public void observe(Observation observation) {
    switch (observation) {
      case Observation.DeviceWritten(long sequence, List<DeviceWrite> writes) -> {
        Map<Long, Long> left = unsynced.computeIfAbsent(sequence, any -> new TreeMap<>());
        DeviceBlocks.forEach(
            geometry, writes, (block, content, whole) -> left.put(block, onDisk(block)));
      }
      case Observation.DeviceSynced(long sequence) -> {
        Map<Long, Map<Long, Long>> covered = unsynced.headMap(sequence, true);
        covered.values().forEach(durable::putAll);
        covered.clear();
      }
      case Observation.DiskCrashed crashed -> {
        TreeSet<Long> touched = new TreeSet<>();
        unsynced.values().forEach(left -> touched.addAll(left.keySet()));
        touched.forEach(block -> durable.put(block, onDisk(block)));
        unsynced.clear();
      }
      default -> {}
    }
  }

  private long onDisk(long block) {
    int size = geometry.blockSize();
    return BlockHash.of(ByteBuffer.wrap(disk.bytes(block * size, size)));
  }

  /** The hash of what a crash would leave of the block. */
  long hash(long block) {
    Long known = durable.get(block);
    if (known != null) {
      return known;
    }
    boolean touched = unsynced.values().stream().anyMatch(left -> left.containsKey(block));
    // Written but never synced: what was there at the beginning is not known any more.
    return touched ? 0 : onDisk(block);
  }
}
