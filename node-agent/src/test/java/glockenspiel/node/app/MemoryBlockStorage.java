package glockenspiel.node.app;

import glockenspiel.journal.v1.BlockStorageServiceGrpc;
import glockenspiel.journal.v1.GetVolumeRequest;
import glockenspiel.journal.v1.GetVolumeResponse;
import glockenspiel.journal.v1.ReadBlocksRequest;
import glockenspiel.journal.v1.ReadBlocksResponse;
import glockenspiel.journal.v1.WriteBlocksRequest;
import glockenspiel.journal.v1.WriteBlocksResponse;
import glockenspiel.protocol.storage.BlockImage;
import glockenspiel.protocol.storage.StorageException;
import glockenspiel.protocol.storage.StorageException.Reason;
import glockenspiel.protocol.wire.BlockWire;
import glockenspiel.protocol.wire.StorageErrors;
import glockenspiel.protocol.wire.StorageWire;
import io.grpc.stub.StreamObserver;
import java.util.concurrent.atomic.AtomicInteger;

/** The blocks of a volume in memory, as a service. */
final class MemoryBlockStorage extends BlockStorageServiceGrpc.BlockStorageServiceImplBase {
  private final MemoryVolume volume;

  /** So many reads more are refused: the service has no storage. */
  final AtomicInteger readsAway = new AtomicInteger();

  MemoryBlockStorage(MemoryVolume volume) {
    this.volume = volume;
  }

  @Override
  public void getVolume(GetVolumeRequest request, StreamObserver<GetVolumeResponse> observer) {
    observer.onNext(
        GetVolumeResponse.newBuilder().setVolume(StorageWire.volume(volume.info())).build());
    observer.onCompleted();
  }

  @Override
  public void readBlocks(ReadBlocksRequest request, StreamObserver<ReadBlocksResponse> observer) {
    if (readsAway.getAndUpdate(left -> Math.max(0, left - 1)) > 0) {
      observer.onError(
          StorageErrors.status(new StorageException(Reason.UNAVAILABLE, "away, the test says")));
      return;
    }
    for (long block : BlockWire.blocks(request.getRangesList(), "ranges")) {
      observer.onNext(
          ReadBlocksResponse.newBuilder()
              .addRuns(
                  BlockWire.run(
                      block,
                      // In the process the reader gets the very bytes.
                      java.nio.ByteBuffer.wrap(volume.read(block).array().clone())))
              .build());
    }
    observer.onCompleted();
  }

  @Override
  public StreamObserver<WriteBlocksRequest> writeBlocks(
      StreamObserver<WriteBlocksResponse> observer) {
    return new StreamObserver<>() {
      private long epoch;
      private int blocks;
      private boolean failed;

      @Override
      public void onNext(WriteBlocksRequest request) {
        if (failed) {
          return;
        }
        epoch = request.getEpoch() == 0 ? epoch : request.getEpoch();
        try {
          for (BlockImage image :
              BlockWire.images(request.getRunsList(), MemoryVolume.BLOCK_SIZE, "runs")) {
            volume.write(epoch, image.block(), image.content());
            blocks++;
          }
        } catch (StorageException refused) {
          failed = true;
          observer.onError(StorageErrors.status(refused));
        }
      }

      @Override
      public void onError(Throwable gone) {}

      @Override
      public void onCompleted() {
        if (!failed) {
          observer.onNext(WriteBlocksResponse.newBuilder().setBlocksWritten(blocks).build());
          observer.onCompleted();
        }
      }
    };
  }
}
