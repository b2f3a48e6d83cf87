package glockenspiel.cli.cluster;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.google.protobuf.ByteString;
import glockenspiel.node.v1.CreateFileRequest;
import glockenspiel.node.v1.FileSystemServiceGrpc;
import glockenspiel.node.v1.ReadFileRequest;
import glockenspiel.node.v1.WriteFileRequest;
import glockenspiel.node.v1.WriteFileResponse;
import glockenspiel.runtime.grpc.GrpcChannel;
import glockenspiel.runtime.grpc.TransportSecurity;
import glockenspiel.runtime.telemetry.Telemetry;
import io.grpc.stub.StreamObserver;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.regex.Pattern;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Every service in a process of its own, as in production. */
class SeparateProcessesTest {
  private static final int SIGTERM_EXIT = 143;
  private static final Pattern GATE_OPENED = Pattern.compile("gate opened");
  private static final Pattern GATE_CLOSED = Pattern.compile("gate closed .*journals=\\[1]");

  @TempDir private Path folder = Path.of("");

  private final List<ServiceProcess> processes = new ArrayList<>();

  @AfterEach
  void killWhatIsLeft() {
    processes.forEach(ServiceProcess::close);
  }

  private ServiceProcess start(String... arguments) throws IOException {
    ServiceProcess process = ServiceProcess.start(arguments);
    processes.add(process);
    return process;
  }

  private ServiceProcess startNode(String name, String lockManager, String journalService)
      throws IOException {
    return start(
        "node-agent",
        "--insecure",
        "--listen",
        "127.0.0.1:0",
        "--volume",
        NewImage.VOLUME,
        "--node-name",
        name,
        "--lock-manager",
        lockManager,
        "--journal-service",
        journalService);
  }

  @Test
  void whatWasSyncedSurvivesKillNine() throws Exception {
    Path image = folder.resolve("volume.img");
    NewImage.small(3).write(image);
    ServiceProcess lockManager =
        start("lock-manager", "--insecure", "--listen", "127.0.0.1:0", "--lease-millis", "2500");
    ServiceProcess journalService =
        start(
            "journal-service",
            "--insecure",
            "--listen",
            "127.0.0.1:0",
            "--image",
            image.toString());
    String locks = lockManager.address();
    String journals = journalService.address();
    ServiceProcess survivor = startNode("survivor", locks, journals);
    survivor.await("event=MOUNTED");
    ServiceProcess victim = startNode("victim", locks, journals);
    victim.await("event=MOUNTED");

    byte[] content = "acknowledged as durable".repeat(500).getBytes(UTF_8);
    try (GrpcChannel channel = connect(victim)) {
      write(channel, "/synced", content, true);
      write(channel, "/not-synced", content, false);
    }
    int before = lockManager.said();
    victim.kill();
    lockManager.await(GATE_CLOSED, before);
    lockManager.await(GATE_OPENED, before);

    try (GrpcChannel channel = connect(survivor)) {
      assertEquals(ByteString.copyFrom(content), read(channel, "/synced"));
    }
    ServiceProcess again = startNode("victim", locks, journals);
    again.await("event=MOUNTED");
    try (GrpcChannel channel = connect(again)) {
      assertEquals(ByteString.copyFrom(content), read(channel, "/synced"));
    }

    for (ServiceProcess each : List.of(again, survivor, journalService, lockManager)) {
      assertEquals(SIGTERM_EXIT, each.terminate());
    }
    ImageVerdict verdict = ImageVerdict.of(image);
    assertTrue(verdict.isClean(), verdict::toString);
  }

  @Test
  void upServesUntilItIsToldToEndAndLeavesNothing() throws Exception {
    ServiceProcess up = start("up", "--port", "0", "--nodes", "2", "--json");
    Path image = Path.of(up.await(Pattern.compile("^\\{.*\"image\":\"([^\"]+)\""), 0).group(1));
    assertTrue(Files.exists(image));
    assertEquals(SIGTERM_EXIT, up.terminate());
    assertFalse(Files.exists(image));
  }

  private static GrpcChannel connect(ServiceProcess node) throws IOException, InterruptedException {
    return GrpcChannel.open(node.address(), TransportSecurity.INSECURE, Telemetry.NONE);
  }

  private static void write(GrpcChannel channel, String path, byte[] content, boolean sync) {
    var _ =
        FileSystemServiceGrpc.newBlockingStub(channel.channel())
            .createFile(CreateFileRequest.newBuilder().setPath(path).setPermissions(0644).build());
    CompletableFuture<WriteFileResponse> answer = new CompletableFuture<>();
    StreamObserver<WriteFileRequest> requests =
        FileSystemServiceGrpc.newStub(channel.channel())
            .writeFile(
                new StreamObserver<>() {
                  @Override
                  public void onNext(WriteFileResponse response) {
                    answer.complete(response);
                  }

                  @Override
                  public void onError(Throwable failure) {
                    answer.completeExceptionally(failure);
                  }

                  @Override
                  public void onCompleted() {}
                });
    requests.onNext(
        WriteFileRequest.newBuilder()
            .setPath(path)
            .setContent(ByteString.copyFrom(content))
            .setSync(sync)
            .build());
    requests.onCompleted();
    assertEquals(content.length, answer.join().getBytesWritten());
  }

  private static ByteString read(GrpcChannel channel, String path) {
    ByteString content = ByteString.EMPTY;
    var answers =
        FileSystemServiceGrpc.newBlockingStub(channel.channel())
            .readFile(ReadFileRequest.newBuilder().setPath(path).setLength(1 << 20).build());
    while (answers.hasNext()) {
      content = content.concat(answers.next().getContent());
    }
    return content;
  }
}
