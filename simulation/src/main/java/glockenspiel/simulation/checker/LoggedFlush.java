package glockenspiel.simulation.checker;

import glockenspiel.protocol.storage.BlockImage;
import glockenspiel.protocol.storage.LogFlush;
import glockenspiel.simulation.observation.BlockHash;
import glockenspiel.simulation.observation.StorageCall;
import java.util.Map;
import java.util.TreeMap;
import java.util.TreeSet;

/** A flush as the volume was asked to append it, and what became of it. */
final class LoggedFlush {
  final StorageCall call;
  final LogFlush content;
  final long arrivedOrder;
  final TreeMap<Long, Long> images = new TreeMap<>();
  final TreeSet<Long> revokes;

  /** When it was answered that it is durable; 0 while it was not. */
  long durableOrder;

  /** Where it begins in the journal; known when it is durable. */
  long firstBlock = -1;

  LoggedFlush(StorageCall call, LogFlush content, long arrivedOrder) {
    this.call = call;
    this.content = content;
    this.arrivedOrder = arrivedOrder;
    this.revokes = new TreeSet<>(content.revokes());
    content.metadata().forEach(this::add);
    content.journaledData().forEach(this::add);
  }

  private void add(BlockImage image) {
    images.put(image.block(), BlockHash.of(image.content()));
  }

  boolean isDurable() {
    return durableOrder > 0;
  }

  /** Blocks with the hashes of their images. */
  Map<Long, Long> images() {
    return images;
  }
}
