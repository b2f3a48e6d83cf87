package glockenspiel.journal.grpc;

import glockenspiel.journal.v1.BlockStorageServiceGrpc.BlockStorageServiceImplBase;
import glockenspiel.journal.v1.GetVolumeRequest;
import glockenspiel.journal.v1.GetVolumeResponse;
import glockenspiel.journal.v1.ListVolumesRequest;
import glockenspiel.journal.v1.ListVolumesResponse;
import glockenspiel.journal.v1.ReadBlocksRequest;
import glockenspiel.journal.v1.ReadBlocksResponse;
import glockenspiel.journal.v1.WriteBlocksRequest;
import glockenspiel.journal.v1.WriteBlocksResponse;
import glockenspiel.protocol.wire.BlockWire;
import glockenspiel.protocol.wire.StorageWire;
import glockenspiel.runtime.grpc.GrpcLimits;
import io.grpc.stub.StreamObserver;

/** {@code glockenspiel.journal.v1.BlockStorageService}. */
public final class BlockStorageGrpcService extends BlockStorageServiceImplBase {
  private final ServedVolumes volumes;

  /** The service of these volumes. */
  public BlockStorageGrpcService(ServedVolumes volumes) {
    this.volumes = volumes;
  }

  @Override
  public void listVolumes(
      ListVolumesRequest request, StreamObserver<ListVolumesResponse> observer) {
    ListVolumesResponse.Builder answer = ListVolumesResponse.newBuilder();
    volumes.all().forEach(served -> answer.addVolumes(StorageWire.volume(served.info())));
    observer.onNext(answer.build());
    observer.onCompleted();
  }

  @Override
  public void getVolume(GetVolumeRequest request, StreamObserver<GetVolumeResponse> observer) {
    volumes.handle(
        request.getVolume(),
        observer,
        (stream, served) ->
            stream.complete(
                GetVolumeResponse.newBuilder()
                    .setVolume(StorageWire.volume(served.info()))
                    .build()));
  }

  @Override
  public void readBlocks(ReadBlocksRequest request, StreamObserver<ReadBlocksResponse> observer) {
    volumes.handle(
        request.getVolume(),
        observer,
        GrpcLimits.BLOCKS_ON_READY_BYTES,
        (stream, served) ->
            new ReadCall(stream, served, BlockWire.blocks(request.getRangesList(), "ranges"))
                .start());
  }

  @Override
  public StreamObserver<WriteBlocksRequest> writeBlocks(
      StreamObserver<WriteBlocksResponse> observer) {
    return new WriteCall(volumes, observer);
  }
}
