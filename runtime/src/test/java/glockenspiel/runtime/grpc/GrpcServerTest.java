package glockenspiel.runtime.grpc;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import glockenspiel.lock.v1.ListLockspacesRequest;
import glockenspiel.lock.v1.ListLockspacesResponse;
import glockenspiel.lock.v1.LockInspectionServiceGrpc;
import glockenspiel.runtime.telemetry.Telemetry;
import io.grpc.Context;
import io.grpc.Deadline;
import io.grpc.Status;
import io.grpc.StatusRuntimeException;
import io.grpc.health.v1.HealthCheckRequest;
import io.grpc.health.v1.HealthCheckResponse;
import io.grpc.health.v1.HealthCheckResponse.ServingStatus;
import io.grpc.health.v1.HealthGrpc;
import io.grpc.inprocess.InProcessChannelBuilder;
import io.grpc.inprocess.InProcessServerBuilder;
import io.grpc.reflection.v1.ServerReflectionGrpc;
import io.grpc.reflection.v1.ServerReflectionRequest;
import io.grpc.reflection.v1.ServerReflectionResponse;
import io.grpc.reflection.v1.ServiceResponse;
import io.grpc.stub.StreamObserver;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Iterator;
import java.util.List;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

@Timeout(60)
class GrpcServerTest {
  private static final String SERVICE = "glockenspiel.lock.v1.LockInspectionService";

  /** Answers with as many bytes as the test wants, and remembers the deadline. */
  private static final class Service
      extends LockInspectionServiceGrpc.LockInspectionServiceImplBase {
    private final BlockingQueue<Long> deadlineMillis = new LinkedBlockingQueue<>();
    private volatile int answerBytes;

    @Override
    public void listLockspaces(
        ListLockspacesRequest request, StreamObserver<ListLockspacesResponse> observer) {
      Deadline deadline = Context.current().getDeadline();
      deadlineMillis.add(deadline == null ? -1 : deadline.timeRemaining(TimeUnit.MILLISECONDS));
      observer.onNext(
          ListLockspacesResponse.newBuilder().addLockspaces("x".repeat(answerBytes)).build());
      observer.onCompleted();
    }
  }

  private final Service service = new Service();

  private static InetSocketAddress anyPort() {
    return new InetSocketAddress(InetAddress.getLoopbackAddress(), 0);
  }

  private GrpcServer start(TransportSecurity security) throws IOException {
    return GrpcServer.builder(Telemetry.NONE).add(service).start(anyPort(), security);
  }

  private static GrpcChannel connect(GrpcServer server, TransportSecurity security)
      throws IOException {
    return GrpcChannel.open("localhost:" + server.port(), security, Telemetry.NONE);
  }

  private static void call(GrpcChannel channel) {
    var _ =
        LockInspectionServiceGrpc.newBlockingStub(channel.channel())
            .listLockspaces(ListLockspacesRequest.getDefaultInstance());
  }

  private static Status.Code failure(GrpcChannel channel) {
    return assertThrows(StatusRuntimeException.class, () -> call(channel)).getStatus().getCode();
  }

  private static HealthCheckRequest health(String service) {
    return HealthCheckRequest.newBuilder().setService(service).build();
  }

  /** As a handler of gRPC's does that asks another service, after its own caller has gone. */
  @Test
  void aCallGoesOnWhenTheCallThatItWasBegunInIsOver() throws IOException {
    Context.CancellableContext over = Context.ROOT.withCancellation();
    over.cancel(null);
    try (GrpcServer server = start(TransportSecurity.INSECURE);
        GrpcChannel channel = connect(server, TransportSecurity.INSECURE)) {
      over.run(() -> call(channel));
    }
    assertEquals(1, service.deadlineMillis.size());
  }

  @Test
  void healthIsToldForEachService() throws Exception {
    try (GrpcServer server =
            GrpcServer.builder(Telemetry.NONE)
                .add(service)
                .start(InProcessServerBuilder.forName("health"));
        GrpcChannel channel =
            GrpcChannel.open(InProcessChannelBuilder.forName("health"), Telemetry.NONE)) {
      HealthGrpc.HealthBlockingStub stub = HealthGrpc.newBlockingStub(channel.channel());
      for (String name : List.of("", SERVICE)) {
        assertEquals(ServingStatus.NOT_SERVING, stub.check(health(name)).getStatus());
      }
      assertEquals(ServingStatus.SERVING, stub.check(health(GrpcServer.LIVENESS)).getStatus());

      Iterator<HealthCheckResponse> watch = stub.watch(health(SERVICE));
      assertEquals(ServingStatus.NOT_SERVING, watch.next().getStatus());
      server.setReady(true);
      assertEquals(ServingStatus.SERVING, watch.next().getStatus());
      assertEquals(ServingStatus.SERVING, stub.check(health("")).getStatus());
      server.setReady(false);
      assertEquals(ServingStatus.NOT_SERVING, watch.next().getStatus());
      assertEquals(ServingStatus.SERVING, stub.check(health(GrpcServer.LIVENESS)).getStatus());
    }
  }

  @Test
  void reflectionListsTheServices() throws Exception {
    try (GrpcServer server = start(TransportSecurity.INSECURE);
        GrpcChannel channel = connect(server, TransportSecurity.INSECURE)) {
      BlockingQueue<ServerReflectionResponse> answers = new LinkedBlockingQueue<>();
      StreamObserver<ServerReflectionRequest> requests =
          ServerReflectionGrpc.newStub(channel.channel())
              .serverReflectionInfo(
                  new StreamObserver<>() {
                    @Override
                    public void onNext(ServerReflectionResponse answer) {
                      answers.add(answer);
                    }

                    @Override
                    public void onError(Throwable failure) {}

                    @Override
                    public void onCompleted() {}
                  });
      requests.onNext(ServerReflectionRequest.newBuilder().setListServices("").build());
      List<String> names =
          answers.take().getListServicesResponse().getServiceList().stream()
              .map(ServiceResponse::getName)
              .toList();
      assertTrue(
          names.containsAll(
              List.of(SERVICE, "grpc.health.v1.Health", "grpc.reflection.v1.ServerReflection")),
          names.toString());
      requests.onCompleted();
    }
  }

  @Test
  void unaryCallsHaveADeadline() throws Exception {
    try (GrpcServer server = start(TransportSecurity.INSECURE);
        GrpcChannel channel = connect(server, TransportSecurity.INSECURE)) {
      call(channel);
      long given = service.deadlineMillis.take();
      assertTrue(given > 0 && given <= GrpcLimits.UNARY_DEADLINE.toMillis(), "had " + given);

      var _ =
          LockInspectionServiceGrpc.newBlockingStub(channel.channel())
              .withDeadlineAfter(1, TimeUnit.HOURS)
              .listLockspaces(ListLockspacesRequest.getDefaultInstance());
      assertTrue(service.deadlineMillis.take() > 60_000, "the caller's own deadline stands");
    }
  }

  @Test
  void largerMessagesThanStatedAreRefused() throws Exception {
    try (GrpcServer server = start(TransportSecurity.INSECURE);
        GrpcChannel channel = connect(server, TransportSecurity.INSECURE)) {
      service.answerBytes = GrpcLimits.MESSAGE_BYTES_MAX - 100;
      call(channel);
      service.answerBytes = GrpcLimits.MESSAGE_BYTES_MAX + 1;
      assertEquals(Status.Code.RESOURCE_EXHAUSTED, failure(channel));
    }
  }

  @Test
  void aTakenPortIsOneClearError() throws Exception {
    try (GrpcServer server = start(TransportSecurity.INSECURE)) {
      IOException refused =
          assertThrows(
              IOException.class,
              () -> {
                GrpcServer second =
                    GrpcServer.builder(Telemetry.NONE)
                        .start(
                            new InetSocketAddress(InetAddress.getLoopbackAddress(), server.port()),
                            TransportSecurity.INSECURE);
                second.close();
              });
      assertEquals(
          "cannot listen on localhost:"
              + server.port()
              + ": the port is taken, or the address is not this machine's",
          refused.getMessage());
    }
  }

  @Test
  void aChannelFindsAServiceThatCameBack() throws Exception {
    GrpcServer first = start(TransportSecurity.INSECURE);
    int port = first.port();
    try (GrpcChannel channel = connect(first, TransportSecurity.INSECURE)) {
      call(channel);
      first.close();
      assertEquals(Status.Code.UNAVAILABLE, failure(channel));
      try (GrpcServer second =
          GrpcServer.builder(Telemetry.NONE)
              .add(service)
              .start(
                  new InetSocketAddress(InetAddress.getLoopbackAddress(), port),
                  TransportSecurity.INSECURE)) {
        assertEquals(port, second.port());
        boolean found = false;
        // Each call that finds no connection begins a new attempt, so this ends soon, not after
        // gRPC's own pauses.
        for (int attempt = 0; attempt < 100_000 && !found; attempt++) {
          try {
            call(channel);
            found = true;
          } catch (StatusRuntimeException notYet) {
            assertEquals(Status.Code.UNAVAILABLE, notYet.getStatus().getCode());
          }
        }
        assertTrue(found, "the channel did not connect again");
      }
    }
  }

  @Test
  void mutualTlsLetsInWhoHasACertificateAndNobodyElse(@TempDir Path folder) throws Exception {
    TestCertificates certificates = new TestCertificates(folder);
    certificates.make("server");
    certificates.make("client");
    certificates.make("stranger");
    try (GrpcServer server = start(certificates.security("server", "client"))) {
      try (GrpcChannel client = connect(server, certificates.security("client", "server"))) {
        call(client);
      }
      try (GrpcChannel stranger = connect(server, certificates.security("stranger", "server"))) {
        assertEquals(Status.Code.UNAVAILABLE, failure(stranger));
      }
      try (GrpcChannel deceived = connect(server, certificates.security("client", "stranger"))) {
        assertEquals(Status.Code.UNAVAILABLE, failure(deceived));
      }
      try (GrpcChannel plain = connect(server, TransportSecurity.INSECURE)) {
        assertEquals(Status.Code.UNAVAILABLE, failure(plain));
      }
    }
  }

  @Test
  void certificatesAreReadAgainWhenTheyChange(@TempDir Path folder) throws Exception {
    TestCertificates certificates = new TestCertificates(folder);
    certificates.make("server");
    certificates.make("newer");
    certificates.make("client");
    try (GrpcServer server = start(certificates.security("server", "client"))) {
      try (GrpcChannel client = connect(server, certificates.security("client", "newer"))) {
        assertEquals(Status.Code.UNAVAILABLE, failure(client));
      }
      certificates.replace("server", "newer");
      server.reloadCertificates();
      try (GrpcChannel client = connect(server, certificates.security("client", "newer"))) {
        call(client);
      }
      Files.writeString(certificates.key("server"), "nonsense");
      server.reloadCertificates();
      try (GrpcChannel client = connect(server, certificates.security("client", "newer"))) {
        call(client);
      }
    }
  }

  @Test
  void certificatesThatMakeNoSenseAreOneClearError(@TempDir Path folder) {
    TransportSecurity missing =
        new TransportSecurity.MutualTls(
            folder.resolve("a.pem"), folder.resolve("a.key"), folder.resolve("b.pem"));
    IOException refused =
        assertThrows(
            IOException.class,
            () -> {
              GrpcServer server = start(missing);
              server.close();
            });
    assertTrue(
        String.valueOf(refused.getMessage()).startsWith("certificate " + folder.resolve("a.pem")),
        refused.getMessage());
  }
}
