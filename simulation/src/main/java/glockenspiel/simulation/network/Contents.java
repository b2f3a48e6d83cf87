package glockenspiel.simulation.network;

import glockenspiel.protocol.storage.BlockImage;
import glockenspiel.protocol.storage.LogFlush;
import glockenspiel.simulation.observation.BlockHash;
import glockenspiel.simulation.observation.StorageCall;
import java.util.List;

/** Hashes of what a call carries, so that a buffer that changes on its way is found out. */
final class Contents {
  private Contents() {}

  static long hash(StorageCall.Body body) {
    return switch (body) {
      case StorageCall.Write(int jid, long epoch, var blocks) -> hash(blocks);
      case StorageCall.Append(int jid, long epoch, LogFlush flush) ->
          hash(flush.metadata()) * 31 + hash(flush.journaledData());
      default -> 0;
    };
  }

  private static long hash(List<BlockImage> blocks) {
    long hash = blocks.size();
    for (BlockImage image : blocks) {
      hash = hash * 31 + BlockHash.of(image.content());
    }
    return hash;
  }
}
