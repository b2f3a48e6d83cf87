package glockenspiel.runtime.telemetry;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import glockenspiel.lock.v1.DumpLocksRequest;
import glockenspiel.lock.v1.DumpLocksResponse;
import glockenspiel.lock.v1.ListLockspacesRequest;
import glockenspiel.lock.v1.ListLockspacesResponse;
import glockenspiel.lock.v1.LockInspectionServiceGrpc;
import glockenspiel.runtime.grpc.GrpcChannel;
import glockenspiel.runtime.grpc.GrpcServer;
import io.grpc.Status;
import io.grpc.StatusRuntimeException;
import io.grpc.inprocess.InProcessChannelBuilder;
import io.grpc.inprocess.InProcessServerBuilder;
import io.grpc.stub.StreamObserver;
import io.opentelemetry.api.trace.SpanKind;
import io.opentelemetry.api.trace.StatusCode;
import io.opentelemetry.sdk.testing.junit5.OpenTelemetryExtension;
import io.opentelemetry.sdk.trace.data.SpanData;
import java.util.Comparator;
import java.util.List;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.extension.RegisterExtension;

@Timeout(60)
class TracingInterceptorsTest {
  private static final String PARENT = "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01";

  @RegisterExtension static final OpenTelemetryExtension OTEL = OpenTelemetryExtension.create();

  /** Remembers which trace its handlers belonged to. */
  private static final class Service
      extends LockInspectionServiceGrpc.LockInspectionServiceImplBase {
    private final BlockingQueue<String> seen = new LinkedBlockingQueue<>();
    private volatile boolean fail;

    @Override
    public void listLockspaces(
        ListLockspacesRequest request, StreamObserver<ListLockspacesResponse> observer) {
      seen.add(TracingServerInterceptor.current());
      if (fail) {
        observer.onError(Status.ABORTED.asRuntimeException());
        return;
      }
      observer.onNext(ListLockspacesResponse.getDefaultInstance());
      observer.onCompleted();
    }

    @Override
    public void dumpLocks(DumpLocksRequest request, StreamObserver<DumpLocksResponse> observer) {
      seen.add(TracingServerInterceptor.current());
      observer.onCompleted();
    }
  }

  private final Service service = new Service();
  private GrpcServer server;
  private GrpcChannel channel;

  @BeforeEach
  void start() throws Exception {
    connect(Telemetry.of(OTEL.getOpenTelemetry()));
  }

  private void connect(Telemetry telemetry) throws Exception {
    server =
        GrpcServer.builder(telemetry).add(service).start(InProcessServerBuilder.forName("tracing"));
    channel = GrpcChannel.open(InProcessChannelBuilder.forName("tracing"), telemetry);
  }

  @AfterEach
  void stop() {
    channel.close();
    server.close();
  }

  private void list(String parent) {
    var _ =
        LockInspectionServiceGrpc.newBlockingStub(channel.channel())
            .withOption(TracingClientInterceptor.PARENT, parent)
            .listLockspaces(ListLockspacesRequest.getDefaultInstance());
  }

  private void dump(String parent) {
    LockInspectionServiceGrpc.newBlockingStub(channel.channel())
        .withOption(TracingClientInterceptor.PARENT, parent)
        .dumpLocks(DumpLocksRequest.getDefaultInstance())
        .forEachRemaining(_ -> {});
  }

  private static List<SpanData> spans() {
    return OTEL.getSpans().stream().sorted(Comparator.comparing(SpanData::getKind)).toList();
  }

  @Test
  void aUnaryCallIsASpanAtBothEnds() throws Exception {
    list(PARENT);

    SpanData atServer = spans().get(0);
    SpanData atClient = spans().get(1);
    assertEquals(2, spans().size());
    assertEquals(SpanKind.SERVER, atServer.getKind());
    assertEquals(SpanKind.CLIENT, atClient.getKind());
    assertEquals("b7ad6b7169203331", atClient.getParentSpanId());
    assertEquals(atClient.getSpanId(), atServer.getParentSpanId());
    assertEquals(
        "00-0af7651916cd43dd8448eb211c80319c-" + atServer.getSpanId() + "-01", service.seen.take());
    assertEquals("glockenspiel.lock.v1.LockInspectionService/ListLockspaces", atServer.getName());
  }

  @Test
  void aFailureIsSeenAtBothEnds() {
    service.fail = true;
    assertThrows(StatusRuntimeException.class, () -> list(""));
    assertEquals(2, spans().size());
    for (SpanData span : spans()) {
      assertEquals(StatusCode.ERROR, span.getStatus().getStatusCode());
      assertEquals("ABORTED", span.getStatus().getDescription());
    }
  }

  @Test
  void aStreamIsNoSpanButCarriesTheIdentity() throws Exception {
    dump(PARENT);
    assertEquals(PARENT, service.seen.take());
    dump("");
    assertEquals("", service.seen.take());
    assertEquals(List.of(), spans());
  }

  @Test
  void withoutTelemetryTheIdentityStillCrosses() throws Exception {
    stop();
    connect(Telemetry.NONE);
    list(PARENT);
    assertEquals(PARENT, service.seen.take());
    dump(PARENT);
    assertEquals(PARENT, service.seen.take());
    assertEquals(List.of(), spans());
  }
}
