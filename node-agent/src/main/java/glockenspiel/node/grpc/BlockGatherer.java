package glockenspiel.node.grpc;

import glockenspiel.journal.v1.ReadBlocksResponse;
import glockenspiel.protocol.storage.StorageException;
import glockenspiel.protocol.storage.StorageException.Reason;
import glockenspiel.protocol.wire.BlockWire;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;

/** Puts the blocks of a read together, in the order asked for. */
record BlockGatherer(int blockSize, int wanted, List<ByteBuffer> read)
    implements StreamedAnswer.Gatherer<ReadBlocksResponse, List<ByteBuffer>> {
  BlockGatherer(int blockSize, int wanted) {
    this(blockSize, wanted, new ArrayList<>(wanted));
  }

  /** Whole only when the stream ends: an answer with too many blocks is none. */
  @Override
  public boolean next(ReadBlocksResponse response) {
    BlockWire.addOwned(response.getRunsList(), blockSize, "runs", read);
    if (read.size() > wanted) {
      throw wrongCount();
    }
    return false;
  }

  @Override
  public List<ByteBuffer> result() {
    if (read.size() != wanted) {
      throw wrongCount();
    }
    return read;
  }

  private StorageException wrongCount() {
    return new StorageException(
        Reason.UNAVAILABLE, "read of " + wanted + " blocks brought " + read.size());
  }
}
