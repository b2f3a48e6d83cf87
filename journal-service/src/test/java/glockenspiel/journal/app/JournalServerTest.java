package glockenspiel.journal.app;

import static glockenspiel.journal.app.TestImage.VOLUME;
import static glockenspiel.journal.app.TestService.assertRefused;
import static glockenspiel.journal.app.TestService.block;
import static glockenspiel.journal.app.TestService.flush;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.google.protobuf.ByteString;
import glockenspiel.journal.v1.AppendJournalRequest;
import glockenspiel.journal.v1.AppendJournalResponse;
import glockenspiel.journal.v1.BlockRun;
import glockenspiel.journal.v1.CheckJournalRequest;
import glockenspiel.journal.v1.CloseJournalRequest;
import glockenspiel.journal.v1.FenceJournalRequest;
import glockenspiel.journal.v1.FencingState;
import glockenspiel.journal.v1.JournalCheck;
import glockenspiel.journal.v1.JournalServiceGrpc;
import glockenspiel.journal.v1.JournalState;
import glockenspiel.journal.v1.ListJournalsRequest;
import glockenspiel.journal.v1.LogFlag;
import glockenspiel.journal.v1.OpenJournalResponse;
import glockenspiel.journal.v1.ReplayJournalRequest;
import glockenspiel.journal.v1.ReplayJournalResponse;
import glockenspiel.journal.v1.ReplayResult;
import glockenspiel.journal.v1.StorageErrorReason;
import glockenspiel.journal.v1.WatchJournalRequest;
import glockenspiel.journal.v1.WatchJournalResponse;
import glockenspiel.journal.v1.WriteBlocksRequest;
import glockenspiel.journal.v1.WriteBlocksResponse;
import glockenspiel.protocol.storage.StorageException.Reason;
import glockenspiel.runtime.grpc.GrpcChannel;
import glockenspiel.runtime.grpc.TransportSecurity;
import glockenspiel.runtime.telemetry.Telemetry;
import glockenspiel.runtime.telemetry.TracingClientInterceptor;
import io.grpc.health.v1.HealthCheckRequest;
import io.grpc.health.v1.HealthCheckResponse.ServingStatus;
import io.grpc.health.v1.HealthGrpc;
import io.opentelemetry.sdk.testing.junit5.OpenTelemetryExtension;
import io.opentelemetry.sdk.trace.data.SpanData;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.api.io.TempDir;

/** Journals, over real stubs. */
@Timeout(60)
class JournalServerTest {
  @TempDir private Path folder = Path.of("");
  private TestService service;

  private static final long DATA = 3_000;
  private static final String PARENT = "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01";

  @RegisterExtension static final OpenTelemetryExtension OTEL = OpenTelemetryExtension.create();

  @BeforeEach
  void start() throws Exception {
    service = new TestService(folder, Telemetry.of(OTEL.getOpenTelemetry()));
  }

  @AfterEach
  void stop() {
    service.close();
  }

  @Test
  void aJournalFromOpenToClose() throws Exception {
    OpenJournalResponse journal = service.open(1);
    assertTrue(journal.getEpoch() > 0);
    assertEquals(TestImage.JOURNAL_BLOCKS, journal.getBlocks());
    Answers<AppendJournalRequest, AppendJournalResponse> appending = service.append();

    appending.call().onNext(flush(journal, 7).addJournaledData(block(DATA, 1)).build());
    AppendJournalResponse first = appending.next();
    assertEquals(7, first.getRequestId());
    assertTrue(first.hasAppended(), first::toString);

    // The second flush comes in three parts.
    appending
        .call()
        .onNext(
            AppendJournalRequest.newBuilder()
                .setRequestId(8)
                .setContinued(true)
                .addJournaledData(block(DATA + 1, 1))
                .build());
    appending
        .call()
        .onNext(
            AppendJournalRequest.newBuilder()
                .setRequestId(8)
                .setContinued(true)
                .addRevokes(DATA)
                .build());
    appending
        .call()
        .onNext(
            AppendJournalRequest.newBuilder()
                .setRequestId(8)
                .addFlags(LogFlag.LOG_FLAG_FLUSH_SYNC)
                .setTail(first.getAppended().getFirstBlock())
                .build());
    AppendJournalResponse second = appending.next();
    assertEquals(8, second.getRequestId());
    assertEquals(first.getAppended().getSequence() + 1, second.getAppended().getSequence());

    JournalCheck dirty = service.check(1);
    assertEquals(JournalState.JOURNAL_STATE_DIRTY, dirty.getState());
    assertEquals(FencingState.FENCING_STATE_OPEN, dirty.getFencing());
    assertEquals("node-1", dirty.getNodeName());
    assertEquals(second.getAppended().getHeadBlock(), dirty.getHeadBlock());

    appending.call().onCompleted();
    appending.assertCompleted();
    var _ =
        service.journals.closeJournal(
            CloseJournalRequest.newBuilder()
                .setVolume(VOLUME)
                .setJid(1)
                .setEpoch(journal.getEpoch())
                .build());
    assertEquals(JournalState.JOURNAL_STATE_CLEAN, service.check(1).getState());
    assertEquals(FencingState.FENCING_STATE_CLOSED, service.check(1).getFencing());
  }

  @Test
  void aFencedEpochIsRefusedAndItsJournalReplayed() throws Exception {
    OpenJournalResponse journal = service.open(0);
    Answers<WatchJournalRequest, WatchJournalResponse> watch = new Answers<>();
    JournalServiceGrpc.newStub(service.channel.channel())
        .watchJournal(WatchJournalRequest.newBuilder().setVolume(VOLUME).setJid(0).build(), watch);
    assertEquals(FencingState.FENCING_STATE_OPEN, watch.next().getJournal().getFencing());
    Answers<AppendJournalRequest, AppendJournalResponse> appending = service.append();
    appending.call().onNext(flush(journal, 1).addJournaledData(block(DATA, 5)).build());
    assertTrue(appending.next().hasAppended());

    var _ =
        service.journals.fenceJournal(
            FenceJournalRequest.newBuilder()
                .setVolume(VOLUME)
                .setJid(0)
                .setEpoch(journal.getEpoch())
                .build());
    appending.call().onNext(flush(journal, 2).addJournaledData(block(DATA, 6)).build());
    AppendJournalResponse refused = appending.next();
    assertEquals(2, refused.getRequestId());
    assertEquals(
        StorageErrorReason.STORAGE_ERROR_REASON_STALE_EPOCH, refused.getFailure().getReason());
    Answers<WriteBlocksRequest, WriteBlocksResponse> writing = service.write();
    writing
        .call()
        .onNext(
            WriteBlocksRequest.newBuilder()
                .setVolume(VOLUME)
                .setEpoch(journal.getEpoch())
                .addRuns(block(DATA, 6))
                .build());
    assertRefused(Reason.STALE_EPOCH, writing.failure());
    assertRefused(Reason.JOURNAL_DIRTY, () -> service.open(0));

    List<ReplayJournalResponse> said = new ArrayList<>();
    JournalServiceGrpc.newBlockingStub(service.channel.channel())
        .withOption(TracingClientInterceptor.PARENT, PARENT)
        .replayJournal(
            ReplayJournalRequest.newBuilder()
                .setVolume(VOLUME)
                .setJid(0)
                .setExpectedEpoch(journal.getEpoch())
                .build())
        .forEachRemaining(said::add);
    assertTrue(said.getFirst().hasProgress(), said::toString);
    ReplayResult result = said.getLast().getResult();
    assertTrue(result.getReplayed());
    assertEquals(1, result.getDataBlocksReplayed());
    assertEquals(List.of(block(0, 5).getContent()), service.read(DATA));

    JournalCheck seen = watch.next().getJournal();
    while (seen.getFencing() != FencingState.FENCING_STATE_CLOSED) {
      seen = watch.next().getJournal();
    }
    assertEquals(JournalState.JOURNAL_STATE_CLEAN, seen.getState());
    SpanData replay =
        OTEL.getSpans().stream()
            .filter(span -> span.getName().equals("replay"))
            .findFirst()
            .orElseThrow();
    assertEquals("0af7651916cd43dd8448eb211c80319c", replay.getTraceId());
    assertEquals("b7ad6b7169203331", replay.getParentSpanId());
  }

  @Test
  void aFenceNamesTheEpochThatItMeans() {
    service.open(0);
    assertRefused(
        Reason.INVALID_ARGUMENT,
        () -> {
          var _ =
              service.journals.fenceJournal(
                  FenceJournalRequest.newBuilder().setVolume(VOLUME).setJid(0).build());
        });
    assertEquals(FencingState.FENCING_STATE_OPEN, service.check(0).getFencing());
  }

  @Test
  void aReplayThatExpectsAnotherEpochIsRefused() {
    long epoch = service.open(0).getEpoch();
    assertRefused(
        Reason.STALE_EPOCH,
        () ->
            JournalServiceGrpc.newBlockingStub(service.channel.channel())
                .replayJournal(
                    ReplayJournalRequest.newBuilder()
                        .setVolume(VOLUME)
                        .setJid(0)
                        .setExpectedEpoch(epoch - 1)
                        .build())
                .forEachRemaining(said -> {}));
    assertEquals(FencingState.FENCING_STATE_OPEN, service.check(0).getFencing());
  }

  @Test
  void whatWasSentBeforeABreakIsThereOrNotAndANewStreamGoesOn() throws Exception {
    OpenJournalResponse journal = service.open(0);
    Answers<AppendJournalRequest, AppendJournalResponse> broken = service.append();
    broken.call().onNext(flush(journal, 1).addJournaledData(block(DATA, 1)).build());
    broken.call().cancel("the test breaks the stream", null);
    Answers<AppendJournalRequest, AppendJournalResponse> next = service.append();
    next.call().onNext(flush(journal, 1).addJournaledData(block(DATA, 2)).build());
    AppendJournalResponse answer = next.next();
    assertTrue(answer.hasAppended(), answer::toString);
    assertTrue(answer.getAppended().getSequence() > journal.getSequence());
  }

  @Test
  void manyFlushesAtOnceAreAnsweredInOrder() throws Exception {
    OpenJournalResponse journal = service.open(0);
    Answers<AppendJournalRequest, AppendJournalResponse> appending = service.append();
    int flushes = 200;
    for (int i = 0; i < flushes; i++) {
      appending.call().onNext(flush(journal, i).addRevokes(DATA + i).build());
    }
    for (int i = 0; i < flushes; i++) {
      assertEquals(i, appending.next().getRequestId());
    }
  }

  @Test
  void streamsThatBreakTheirContractAreEnded() throws Exception {
    OpenJournalResponse journal = service.open(0);
    Answers<AppendJournalRequest, AppendJournalResponse> nowhere = service.append();
    nowhere.call().onNext(AppendJournalRequest.getDefaultInstance());
    assertRefused(Reason.INVALID_ARGUMENT, nowhere.failure());

    Answers<AppendJournalRequest, AppendJournalResponse> silent = service.append();
    silent.call().onCompleted();
    assertRefused(Reason.INVALID_ARGUMENT, silent.failure());

    Answers<AppendJournalRequest, AppendJournalResponse> elsewhere = service.append();
    elsewhere.call().onNext(flush(journal, 1).addRevokes(DATA).build());
    elsewhere.call().onNext(flush(journal, 2).setVolume("no:fs").addRevokes(DATA).build());
    assertRefused(Reason.INVALID_ARGUMENT, elsewhere.failure());

    Answers<AppendJournalRequest, AppendJournalResponse> mangled = service.append();
    mangled
        .call()
        .onNext(
            flush(journal, 1)
                .addMetadata(BlockRun.newBuilder().setContent(ByteString.copyFromUtf8("x")))
                .build());
    assertRefused(Reason.INVALID_ARGUMENT, mangled.failure());

    Answers<WriteBlocksRequest, WriteBlocksResponse> unwritten = service.write();
    unwritten.call().onCompleted();
    assertRefused(Reason.INVALID_ARGUMENT, unwritten.failure());

    Answers<WriteBlocksRequest, WriteBlocksResponse> anywhere = service.write();
    anywhere.call().onNext(WriteBlocksRequest.newBuilder().setVolume("no:fs").build());
    assertRefused(Reason.NO_SUCH_VOLUME, anywhere.failure());
  }

  @Test
  void journalsAreListed() {
    service.open(1);
    List<JournalCheck> all =
        service
            .journals
            .listJournals(ListJournalsRequest.newBuilder().setVolume(VOLUME).build())
            .getJournalsList();
    assertEquals(TestImage.JOURNALS, all.size());
    assertEquals(FencingState.FENCING_STATE_CLOSED, all.get(0).getFencing());
    assertFalse(all.get(0).getOpen());
    assertTrue(all.get(1).getOpen());
    assertRefused(Reason.NO_SUCH_JOURNAL, () -> service.check(9));
  }

  @Test
  void anImageIsServedByOneServiceAtATime() throws Exception {
    IOException refused =
        assertThrows(
            IOException.class,
            () -> {
              JournalServer second = JournalServer.start(service.settings, Telemetry.NONE);
              second.close();
            });
    assertTrue(String.valueOf(refused.getMessage()).contains("in use"), refused::toString);

    OpenJournalResponse journal = service.open(0);
    service.server.close();
    try (JournalServer next = JournalServer.start(service.settings, Telemetry.NONE);
        GrpcChannel overTcp =
            GrpcChannel.open(
                "127.0.0.1:" + next.port(), TransportSecurity.INSECURE, Telemetry.NONE)) {
      JournalCheck check =
          JournalServiceGrpc.newBlockingStub(overTcp.channel())
              .checkJournal(CheckJournalRequest.newBuilder().setVolume(VOLUME).build())
              .getJournal();
      assertEquals(journal.getEpoch(), check.getEpoch(), "an open journal stays open");
      assertTrue(check.getOpen());
    }
  }

  @Test
  void isHealthy() {
    for (String name :
        List.of(
            "",
            "liveness",
            "glockenspiel.journal.v1.JournalService",
            "glockenspiel.journal.v1.BlockStorageService")) {
      assertEquals(
          ServingStatus.SERVING,
          HealthGrpc.newBlockingStub(service.channel.channel())
              .check(HealthCheckRequest.newBuilder().setService(name).build())
              .getStatus());
    }
  }
}
