package glockenspiel.journal.grpc;

import glockenspiel.journal.v1.AppendJournalRequest;
import glockenspiel.journal.v1.AppendJournalResponse;
import glockenspiel.journal.v1.CheckJournalRequest;
import glockenspiel.journal.v1.CheckJournalResponse;
import glockenspiel.journal.v1.CloseJournalRequest;
import glockenspiel.journal.v1.CloseJournalResponse;
import glockenspiel.journal.v1.FenceJournalRequest;
import glockenspiel.journal.v1.FenceJournalResponse;
import glockenspiel.journal.v1.JournalServiceGrpc.JournalServiceImplBase;
import glockenspiel.journal.v1.ListJournalsRequest;
import glockenspiel.journal.v1.ListJournalsResponse;
import glockenspiel.journal.v1.OpenJournalRequest;
import glockenspiel.journal.v1.OpenJournalResponse;
import glockenspiel.journal.v1.ReplayJournalRequest;
import glockenspiel.journal.v1.ReplayJournalResponse;
import glockenspiel.journal.v1.WatchJournalRequest;
import glockenspiel.journal.v1.WatchJournalResponse;
import glockenspiel.protocol.storage.JournalCheck;
import glockenspiel.protocol.storage.ReplayResult;
import glockenspiel.protocol.wire.StorageWire;
import glockenspiel.runtime.grpc.ServerStream;
import glockenspiel.runtime.task.Promise;
import glockenspiel.runtime.telemetry.Spans;
import glockenspiel.runtime.telemetry.TracingServerInterceptor;
import io.grpc.stub.StreamObserver;
import java.util.ArrayList;
import java.util.List;

/** {@code glockenspiel.journal.v1.JournalService}. */
public final class JournalGrpcService extends JournalServiceImplBase {
  private final ServedVolumes volumes;
  private final Spans spans;

  /** The service of these volumes' journals. Replays are spans. */
  public JournalGrpcService(ServedVolumes volumes, Spans spans) {
    this.volumes = volumes;
    this.spans = spans;
  }

  @Override
  public void openJournal(
      OpenJournalRequest request, StreamObserver<OpenJournalResponse> observer) {
    volumes.handle(
        request.getVolume(),
        observer,
        (stream, served) ->
            ServedVolumes.answer(
                stream,
                served
                    .volume()
                    .openJournal(
                        StorageWire.jid("jid", request.getJid()),
                        StorageWire.nodeName("node_name", request.getNodeName())),
                StorageWire::opened));
  }

  @Override
  public StreamObserver<AppendJournalRequest> appendJournal(
      StreamObserver<AppendJournalResponse> observer) {
    return new AppendCall(volumes, observer);
  }

  @Override
  public void checkJournal(
      CheckJournalRequest request, StreamObserver<CheckJournalResponse> observer) {
    volumes.handle(
        request.getVolume(),
        observer,
        (stream, served) ->
            ServedVolumes.answer(
                stream,
                served.volume().check(StorageWire.jid("jid", request.getJid())),
                check ->
                    CheckJournalResponse.newBuilder()
                        .setJournal(JournalWire.check(served, check))
                        .build()));
  }

  @Override
  public void listJournals(
      ListJournalsRequest request, StreamObserver<ListJournalsResponse> observer) {
    volumes.handle(
        request.getVolume(),
        observer,
        (stream, served) ->
            ServedVolumes.answer(
                stream,
                served.owner().start("list-journals", () -> checkAll(served)),
                checks -> {
                  ListJournalsResponse.Builder answer = ListJournalsResponse.newBuilder();
                  checks.forEach(check -> answer.addJournals(JournalWire.check(served, check)));
                  return answer.build();
                }));
  }

  private static List<JournalCheck> checkAll(ServedVolume served) {
    List<Promise<JournalCheck>> looks = new ArrayList<>();
    for (int jid = 0; jid < served.info().journals(); jid++) {
      looks.add(served.volume().check(jid));
    }
    return looks.stream().map(served.owner()::await).toList();
  }

  @Override
  public void replayJournal(
      ReplayJournalRequest request, StreamObserver<ReplayJournalResponse> observer) {
    String parent = TracingServerInterceptor.current();
    volumes.handle(
        request.getVolume(), observer, (stream, served) -> replay(stream, served, request, parent));
  }

  private void replay(
      ServerStream<ReplayJournalResponse> stream,
      ServedVolume served,
      ReplayJournalRequest request,
      String parent) {
    int jid = StorageWire.jid("jid", request.getJid());
    long expectedEpoch = StorageWire.expectedEpoch(request);
    Spans.RunningSpan span = spans.start("replay", parent);
    Promise<ReplayResult> replay =
        served
            .volume()
            .replay(
                jid,
                expectedEpoch,
                request.getFoldStatfs(),
                (phase, done, total) -> {
                  if (stream.isReady()) {
                    stream.send(
                        ReplayJournalResponse.newBuilder()
                            .setProgress(JournalWire.progress(phase, done, total))
                            .build());
                  }
                });
    replay.whenDone(
        (_, failure) -> {
          if (failure != null) {
            span.fail(String.valueOf(failure.getMessage()));
          }
          span.close();
        });
    ServedVolumes.answer(
        stream,
        replay,
        result -> ReplayJournalResponse.newBuilder().setResult(StorageWire.result(result)).build());
  }

  @Override
  public void fenceJournal(
      FenceJournalRequest request, StreamObserver<FenceJournalResponse> observer) {
    volumes.handle(
        request.getVolume(),
        observer,
        (stream, served) ->
            ServedVolumes.answer(
                stream,
                served
                    .volume()
                    .fence(
                        StorageWire.jid("jid", request.getJid()),
                        StorageWire.epoch("epoch", request.getEpoch())),
                wasOpen -> FenceJournalResponse.newBuilder().setWasOpen(wasOpen).build()));
  }

  @Override
  public void closeJournal(
      CloseJournalRequest request, StreamObserver<CloseJournalResponse> observer) {
    volumes.handle(
        request.getVolume(),
        observer,
        (stream, served) ->
            ServedVolumes.answer(
                stream,
                served
                    .volume()
                    .closeJournal(
                        StorageWire.jid("jid", request.getJid()),
                        StorageWire.epoch("epoch", request.getEpoch())),
                _ -> CloseJournalResponse.getDefaultInstance()));
  }

  @Override
  public void watchJournal(
      WatchJournalRequest request, StreamObserver<WatchJournalResponse> observer) {
    volumes.handle(
        request.getVolume(),
        observer,
        (stream, served) ->
            new WatchCall(stream, served, StorageWire.jid("jid", request.getJid())).start());
  }
}
