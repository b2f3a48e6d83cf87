package glockenspiel.journal.grpc;

import glockenspiel.journal.v1.WriteBlocksRequest;
import glockenspiel.journal.v1.WriteBlocksResponse;
import glockenspiel.protocol.storage.BlockImage;
import glockenspiel.protocol.storage.StorageException;
import glockenspiel.protocol.wire.BlockWire;
import glockenspiel.protocol.wire.FieldCheck;
import glockenspiel.protocol.wire.StorageErrors;
import glockenspiel.protocol.wire.StorageWire;
import glockenspiel.runtime.grpc.ServerStream;
import io.grpc.stub.StreamObserver;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * One call of WriteBlocks: each message is written as it comes, and the answer waits for all of
 * them.
 */
final class WriteCall implements StreamObserver<WriteBlocksRequest> {
  private final ServedVolumes volumes;
  private final ServerStream<WriteBlocksResponse> stream;
  private @Nullable ServedVolume served;
  private int jid;
  private long epoch;
  private boolean refused;

  // From here on the owner's.
  private int underWay;
  private boolean complete;
  private long written;

  WriteCall(ServedVolumes volumes, StreamObserver<WriteBlocksResponse> observer) {
    this.volumes = volumes;
    this.stream = ServerStream.openWithRequests(observer);
  }

  @Override
  public void onNext(WriteBlocksRequest request) {
    if (refused) {
      return;
    }
    try {
      ServedVolume volume = served;
      if (volume == null) {
        volume = volumes.find(request.getVolume());
        jid = StorageWire.jid("jid", request.getJid());
        epoch = StorageWire.epoch("epoch", request.getEpoch());
        stream.belongTo(volume.owner());
        served = volume;
      } else if (!request.getVolume().isEmpty()
          && !request.getVolume().equals(volume.info().name())) {
        throw FieldCheck.STORAGE.bad("volume", "is another one than in the first message");
      }
      ServedVolume target = volume;
      List<BlockImage> images =
          BlockWire.images(request.getRunsList(), target.info().blockSize(), "runs");
      stream.receive(() -> write(target, images));
    } catch (StorageException refusal) {
      refuse(refusal);
    }
  }

  private void refuse(StorageException refusal) {
    refused = true;
    if (served == null) {
      stream.refuse(StorageErrors.status(refusal));
    } else {
      stream.receive(() -> stream.fail(StorageErrors.status(refusal)));
    }
  }

  private void write(ServedVolume target, List<BlockImage> images) {
    underWay++;
    target
        .volume()
        .write(jid, epoch, images)
        .whenDone(
            (_, failure) -> {
              underWay--;
              stream.done();
              if (failure != null) {
                stream.fail(StorageErrors.status(ServedVolumes.exception(failure)));
                return;
              }
              written += images.size();
              completeIfDone();
            });
  }

  private void completeIfDone() {
    if (complete && underWay == 0) {
      stream.complete(WriteBlocksResponse.newBuilder().setBlocksWritten(written).build());
    }
  }

  @Override
  public void onError(Throwable failure) {
    // The caller is gone; what came from it is written or not, as the contract says.
  }

  @Override
  public void onCompleted() {
    if (refused) {
      return;
    }
    if (served == null) {
      refuse(FieldCheck.STORAGE.bad("volume", "is missing: there was no message"));
      return;
    }
    stream.receive(
        () -> {
          complete = true;
          completeIfDone();
        });
  }
}
