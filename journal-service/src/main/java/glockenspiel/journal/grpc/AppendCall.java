package glockenspiel.journal.grpc;

import glockenspiel.journal.v1.AppendJournalRequest;
import glockenspiel.journal.v1.AppendJournalResponse;
import glockenspiel.protocol.storage.Appended;
import glockenspiel.protocol.storage.LogFlush;
import glockenspiel.protocol.storage.StorageException;
import glockenspiel.protocol.wire.FieldCheck;
import glockenspiel.protocol.wire.FlushWire;
import glockenspiel.protocol.wire.StorageErrors;
import glockenspiel.protocol.wire.StorageWire;
import glockenspiel.runtime.grpc.ServerStream;
import io.grpc.stub.StreamObserver;
import org.jspecify.annotations.Nullable;

/**
 * One stream of a journal's flushes. A message is done with when its flush is durable, so that a
 * node that sends faster than the device takes it is held back; the earlier parts of a large flush
 * are done with at once.
 */
final class AppendCall implements StreamObserver<AppendJournalRequest> {
  private static final long FLUSH_BYTES_MAX = 64L << 20;

  private final ServedVolumes volumes;
  private final ServerStream<AppendJournalResponse> stream;
  private @Nullable Target target;
  private boolean refused;

  // From here on the owner's.
  private int underWay;
  private boolean complete;

  /** Where the flushes go. */
  private record Target(ServedVolume served, int jid, long epoch, FlushWire.Reader reader) {}

  AppendCall(ServedVolumes volumes, StreamObserver<AppendJournalResponse> observer) {
    this.volumes = volumes;
    this.stream = ServerStream.openWithRequests(observer);
  }

  @Override
  public void onNext(AppendJournalRequest request) {
    if (refused) {
      return;
    }
    try {
      Target known = target;
      if (known == null) {
        known = begin(request);
        target = known;
      } else if (!request.getVolume().isEmpty()
          && !request.getVolume().equals(known.served().info().name())) {
        throw FieldCheck.STORAGE.bad("volume", "is another one than in the first message");
      }
      Target into = known;
      LogFlush flush = known.reader().read(request);
      if (flush == null) {
        stream.handOver(() -> {});
      } else {
        stream.receive(() -> append(into, request.getRequestId(), flush));
      }
    } catch (StorageException refusal) {
      refuse(refusal);
    }
  }

  private Target begin(AppendJournalRequest request) {
    ServedVolume served = volumes.find(request.getVolume());
    int jid = StorageWire.jid("jid", request.getJid());
    long epoch = StorageWire.epoch("epoch", request.getEpoch());
    stream.belongTo(served.owner());
    return new Target(
        served, jid, epoch, new FlushWire.Reader(served.info().blockSize(), FLUSH_BYTES_MAX));
  }

  private void refuse(StorageException refusal) {
    refused = true;
    if (target == null) {
      stream.refuse(StorageErrors.status(refusal));
    } else {
      stream.receive(() -> stream.fail(StorageErrors.status(refusal)));
    }
  }

  private void append(Target into, long requestId, LogFlush flush) {
    underWay++;
    into.served()
        .volume()
        .append(into.jid(), into.epoch(), flush)
        .whenDone(
            (appended, failure) -> {
              underWay--;
              stream.send(answer(requestId, appended, failure));
              stream.done();
              completeIfDone();
            });
  }

  private static AppendJournalResponse answer(
      long requestId, @Nullable Appended appended, @Nullable RuntimeException failure) {
    AppendJournalResponse.Builder answer =
        AppendJournalResponse.newBuilder().setRequestId(requestId);
    if (failure != null || appended == null) {
      answer.setFailure(StorageErrors.appendFailure(ServedVolumes.exception(failure)));
    } else {
      answer.setAppended(StorageWire.appended(appended));
    }
    return answer.build();
  }

  private void completeIfDone() {
    if (complete && underWay == 0) {
      stream.complete();
    }
  }

  @Override
  public void onError(Throwable failure) {
    // The node is gone; what came from it becomes durable or not, as the contract says.
  }

  @Override
  public void onCompleted() {
    if (refused) {
      return;
    }
    if (target == null) {
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
