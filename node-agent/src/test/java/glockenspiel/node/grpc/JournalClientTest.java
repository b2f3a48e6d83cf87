package glockenspiel.node.grpc;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import glockenspiel.journal.v1.AppendJournalRequest;
import glockenspiel.journal.v1.AppendJournalResponse;
import glockenspiel.journal.v1.CloseJournalRequest;
import glockenspiel.journal.v1.CloseJournalResponse;
import glockenspiel.journal.v1.FencingState;
import glockenspiel.journal.v1.JournalServiceGrpc;
import glockenspiel.journal.v1.ReplayJournalRequest;
import glockenspiel.journal.v1.ReplayJournalResponse;
import glockenspiel.journal.v1.ReplayProgress;
import glockenspiel.journal.v1.WatchJournalRequest;
import glockenspiel.journal.v1.WatchJournalResponse;
import glockenspiel.protocol.storage.Appended;
import glockenspiel.protocol.storage.BlockImage;
import glockenspiel.protocol.storage.JournalCheck;
import glockenspiel.protocol.storage.JournalState;
import glockenspiel.protocol.storage.LogFlush;
import glockenspiel.protocol.storage.ReplayResult;
import glockenspiel.protocol.storage.StatfsCounts;
import glockenspiel.protocol.storage.StorageException;
import glockenspiel.protocol.storage.StorageException.Reason;
import glockenspiel.protocol.wire.FlushWire;
import glockenspiel.protocol.wire.StorageErrors;
import glockenspiel.protocol.wire.StorageWire;
import glockenspiel.runtime.telemetry.TracingServerInterceptor;
import io.grpc.stub.ServerCallStreamObserver;
import io.grpc.stub.StreamObserver;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** Appends, replays and watches. */
@Timeout(60)
class JournalClientTest {
  private static final int BLOCK_SIZE = 512;
  private static final long FLUSH_BYTES_MAX = 64 << 20;
  private static final String TRACE = "00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01";
  private static final ReplayResult RESULT =
      new ReplayResult(1, true, false, 2, 3, 2, 0, 0, 2, 40, 41, 12);

  /** An append stream as the service sees it. */
  private static final class Call implements StreamObserver<AppendJournalRequest> {
    final StreamObserver<AppendJournalResponse> answers;
    final BlockingQueue<AppendJournalRequest> requests = new LinkedBlockingQueue<>();
    final BlockingQueue<String> ends = new LinkedBlockingQueue<>();
    final List<AppendJournalRequest> read = new ArrayList<>();
    final FlushWire.Reader reader = new FlushWire.Reader(BLOCK_SIZE, FLUSH_BYTES_MAX);

    Call(StreamObserver<AppendJournalResponse> answers) {
      this.answers = answers;
    }

    @Override
    public void onNext(AppendJournalRequest request) {
      requests.add(request);
    }

    @Override
    public void onError(Throwable gone) {
      ends.add("cancelled");
    }

    @Override
    public void onCompleted() {
      ends.add("completed");
    }

    /** The next whole flush, and the id to answer it by. */
    Flush next() {
      while (true) {
        AppendJournalRequest request = ClientRig.next(requests);
        read.add(request);
        LogFlush flush = reader.read(request);
        if (flush != null) {
          return new Flush(request.getRequestId(), flush);
        }
      }
    }

    void answer(long requestId, Appended appended) {
      answers.onNext(
          AppendJournalResponse.newBuilder()
              .setRequestId(requestId)
              .setAppended(StorageWire.appended(appended))
              .build());
    }

    void refuse(long requestId, StorageException failure) {
      answers.onNext(
          AppendJournalResponse.newBuilder()
              .setRequestId(requestId)
              .setFailure(StorageErrors.appendFailure(failure))
              .build());
    }
  }

  private record Flush(long requestId, LogFlush flush) {}

  private static final class Service extends JournalServiceGrpc.JournalServiceImplBase {
    final BlockingQueue<Call> appends = new LinkedBlockingQueue<>();
    final BlockingQueue<StreamObserver<ReplayJournalResponse>> replays =
        new LinkedBlockingQueue<>();
    final BlockingQueue<StreamObserver<WatchJournalResponse>> watches = new LinkedBlockingQueue<>();
    final BlockingQueue<String> traces = new LinkedBlockingQueue<>();
    final BlockingQueue<Long> expected = new LinkedBlockingQueue<>();
    final CompletableFuture<@Nullable Void> cancelled = new CompletableFuture<>();

    @Override
    public StreamObserver<AppendJournalRequest> appendJournal(
        StreamObserver<AppendJournalResponse> observer) {
      Call call = new Call(observer);
      appends.add(call);
      return call;
    }

    @Override
    public void closeJournal(
        CloseJournalRequest request, StreamObserver<CloseJournalResponse> observer) {
      observer.onNext(CloseJournalResponse.getDefaultInstance());
      observer.onCompleted();
    }

    @Override
    public void replayJournal(
        ReplayJournalRequest request, StreamObserver<ReplayJournalResponse> observer) {
      traces.add(TracingServerInterceptor.current());
      expected.add(request.hasExpectedEpoch() ? request.getExpectedEpoch() : -1);
      replays.add(observer);
    }

    @Override
    public void watchJournal(
        WatchJournalRequest request, StreamObserver<WatchJournalResponse> observer) {
      ((ServerCallStreamObserver<?>) observer).setOnCancelHandler(() -> cancelled.complete(null));
      watches.add(observer);
    }
  }

  private final Service service = new Service();
  private ClientRig rig;
  private StorageClient client;

  @BeforeEach
  void connect() throws Exception {
    rig = new ClientRig(service);
    client = client(StorageDeadlines.DEFAULT);
  }

  private StorageClient client(StorageDeadlines deadlines) {
    return new StorageClient(rig.owner, rig.channel, "demo:fs", deadlines);
  }

  @AfterEach
  void close() {
    rig.close();
  }

  /** A flush with so many blocks that its number tells it from others. */
  private static LogFlush flush(int number) {
    List<BlockImage> metadata =
        IntStream.range(0, number)
            .mapToObj(i -> new BlockImage(1_000L + i, ByteBuffer.allocate(BLOCK_SIZE)))
            .toList();
    return new LogFlush(metadata, List.of(), List.of(5L), number, StatfsCounts.ZERO, 0);
  }

  private CompletableFuture<Appended> append(int number) {
    return append(number, 1);
  }

  private CompletableFuture<Appended> append(int number, long epoch) {
    return rig.ask(() -> client.append(0, epoch, flush(number)));
  }

  @Test
  void appendsGoOutInOrderOnOneStream() {
    List<CompletableFuture<Appended>> answers = new ArrayList<>();
    for (int i = 0; i < 60; i++) {
      answers.add(append(i * 30));
    }
    Call call = ClientRig.next(service.appends);
    for (int i = 0; i < 60; i++) {
      Flush flush = call.next();
      assertEquals(flush(i * 30), flush.flush());
      call.answer(flush.requestId(), new Appended(i, i, i));
    }
    for (int i = 0; i < 60; i++) {
      assertEquals(new Appended(i, i, i), ClientRig.await(answers.get(i)));
    }
    assertTrue(service.appends.isEmpty(), "one stream is enough");
    assertEquals("demo:fs", call.read.getFirst().getVolume());
    assertEquals(1, call.read.getFirst().getEpoch());
    assertEquals("", call.read.getLast().getVolume());
  }

  @Test
  void aFailedFlushDoesNotEndTheStream() {
    CompletableFuture<Appended> full = append(1);
    CompletableFuture<Appended> fits = append(2);
    Call call = ClientRig.next(service.appends);
    call.refuse(call.next().requestId(), new StorageException(Reason.JOURNAL_FULL, "full"));
    call.answer(call.next().requestId(), new Appended(1, 2, 3));
    ClientRig.assertReason(Reason.JOURNAL_FULL, full);
    assertEquals(new Appended(1, 2, 3), ClientRig.await(fits));
  }

  @Test
  void aBrokenStreamFailsAllThatWaitAndTheNextAppendOpensAnother() {
    List<CompletableFuture<Appended>> lost = List.of(append(1), append(2), append(3));
    Call call = ClientRig.next(service.appends);
    Flush first = call.next();
    call.answer(first.requestId(), new Appended(1, 2, 3));
    ClientRig.await(lost.getFirst());
    call.answers.onError(io.grpc.Status.UNAVAILABLE.asException());
    ClientRig.assertReason(Reason.UNAVAILABLE, lost.get(1));
    ClientRig.assertReason(Reason.UNAVAILABLE, lost.get(2));

    CompletableFuture<Appended> next = append(4);
    Call second = ClientRig.next(service.appends);
    second.answer(second.next().requestId(), new Appended(4, 5, 6));
    assertEquals("demo:fs", second.read.getFirst().getVolume());
    assertEquals(new Appended(4, 5, 6), ClientRig.await(next));
  }

  @Test
  void theReasonThatEndsTheStreamIsEveryonesReason() {
    CompletableFuture<Appended> lost = append(1);
    ClientRig.next(service.appends)
        .answers
        .onError(StorageErrors.status(new StorageException(Reason.STALE_EPOCH, "epoch 1")));
    ClientRig.assertReason(Reason.STALE_EPOCH, lost);
  }

  @Test
  void anAnswerThatMakesNoSenseFailsItsAppend() {
    CompletableFuture<Appended> lost = append(1);
    Call call = ClientRig.next(service.appends);
    call.answers.onNext(
        AppendJournalResponse.newBuilder()
            .setRequestId(call.next().requestId())
            .setAppended(glockenspiel.journal.v1.Appended.newBuilder().setHeadBlock(-1))
            .build());
    ClientRig.assertReason(Reason.INVALID_ARGUMENT, lost);
  }

  @Test
  void anAnswerThatDoesNotComeFailsAllThatWait() {
    client = client(new StorageDeadlines(50, 50));
    List<CompletableFuture<Appended>> lost = List.of(append(1), append(2));
    Call call = ClientRig.next(service.appends);
    ClientRig.assertReason(Reason.UNAVAILABLE, lost.get(0));
    ClientRig.assertReason(Reason.UNAVAILABLE, lost.get(1));
    assertEquals("cancelled", ClientRig.next(call.ends));
  }

  @Test
  void anotherEpochHasAnotherStream() {
    CompletableFuture<Appended> old = append(1, 1);
    Call first = ClientRig.next(service.appends);
    CompletableFuture<Appended> young = append(2, 2);
    ClientRig.assertReason(Reason.UNAVAILABLE, old);
    assertEquals("cancelled", ClientRig.next(first.ends));
    Call second = ClientRig.next(service.appends);
    second.answer(second.next().requestId(), new Appended(1, 2, 3));
    assertEquals(2, second.read.getFirst().getEpoch());
    ClientRig.await(young);
  }

  @Test
  void closingTheJournalEndsItsStreamInOrder() {
    CompletableFuture<Appended> append = append(1);
    Call call = ClientRig.next(service.appends);
    call.answer(call.next().requestId(), new Appended(1, 2, 3));
    ClientRig.await(append);
    ClientRig.await(rig.ask(() -> client.closeJournal(0, 1)));
    assertEquals("completed", ClientRig.next(call.ends));
  }

  private static ReplayJournalResponse progress(long done) {
    return ReplayJournalResponse.newBuilder()
        .setProgress(ReplayProgress.newBuilder().setBlocksDone(done))
        .build();
  }

  private static ReplayJournalResponse result() {
    return ReplayJournalResponse.newBuilder().setResult(StorageWire.result(RESULT)).build();
  }

  private CompletableFuture<ReplayResult> replay() {
    return rig.ask(() -> client.replay(1, 3, false, TRACE));
  }

  @Test
  void aReplayIsAnsweredWhenItsStreamEnds() {
    CompletableFuture<ReplayResult> replay = replay();
    assertEquals(TRACE, ClientRig.next(service.traces));
    assertEquals(3L, ClientRig.next(service.expected));
    StreamObserver<ReplayJournalResponse> call = ClientRig.next(service.replays);
    for (int i = 0; i < 100; i++) {
      call.onNext(progress(i));
    }
    call.onNext(result());
    call.onCompleted();
    assertEquals(RESULT, ClientRig.await(replay));
  }

  @Test
  void aReplayWithoutItsResultIsNone() {
    CompletableFuture<ReplayResult> replay = replay();
    StreamObserver<ReplayJournalResponse> call = ClientRig.next(service.replays);
    call.onNext(progress(1));
    call.onCompleted();
    ClientRig.assertReason(Reason.UNAVAILABLE, replay);
  }

  @Test
  void aReplayThatFailsBehindItsResultHasFailed() {
    CompletableFuture<ReplayResult> replay = replay();
    StreamObserver<ReplayJournalResponse> call = ClientRig.next(service.replays);
    call.onNext(result());
    call.onError(StorageErrors.status(new StorageException(Reason.JOURNAL_CORRUPT, "block 4")));
    ClientRig.assertReason(Reason.JOURNAL_CORRUPT, replay);
  }

  @Test
  void aReplayThatFallsSilentIsGivenUp() {
    client = client(new StorageDeadlines(10_000, 50));
    CompletableFuture<ReplayResult> replay = replay();
    ClientRig.next(service.replays).onNext(progress(1));
    StorageException failure = ClientRig.failure(replay);
    assertEquals(Reason.UNAVAILABLE, failure.reason());
    assertEquals("replay of journal 1: nothing was heard for 50 ms", failure.getMessage());
  }

  private static WatchJournalResponse state(JournalState state, boolean open) {
    return state(state, open, 4);
  }

  private static WatchJournalResponse state(JournalState state, boolean open, long epoch) {
    return WatchJournalResponse.newBuilder()
        .setJournal(
            StorageWire.check(new JournalCheck(1, state, epoch, open, !open, 0, 1, 0, 100, "")))
        .build();
  }

  @Test
  void aJournalThatWasOpenedAnewWasClean() {
    CompletableFuture<?> clean = rig.ask(() -> client.awaitClean(1));
    StreamObserver<WatchJournalResponse> call = ClientRig.next(service.watches);
    call.onNext(state(JournalState.DIRTY, false, 4));
    call.onNext(state(JournalState.DIRTY, true, 5));
    ClientRig.await(clean);
  }

  @Test
  void aFencedJournalWaitsForItsReplayEvenWhenItsHeadIsClean() {
    CompletableFuture<?> clean = rig.ask(() -> client.awaitClean(1));
    WatchJournalResponse.Builder state = state(JournalState.CLEAN, false).toBuilder();
    StreamObserver<WatchJournalResponse> call = ClientRig.next(service.watches);
    state.getJournalBuilder().setFencing(FencingState.FENCING_STATE_FENCED);
    call.onNext(state.build());
    CompletableFuture<?> other = rig.ask(() -> client.awaitClean(1));
    ClientRig.next(service.watches).onNext(state(JournalState.CLEAN, false));
    ClientRig.await(other);
    assertTrue(!clean.isDone(), "not replayed yet");
    state.getJournalBuilder().setFencing(FencingState.FENCING_STATE_CLOSED);
    call.onNext(state.build());
    ClientRig.await(clean);
  }

  @Test
  void aJournalIsCleanWhenItIsClosedToo() {
    CompletableFuture<?> clean = rig.ask(() -> client.awaitClean(1));
    StreamObserver<WatchJournalResponse> call = ClientRig.next(service.watches);
    call.onNext(state(JournalState.DIRTY, false));
    call.onNext(state(JournalState.CLEAN, true));
    CompletableFuture<?> other = rig.ask(() -> client.awaitClean(1));
    ClientRig.next(service.watches).onNext(state(JournalState.CLEAN, false));
    ClientRig.await(other);
    assertTrue(!clean.isDone(), "not clean and closed yet");
    call.onNext(state(JournalState.CLEAN, false));
    ClientRig.await(clean);
    ClientRig.await(service.cancelled);
  }

  @Test
  void aWatchMayWaitLongerThanItsFirstStateMay() {
    client = client(new StorageDeadlines(50, 50));
    CompletableFuture<?> silent = rig.ask(() -> client.awaitClean(1));
    CompletableFuture<?> begun = rig.ask(() -> client.awaitClean(1));
    ClientRig.next(service.watches);
    StreamObserver<WatchJournalResponse> call = ClientRig.next(service.watches);
    call.onNext(state(JournalState.DIRTY, false));
    ClientRig.assertReason(Reason.UNAVAILABLE, silent);
    // As long again, and more: a third one has its own patience.
    ClientRig.assertReason(Reason.UNAVAILABLE, rig.ask(() -> client.awaitClean(1)));
    call.onNext(state(JournalState.CLEAN, false));
    ClientRig.await(begun);
  }

  @Test
  void aWatchThatEndsIsNotClean() {
    CompletableFuture<?> clean = rig.ask(() -> client.awaitClean(1));
    StreamObserver<WatchJournalResponse> call = ClientRig.next(service.watches);
    call.onNext(state(JournalState.DIRTY, false));
    call.onCompleted();
    ClientRig.assertReason(Reason.UNAVAILABLE, clean);
  }
}
