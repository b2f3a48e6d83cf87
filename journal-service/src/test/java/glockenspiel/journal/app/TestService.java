package glockenspiel.journal.app;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import com.google.protobuf.ByteString;
import glockenspiel.journal.device.FaultPlan;
import glockenspiel.journal.device.FaultyBlockDevice;
import glockenspiel.journal.v1.AppendJournalRequest;
import glockenspiel.journal.v1.AppendJournalResponse;
import glockenspiel.journal.v1.BlockRange;
import glockenspiel.journal.v1.BlockRun;
import glockenspiel.journal.v1.BlockStorageServiceGrpc;
import glockenspiel.journal.v1.CheckJournalRequest;
import glockenspiel.journal.v1.JournalCheck;
import glockenspiel.journal.v1.JournalServiceGrpc;
import glockenspiel.journal.v1.LogFlag;
import glockenspiel.journal.v1.OpenJournalRequest;
import glockenspiel.journal.v1.OpenJournalResponse;
import glockenspiel.journal.v1.ReadBlocksRequest;
import glockenspiel.journal.v1.WriteBlocksRequest;
import glockenspiel.journal.v1.WriteBlocksResponse;
import glockenspiel.protocol.storage.StorageException.Reason;
import glockenspiel.protocol.wire.StorageErrors;
import glockenspiel.runtime.config.HostPort;
import glockenspiel.runtime.grpc.GrpcChannel;
import glockenspiel.runtime.grpc.TransportSecurity;
import glockenspiel.runtime.telemetry.Telemetry;
import io.grpc.StatusRuntimeException;
import io.grpc.inprocess.InProcessChannelBuilder;
import io.grpc.inprocess.InProcessServerBuilder;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/** A journal-service on a small image in a real file, and real stubs towards it. */
final class TestService implements AutoCloseable {
  static final String VOLUME = TestImage.VOLUME;
  static final int BLOCK_SIZE = TestImage.BLOCK_SIZE;

  final FaultPlan faults = new FaultPlan();
  final JournalSettings settings;
  final GrpcChannel channel;
  final JournalServiceGrpc.JournalServiceBlockingStub journals;
  final BlockStorageServiceGrpc.BlockStorageServiceBlockingStub storage;
  JournalServer server;
  private final Telemetry telemetry;

  TestService(Path folder, Telemetry telemetry) throws IOException {
    this(folder, telemetry, false);
  }

  TestService(Path folder, Telemetry telemetry, boolean directIo) throws IOException {
    Path image = folder.resolve("demo.img");
    TestImage.make(image);
    settings =
        new JournalSettings(
            new HostPort("127.0.0.1", 0), List.of(image), directIo, TransportSecurity.INSECURE);
    this.telemetry = telemetry;
    server = startServer();
    channel = GrpcChannel.open(InProcessChannelBuilder.forName(name()), telemetry);
    journals = JournalServiceGrpc.newBlockingStub(channel.channel());
    storage = BlockStorageServiceGrpc.newBlockingStub(channel.channel());
  }

  private String name() {
    return settings.images().getFirst().toString();
  }

  private JournalServer startServer() throws IOException {
    return JournalServer.start(
        InProcessServerBuilder.forName(name()),
        settings,
        telemetry,
        real -> new FaultyBlockDevice(real, faults));
  }

  /** Another service on the same image. */
  void restart() throws IOException {
    server.close();
    server = startServer();
  }

  @Override
  public void close() {
    channel.close();
    server.close();
  }

  OpenJournalResponse open(int jid) {
    return journals.openJournal(
        OpenJournalRequest.newBuilder()
            .setVolume(VOLUME)
            .setJid(jid)
            .setNodeName("node-" + jid)
            .build());
  }

  JournalCheck check(int jid) {
    return journals
        .checkJournal(CheckJournalRequest.newBuilder().setVolume(VOLUME).setJid(jid).build())
        .getJournal();
  }

  /** A data block: journaled data may have any content. */
  static BlockRun block(long number, int fill) {
    byte[] content = new byte[BLOCK_SIZE];
    Arrays.fill(content, (byte) fill);
    return BlockRun.newBuilder()
        .setFirstBlock(number)
        .setContent(ByteString.copyFrom(content))
        .build();
  }

  List<ByteString> read(long... blocks) {
    ReadBlocksRequest.Builder request = ReadBlocksRequest.newBuilder().setVolume(VOLUME);
    for (long block : blocks) {
      request.addRanges(BlockRange.newBuilder().setFirstBlock(block).setCount(1));
    }
    List<ByteString> contents = new ArrayList<>();
    storage
        .readBlocks(request.build())
        .forEachRemaining(
            piece -> piece.getRunsList().forEach(run -> contents.add(run.getContent())));
    return contents;
  }

  Answers<WriteBlocksRequest, WriteBlocksResponse> write() {
    Answers<WriteBlocksRequest, WriteBlocksResponse> answers = new Answers<>();
    var _ = BlockStorageServiceGrpc.newStub(channel.channel()).writeBlocks(answers);
    return answers;
  }

  Answers<AppendJournalRequest, AppendJournalResponse> append() {
    Answers<AppendJournalRequest, AppendJournalResponse> answers = new Answers<>();
    var _ = JournalServiceGrpc.newStub(channel.channel()).appendJournal(answers);
    return answers;
  }

  static AppendJournalRequest.Builder flush(OpenJournalResponse journal, long requestId) {
    return AppendJournalRequest.newBuilder()
        .setVolume(VOLUME)
        .setJid(journal.getJid())
        .setEpoch(journal.getEpoch())
        .setRequestId(requestId)
        .addFlags(LogFlag.LOG_FLAG_FLUSH_NORMAL);
  }

  static void assertRefused(Reason reason, Runnable call) {
    StatusRuntimeException refusal = assertThrows(StatusRuntimeException.class, call::run);
    assertEquals(reason, StorageErrors.exception(refusal).reason(), refusal::toString);
  }

  static void assertRefused(Reason reason, StatusRuntimeException refusal) {
    assertEquals(reason, StorageErrors.exception(refusal).reason(), refusal::toString);
  }
}
