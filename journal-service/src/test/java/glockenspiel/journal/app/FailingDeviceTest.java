package glockenspiel.journal.app;

import static glockenspiel.journal.app.TestService.BLOCK_SIZE;
import static glockenspiel.journal.app.TestService.VOLUME;
import static glockenspiel.journal.app.TestService.block;
import static glockenspiel.journal.app.TestService.flush;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.google.protobuf.ByteString;
import com.google.rpc.ErrorInfo;
import glockenspiel.journal.device.FaultPlan;
import glockenspiel.journal.device.FaultPlan.Fault;
import glockenspiel.journal.device.FaultPlan.Operation;
import glockenspiel.journal.v1.AppendFailure;
import glockenspiel.journal.v1.AppendJournalRequest;
import glockenspiel.journal.v1.AppendJournalResponse;
import glockenspiel.journal.v1.CloseJournalRequest;
import glockenspiel.journal.v1.JournalState;
import glockenspiel.journal.v1.OpenJournalResponse;
import glockenspiel.journal.v1.ReplayJournalRequest;
import glockenspiel.journal.v1.StorageErrorReason;
import glockenspiel.journal.v1.WriteBlocksRequest;
import glockenspiel.journal.v1.WriteBlocksResponse;
import glockenspiel.runtime.telemetry.Telemetry;
import io.grpc.Status.Code;
import io.grpc.StatusRuntimeException;
import io.grpc.protobuf.StatusProto;
import java.nio.file.Path;
import java.util.List;
import java.util.Objects;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** What clients see of a device that fails: code, ErrorInfo, and what is still there afterwards. */
@Timeout(60)
class FailingDeviceTest {
  private static final long DATA = 3_000;

  @TempDir private Path folder = Path.of("");
  private TestService service;

  @BeforeEach
  void start() throws Exception {
    service = new TestService(folder, Telemetry.NONE);
  }

  @AfterEach
  void stop() {
    service.close();
  }

  private void plan(Consumer<FaultPlan> change) {
    CompletableFuture<Boolean> done = new CompletableFuture<>();
    service
        .server
        .served()
        .getFirst()
        .owner()
        .execute(
            () -> {
              change.accept(service.faults);
              done.complete(true);
            });
    assertTrue(done.join());
  }

  private static void assertError(Code code, String reason, Runnable call) {
    assertError(code, reason, assertThrows(StatusRuntimeException.class, call::run));
  }

  private static void assertError(Code code, String reason, StatusRuntimeException failure) {
    assertEquals(code, failure.getStatus().getCode(), failure::toString);
    ErrorInfo info =
        Objects.requireNonNull(StatusProto.fromThrowable(failure)).getDetailsList().stream()
            .filter(detail -> detail.is(ErrorInfo.class))
            .map(
                detail -> {
                  try {
                    return detail.unpack(ErrorInfo.class);
                  } catch (com.google.protobuf.InvalidProtocolBufferException impossible) {
                    throw new AssertionError(impossible);
                  }
                })
            .findFirst()
            .orElseThrow();
    assertEquals("glockenspiel", info.getDomain());
    assertEquals(reason, info.getReason());
  }

  private AppendJournalResponse append(OpenJournalResponse journal, long data, int fill)
      throws InterruptedException {
    Answers<AppendJournalRequest, AppendJournalResponse> appending = service.append();
    appending.call().onNext(flush(journal, 1).addJournaledData(block(data, fill)).build());
    AppendJournalResponse answer = appending.next();
    appending.call().onCompleted();
    appending.assertCompleted();
    return answer;
  }

  private StatusRuntimeException failedWrite(OpenJournalResponse journal)
      throws InterruptedException {
    Answers<WriteBlocksRequest, WriteBlocksResponse> writing = service.write();
    writing
        .call()
        .onNext(
            WriteBlocksRequest.newBuilder()
                .setVolume(VOLUME)
                .setJid(journal.getJid())
                .setEpoch(journal.getEpoch())
                .addRuns(block(DATA + 5, 5))
                .build());
    writing.call().onCompleted();
    return writing.failure();
  }

  private void replay(int jid) {
    service
        .journals
        .replayJournal(ReplayJournalRequest.newBuilder().setVolume(VOLUME).setJid(jid).build())
        .forEachRemaining(progress -> assertTrue(progress.getSerializedSize() >= 0));
  }

  private void close(OpenJournalResponse journal) {
    var _ =
        service.journals.closeJournal(
            CloseJournalRequest.newBuilder()
                .setVolume(VOLUME)
                .setJid(journal.getJid())
                .setEpoch(journal.getEpoch())
                .build());
  }

  private static ByteString content(int fill) {
    return block(0, fill).getContent();
  }

  @Test
  void aFullDeviceEndsAnEpochAndItsJournalIsReplayedOnceThereIsRoom() throws Exception {
    OpenJournalResponse journal = service.open(0);
    OpenJournalResponse other = service.open(1);
    assertTrue(append(journal, DATA, 1).hasAppended());
    plan(faults -> faults.add(Operation.WRITE, Fault.FULL, List.of(), FaultPlan.FOR_EVER));

    AppendFailure failure = append(journal, DATA + 1, 2).getFailure();
    assertEquals(StorageErrorReason.STORAGE_ERROR_REASON_IO_ERROR, failure.getReason());
    assertTrue(failure.getMessage().contains("no space left on device"), failure::toString);
    assertError(Code.INTERNAL, "IO_ERROR", failedWrite(other));
    assertError(Code.INTERNAL, "IO_ERROR", () -> replay(0));
    assertEquals(JournalState.JOURNAL_STATE_DIRTY, service.check(0).getState());

    plan(FaultPlan::heal);
    replay(0);
    assertEquals(List.of(content(1)), service.read(DATA));
    assertTrue(append(other, DATA + 6, 6).hasAppended(), "the other node has lost one write");
  }

  @Test
  void aShortWriteEndsAnEpochAndNothingOfItCounts() throws Exception {
    OpenJournalResponse journal = service.open(0);
    assertTrue(append(journal, DATA, 1).hasAppended());
    plan(faults -> faults.tearWrites(List.of(), 1));
    AppendJournalResponse torn = append(journal, DATA, 2);
    assertEquals(StorageErrorReason.STORAGE_ERROR_REASON_IO_ERROR, torn.getFailure().getReason());
    assertFalse(append(journal, DATA, 3).hasAppended(), "the epoch has ended");
    replay(0);
    assertEquals(List.of(content(1)), service.read(DATA));
  }

  @Test
  void aReadErrorIsToldAndNothingElseHappens() throws Exception {
    plan(faults -> faults.failReads(List.of(), 1));
    assertError(Code.INTERNAL, "IO_ERROR", () -> service.read(DATA));
    assertEquals(BLOCK_SIZE, service.read(DATA).getFirst().size());
    OpenJournalResponse journal = service.open(0);
    assertTrue(append(journal, DATA, 1).hasAppended());
    plan(faults -> faults.failReads(List.of(), 1));
    assertError(Code.INTERNAL, "IO_ERROR", () -> replay(0));
    replay(0);
    assertEquals(List.of(content(1)), service.read(DATA));
  }

  @Test
  void aDeviceThatIsGoneFailsEveryCallAndComesBack() throws Exception {
    OpenJournalResponse journal = service.open(0);
    assertTrue(append(journal, DATA, 1).hasAppended());
    plan(
        faults ->
            faults
                .failReads(List.of(), FaultPlan.FOR_EVER)
                .failWrites(List.of(), FaultPlan.FOR_EVER));
    assertFalse(append(journal, DATA, 2).hasAppended());
    assertError(Code.INTERNAL, "IO_ERROR", () -> service.read(DATA));
    assertError(Code.INTERNAL, "IO_ERROR", () -> replay(0));
    assertError(Code.INTERNAL, "IO_ERROR", () -> service.open(1));
    plan(FaultPlan::heal);
    replay(0);
    assertEquals(List.of(content(1)), service.read(DATA));
    close(service.open(1));
  }

  @Test
  void aSyncThatFailsOnceEndsTheVolumeForThisService() throws Exception {
    OpenJournalResponse journal = service.open(0);
    OpenJournalResponse other = service.open(1);
    assertTrue(append(journal, DATA, 1).hasAppended());
    plan(faults -> faults.failSyncs(1));
    assertEquals(
        StorageErrorReason.STORAGE_ERROR_REASON_VOLUME_FAILED,
        append(journal, DATA, 2).getFailure().getReason());
    assertError(Code.FAILED_PRECONDITION, "VOLUME_FAILED", () -> replay(0));
    assertError(Code.FAILED_PRECONDITION, "VOLUME_FAILED", () -> close(other));
    assertError(Code.FAILED_PRECONDITION, "VOLUME_FAILED", failedWrite(other));
    assertEquals(1, service.read(DATA).size(), "reading goes on");
    service.restart();
    replay(0);
    // The second flush is there or not: nobody has promised.
    assertTrue(List.of(content(1), content(2)).contains(service.read(DATA).getFirst()));
    close(other);
  }

  @Test
  void aSlowDeviceCostsTimeAndADeadlineLeavesNothingBehind() throws Exception {
    OpenJournalResponse journal = service.open(0);
    plan(faults -> faults.add(Operation.WRITE, Fault.STALL, List.of(), 1));
    Answers<AppendJournalRequest, AppendJournalResponse> appending = service.append();
    appending.call().onNext(flush(journal, 1).addJournaledData(block(DATA, 1)).build());
    CloseJournalRequest closing =
        CloseJournalRequest.newBuilder()
            .setVolume(VOLUME)
            .setJid(0)
            .setEpoch(journal.getEpoch())
            .build();
    StatusRuntimeException late =
        assertThrows(
            StatusRuntimeException.class,
            () ->
                service
                    .journals
                    .withDeadlineAfter(50, TimeUnit.MILLISECONDS)
                    .closeJournal(closing));
    assertEquals(Code.DEADLINE_EXCEEDED, late.getStatus().getCode());
    assertEquals(1, service.read(DATA).size(), "reads are not held up");
    plan(FaultPlan::release);
    assertTrue(appending.next().hasAppended());
    // The close goes on although nobody waits for it any more.
    var _ = assertThrows(StatusRuntimeException.class, () -> close(journal));
    assertEquals(JournalState.JOURNAL_STATE_CLEAN, service.check(0).getState());
  }
}
