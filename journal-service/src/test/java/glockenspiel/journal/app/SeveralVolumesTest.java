package glockenspiel.journal.app;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import glockenspiel.journal.device.BlockDevice;
import glockenspiel.journal.device.FaultPlan;
import glockenspiel.journal.device.FaultyBlockDevice;
import glockenspiel.journal.grpc.ServedVolume;
import glockenspiel.journal.v1.AppendJournalRequest;
import glockenspiel.journal.v1.AppendJournalResponse;
import glockenspiel.journal.v1.JournalServiceGrpc;
import glockenspiel.journal.v1.OpenJournalRequest;
import glockenspiel.journal.v1.OpenJournalResponse;
import glockenspiel.protocol.storage.StorageException;
import glockenspiel.protocol.storage.StorageException.Reason;
import glockenspiel.runtime.config.HostPort;
import glockenspiel.runtime.grpc.GrpcChannel;
import glockenspiel.runtime.grpc.TransportSecurity;
import glockenspiel.runtime.telemetry.Telemetry;
import io.grpc.inprocess.InProcessChannelBuilder;
import io.grpc.inprocess.InProcessServerBuilder;
import java.nio.file.Path;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.function.UnaryOperator;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** Several volumes in one service: each for itself. */
@Timeout(60)
class SeveralVolumesTest {
  private static final List<String> NAMES = List.of("a:one", "b:two");

  @TempDir private Path folder = Path.of("");
  private final List<FaultPlan> faults = List.of(new FaultPlan(), new FaultPlan());

  private JournalServer start(List<Path> images) throws Exception {
    Deque<FaultPlan> plans = new ArrayDeque<>(faults);
    UnaryOperator<BlockDevice> faulty = real -> new FaultyBlockDevice(real, plans.remove());
    return JournalServer.start(
        InProcessServerBuilder.forName(folder.toString()),
        new JournalSettings(new HostPort("127.0.0.1", 0), images, TransportSecurity.INSECURE),
        Telemetry.NONE,
        faulty);
  }

  private List<Path> images(List<String> names) throws Exception {
    List<Path> images = List.of(folder.resolve("first.img"), folder.resolve("second.img"));
    for (int i = 0; i < names.size(); i++) {
      TestImage.make(images.get(i), names.get(i));
    }
    return images;
  }

  private static boolean append(GrpcChannel channel, String volume, OpenJournalResponse journal)
      throws InterruptedException {
    Answers<AppendJournalRequest, AppendJournalResponse> answers = new Answers<>();
    var _ = JournalServiceGrpc.newStub(channel.channel()).appendJournal(answers);
    answers
        .call()
        .onNext(
            TestService.flush(journal, 1)
                .setVolume(volume)
                .addJournaledData(TestService.block(3_000, 1))
                .build());
    boolean appended = answers.next().hasAppended();
    answers.call().onCompleted();
    return appended;
  }

  @Test
  void aVolumeThatFailsLeavesTheOthersAlone() throws Exception {
    try (JournalServer server = start(images(NAMES));
        GrpcChannel channel =
            GrpcChannel.open(InProcessChannelBuilder.forName(folder.toString()), Telemetry.NONE)) {
      assertEquals(NAMES, server.served().stream().map(served -> served.info().name()).toList());
      JournalServiceGrpc.JournalServiceBlockingStub journals =
          JournalServiceGrpc.newBlockingStub(channel.channel());
      List<OpenJournalResponse> opened =
          NAMES.stream()
              .map(
                  name ->
                      journals.openJournal(
                          OpenJournalRequest.newBuilder()
                              .setVolume(name)
                              .setNodeName("node")
                              .build()))
              .toList();
      failSync(server.served().getFirst(), faults.getFirst());
      assertEquals(false, append(channel, NAMES.getFirst(), opened.getFirst()));
      assertTrue(append(channel, NAMES.getLast(), opened.getLast()));
    }
  }

  private static void failSync(ServedVolume served, FaultPlan plan) {
    CompletableFuture<FaultPlan> planned = new CompletableFuture<>();
    served.owner().execute(() -> planned.complete(plan.failSyncs(1)));
    assertEquals(plan, planned.join());
  }

  @Test
  void twoImagesOfOneNameAreRefusedAndGivenFree() throws Exception {
    List<Path> images = images(List.of("a:one", "a:one"));
    StorageException refused = assertThrows(StorageException.class, () -> start(images).close());
    assertEquals(Reason.INVALID_ARGUMENT, refused.reason());
    assertTrue(String.valueOf(refused.getMessage()).contains("a:one"), refused::toString);
    start(images.subList(0, 1)).close();
  }
}
