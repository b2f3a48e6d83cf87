package glockenspiel.node.app;

import glockenspiel.journal.v1.AppendJournalRequest;
import glockenspiel.journal.v1.AppendJournalResponse;
import glockenspiel.journal.v1.CheckJournalRequest;
import glockenspiel.journal.v1.CheckJournalResponse;
import glockenspiel.journal.v1.CloseJournalRequest;
import glockenspiel.journal.v1.CloseJournalResponse;
import glockenspiel.journal.v1.FenceJournalRequest;
import glockenspiel.journal.v1.FenceJournalResponse;
import glockenspiel.journal.v1.JournalServiceGrpc;
import glockenspiel.journal.v1.OpenJournalRequest;
import glockenspiel.journal.v1.OpenJournalResponse;
import glockenspiel.journal.v1.ReplayJournalRequest;
import glockenspiel.journal.v1.ReplayJournalResponse;
import glockenspiel.journal.v1.WatchJournalRequest;
import glockenspiel.journal.v1.WatchJournalResponse;
import glockenspiel.protocol.storage.Appended;
import glockenspiel.protocol.storage.JournalCheck;
import glockenspiel.protocol.storage.LogFlush;
import glockenspiel.protocol.storage.OpenedJournal;
import glockenspiel.protocol.storage.ReplayResult;
import glockenspiel.protocol.storage.StorageException;
import glockenspiel.protocol.storage.StorageException.Reason;
import glockenspiel.protocol.wire.FlushWire;
import glockenspiel.protocol.wire.StorageErrors;
import glockenspiel.protocol.wire.StorageWire;
import io.grpc.stub.ServerCallStreamObserver;
import io.grpc.stub.StreamObserver;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * The journals of a volume in memory, as a service. Journal 0 is the node's; the others are clean.
 */
final class MemoryJournals extends JournalServiceGrpc.JournalServiceImplBase {
  private static final long FLUSH_BYTES_MAX = 64 << 20;

  private final MemoryVolume volume;

  /** Appends fail from now on. */
  volatile boolean broken;

  /** Takes the next append instead of it being answered. */
  volatile @Nullable Held held;

  /** An append whose answer waits for the test. */
  interface Held {
    void hold(Runnable answer);
  }

  MemoryJournals(MemoryVolume volume) {
    this.volume = volume;
  }

  private static <A> void answer(StreamObserver<A> observer, Supplier<A> answer) {
    A made;
    try {
      made = answer.get();
    } catch (StorageException refused) {
      observer.onError(StorageErrors.status(refused));
      return;
    }
    observer.onNext(made);
    observer.onCompleted();
  }

  @Override
  public void openJournal(
      OpenJournalRequest request, StreamObserver<OpenJournalResponse> observer) {
    answer(
        observer,
        () ->
            StorageWire.opened(
                new OpenedJournal(
                    request.getJid(),
                    volume.openJournal(),
                    MemoryVolume.JOURNAL_BLOCKS,
                    volume.head(),
                    1)));
  }

  @Override
  public void closeJournal(
      CloseJournalRequest request, StreamObserver<CloseJournalResponse> observer) {
    answer(
        observer,
        () -> {
          volume.closeJournal(request.getEpoch());
          return CloseJournalResponse.getDefaultInstance();
        });
  }

  @Override
  public void fenceJournal(
      FenceJournalRequest request, StreamObserver<FenceJournalResponse> observer) {
    answer(
        observer,
        () -> {
          volume.fence(request.getEpoch());
          return FenceJournalResponse.getDefaultInstance();
        });
  }

  @Override
  public void checkJournal(
      CheckJournalRequest request, StreamObserver<CheckJournalResponse> observer) {
    answer(
        observer,
        () ->
            CheckJournalResponse.newBuilder()
                .setJournal(StorageWire.check(volume.check(request.getJid())))
                .build());
  }

  @Override
  public void replayJournal(
      ReplayJournalRequest request, StreamObserver<ReplayJournalResponse> observer) {
    answer(
        observer,
        () -> {
          boolean replayed = request.getJid() == 0 && volume.replay();
          ReplayResult result =
              new ReplayResult(request.getJid(), replayed, false, 0, 0, 0, 0, 0, 0, 0, 1, 1);
          return ReplayJournalResponse.newBuilder().setResult(StorageWire.result(result)).build();
        });
  }

  @Override
  public void watchJournal(
      WatchJournalRequest request, StreamObserver<WatchJournalResponse> observer) {
    var call = (ServerCallStreamObserver<WatchJournalResponse>) observer;
    call.setOnCancelHandler(() -> {});
    volume.watch(check -> tell(call, check));
  }

  private static boolean tell(
      ServerCallStreamObserver<WatchJournalResponse> call, JournalCheck check) {
    if (!call.isCancelled()) {
      call.onNext(WatchJournalResponse.newBuilder().setJournal(StorageWire.check(check)).build());
    }
    return !call.isCancelled();
  }

  @Override
  public StreamObserver<AppendJournalRequest> appendJournal(
      StreamObserver<AppendJournalResponse> observer) {
    return new StreamObserver<>() {
      private final FlushWire.Reader reader =
          new FlushWire.Reader(MemoryVolume.BLOCK_SIZE, FLUSH_BYTES_MAX);
      private long epoch;

      @Override
      public void onNext(AppendJournalRequest request) {
        epoch = request.getEpoch() == 0 ? epoch : request.getEpoch();
        LogFlush flush = reader.read(request);
        if (flush == null) {
          return;
        }
        AppendJournalResponse answer = append(request.getRequestId(), epoch, flush);
        Held holder = held;
        if (holder == null) {
          observer.onNext(answer);
        } else {
          held = null;
          holder.hold(() -> observer.onNext(answer));
        }
      }

      @Override
      public void onError(Throwable gone) {}

      @Override
      public void onCompleted() {
        observer.onCompleted();
      }
    };
  }

  private AppendJournalResponse append(long requestId, long epoch, LogFlush flush) {
    AppendJournalResponse.Builder answer =
        AppendJournalResponse.newBuilder().setRequestId(requestId);
    try {
      if (broken) {
        throw new StorageException(Reason.IO_ERROR, "journal 0, block 12: the device failed");
      }
      int count = flush.metadata().size() + flush.journaledData().size();
      int first = volume.append(epoch, count);
      Appended appended = new Appended(1, first, volume.head());
      return answer.setAppended(StorageWire.appended(appended)).build();
    } catch (StorageException refused) {
      return answer.setFailure(StorageErrors.appendFailure(refused)).build();
    }
  }
}
