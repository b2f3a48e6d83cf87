package glockenspiel.node.grpc;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import glockenspiel.node.core.FileSystemFactory;
import glockenspiel.node.core.Node;
import glockenspiel.node.core.NodeSettings;
import glockenspiel.node.core.NodeStatus;
import glockenspiel.node.event.NodeEvent.JournalChecked;
import glockenspiel.node.event.NodeEvents;
import glockenspiel.node.event.Tracing;
import glockenspiel.node.filesystem.FileSystem;
import glockenspiel.node.v1.NodeAgentServiceGrpc;
import glockenspiel.node.v1.NodeEvent;
import glockenspiel.node.v1.WatchEventsRequest;
import glockenspiel.node.v1.WatchEventsResponse;
import glockenspiel.protocol.wire.ErrorWire;
import glockenspiel.runtime.grpc.GrpcChannel;
import glockenspiel.runtime.grpc.GrpcServer;
import glockenspiel.runtime.task.Promise;
import glockenspiel.runtime.telemetry.Telemetry;
import io.grpc.StatusException;
import io.grpc.StatusRuntimeException;
import io.grpc.inprocess.InProcessChannelBuilder;
import io.grpc.inprocess.InProcessServerBuilder;
import io.grpc.stub.BlockingClientCall;
import io.grpc.stub.ClientCallStreamObserver;
import io.grpc.stub.ClientResponseObserver;
import java.time.Instant;
import java.time.InstantSource;
import java.util.Iterator;
import java.util.Objects;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** Watching events; the other calls are tested with a whole node-agent. */
@Timeout(60)
class NodeAgentGrpcServiceTest {
  private static final int CAPACITY = 8;
  private static final Instant NOW = Instant.parse("2026-01-02T03:04:05Z");
  private static final String TRACE = "00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01";

  /** A node that is never mounted. */
  private record Unmounted(Node node) implements ServedNode {
    @Override
    public NodeStatus status() {
      return node.status();
    }

    @Override
    public String volume() {
      return "demo:fs";
    }

    @Override
    public Promise<@Nullable Void> mount(boolean spectator) {
      return node.mount();
    }

    @Override
    public Promise<@Nullable Void> unmount() {
      return node.unmount();
    }

    @Override
    public int blockSize() {
      return 0;
    }

    @Override
    public <T extends @Nullable Object> T operate(Function<FileSystem, T> operation) {
      throw new UnsupportedOperationException("no files");
    }
  }

  private final EventRing ring = new EventRing(CAPACITY, InstantSource.fixed(NOW));
  private ClientRig rig;
  private GrpcServer server;
  private GrpcChannel channel;

  @BeforeEach
  void start() throws Exception {
    rig = new ClientRig();
    Node node =
        new Node(
            rig.owner,
            new LockManagerClient(rig.owner, rig.channel),
            new StorageClient(rig.owner, rig.channel, "demo:fs", StorageDeadlines.DEFAULT),
            FileSystemFactory.NONE,
            NodeSettings.of("demo:fs", "a"),
            NodeEvents.NONE,
            Tracing.NONE);
    String name = InProcessServerBuilder.generateName();
    server =
        GrpcServer.builder(Telemetry.NONE)
            .add(new NodeAgentGrpcService(rig.owner, new Unmounted(node), ring))
            .start(InProcessServerBuilder.forName(name));
    channel = GrpcChannel.open(InProcessChannelBuilder.forName(name), Telemetry.NONE);
  }

  @AfterEach
  void close() {
    channel.close();
    server.close();
    rig.close();
  }

  private void happen(int count) {
    rig.run(
        () -> {
          for (int i = 0; i < count; i++) {
            ring.happened(new JournalChecked(3, TRACE));
          }
        });
  }

  private Iterator<WatchEventsResponse> watch(long after) {
    return NodeAgentServiceGrpc.newBlockingStub(channel.channel())
        .watchEvents(WatchEventsRequest.newBuilder().setAfterSequence(after).build());
  }

  @Test
  void eventsOfThePastComeFirst() {
    happen(3);
    Iterator<WatchEventsResponse> watch = watch(1);
    NodeEvent event = watch.next().getEvent();
    assertEquals(2, event.getSequence());
    assertEquals(NOW.getEpochSecond(), event.getTime().getSeconds());
    assertEquals("a", event.getNodeName());
    assertEquals("JOURNAL_CHECKED", event.getKind());
    assertEquals(3, event.getJid());
    assertEquals("jid=3: Looking at journal...", event.getDetail());
    assertEquals("4bf92f3577b34da6a3ce929d0e0e4736", event.getTraceId());
    assertEquals(3, watch.next().getEvent().getSequence());
    happen(1);
    assertEquals(4, watch.next().getEvent().getSequence());
  }

  @Test
  void whatIsForgottenIsPassedOver() {
    happen(20);
    assertEquals(13, watch(0).next().getEvent().getSequence());
    assertEquals(13, watch(5).next().getEvent().getSequence());
    assertEquals(20, watch(19).next().getEvent().getSequence());
  }

  @Test
  void theFutureIsRefused() {
    happen(1);
    Iterator<WatchEventsResponse> watch = watch(2);
    StatusRuntimeException failure = assertThrows(StatusRuntimeException.class, watch::next);
    assertEquals("INVALID_ARGUMENT", ErrorWire.reason(failure));
    assertEquals("after_sequence: 2 has not happened: the newest is 1", ErrorWire.message(failure));
  }

  @Test
  void aSlowReaderLosesItsStream() {
    BlockingQueue<Object> heard = new LinkedBlockingQueue<>();
    CompletableFuture<ClientCallStreamObserver<WatchEventsRequest>> call =
        new CompletableFuture<>();
    NodeAgentServiceGrpc.newStub(channel.channel())
        .watchEvents(
            WatchEventsRequest.getDefaultInstance(),
            new ClientResponseObserver<WatchEventsRequest, WatchEventsResponse>() {
              @Override
              public void beforeStart(ClientCallStreamObserver<WatchEventsRequest> stream) {
                stream.disableAutoRequestWithInitial(1);
                call.complete(stream);
              }

              @Override
              public void onNext(WatchEventsResponse response) {
                heard.add(response.getEvent().getSequence());
              }

              @Override
              public void onError(Throwable failure) {
                heard.add(failure);
              }

              @Override
              public void onCompleted() {
                heard.add("completed");
              }
            });
    happen(1);
    assertEquals(1L, ClientRig.next(heard));
    // Nothing is taken any more; the transport inside the process buffers nothing.
    happen(CAPACITY);
    call.join().request(1);
    assertEquals(2L, ClientRig.next(heard));
    happen(CAPACITY + 1);
    StatusRuntimeException failure = (StatusRuntimeException) ClientRig.next(heard);
    assertEquals(io.grpc.Status.Code.RESOURCE_EXHAUSTED, failure.getStatus().getCode());
    assertEquals("SLOW_CONSUMER", ErrorWire.reason(failure));
  }

  @Test
  void whoGoesAwayIsForgotten() throws Exception {
    happen(1);
    BlockingClientCall<?, WatchEventsResponse> watch =
        NodeAgentServiceGrpc.newBlockingV2Stub(channel.channel())
            .watchEvents(WatchEventsRequest.getDefaultInstance());
    assertEquals(1, Objects.requireNonNull(watch.read()).getEvent().getSequence());
    watch.cancel("the test goes away", null);
    assertThrows(StatusException.class, watch::read);
    happen(3 * CAPACITY);
  }
}
