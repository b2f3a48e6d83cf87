package glockenspiel.node.app;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import glockenspiel.node.event.NodeEvent;
import glockenspiel.node.v1.FileSystemServiceGrpc;
import glockenspiel.node.v1.NodeAgentServiceGrpc;
import glockenspiel.protocol.wire.ErrorWire;
import glockenspiel.runtime.grpc.GrpcChannel;
import glockenspiel.runtime.grpc.GrpcServer;
import glockenspiel.runtime.telemetry.Telemetry;
import io.grpc.Status;
import io.grpc.StatusRuntimeException;
import io.grpc.inprocess.InProcessChannelBuilder;
import io.grpc.inprocess.InProcessServerBuilder;
import java.io.IOException;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.function.Executable;

/** A node-agent with its peers, all inside the process. */
final class AgentRig implements AutoCloseable {
  private static final long PATIENCE_SECONDS = 30;

  final MemoryVolume volume;
  final MemoryJournals journals;
  final BlockingQueue<NodeEvent> events = new LinkedBlockingQueue<>();
  final NodeAgentServer agent;
  final GrpcChannel channel;
  private final GrpcServer peers;

  private record InProcess(String name, GrpcChannel lockManager, GrpcChannel journalService)
      implements NodeAgentServer.Transport {
    @Override
    public GrpcServer listen(GrpcServer.Builder services) throws IOException {
      return services.start(InProcessServerBuilder.forName(name));
    }
  }

  AgentRig() throws IOException {
    this(settings());
  }

  AgentRig(NodeAgentSettings settings) throws IOException {
    this(settings, 0);
  }

  AgentRig(NodeAgentSettings settings, int readsAway) throws IOException {
    volume = MemoryVolume.empty();
    journals = new MemoryJournals(volume);
    MemoryBlockStorage blocks = new MemoryBlockStorage(volume);
    blocks.readsAway.set(readsAway);
    String peersName = InProcessServerBuilder.generateName();
    peers =
        GrpcServer.builder(Telemetry.NONE)
            .add(new GenerousLockManager())
            .add(blocks)
            .add(journals)
            .start(InProcessServerBuilder.forName(peersName));
    String name = InProcessServerBuilder.generateName();
    agent =
        NodeAgentServer.start(
            settings,
            Telemetry.NONE,
            events::add,
            new InProcess(name, connect(peersName), connect(peersName)));
    channel = connect(name);
  }

  static NodeAgentSettings settings() {
    return NodeAgentSettings.of("demo:fs", "a", "in", "process");
  }

  private static GrpcChannel connect(String name) {
    return GrpcChannel.open(InProcessChannelBuilder.forName(name), Telemetry.NONE);
  }

  NodeAgentServiceGrpc.NodeAgentServiceBlockingStub node() {
    return NodeAgentServiceGrpc.newBlockingStub(channel.channel())
        .withDeadlineAfter(PATIENCE_SECONDS, TimeUnit.SECONDS);
  }

  FileSystemServiceGrpc.FileSystemServiceBlockingStub files() {
    return FileSystemServiceGrpc.newBlockingStub(channel.channel())
        .withDeadlineAfter(PATIENCE_SECONDS, TimeUnit.SECONDS);
  }

  /** Waits for the next event of that kind; what came before it is passed over. */
  <E extends NodeEvent> E awaitEvent(Class<E> kind) {
    try {
      while (true) {
        NodeEvent event = events.poll(PATIENCE_SECONDS, TimeUnit.SECONDS);
        if (event == null) {
          throw new AssertionError("no " + kind.getSimpleName() + " came");
        }
        if (kind.isInstance(event)) {
          return kind.cast(event);
        }
      }
    } catch (InterruptedException interrupted) {
      throw new AssertionError(interrupted);
    }
  }

  /** The call fails with that code and reason; returns its message. */
  static String assertRefused(Status.Code code, String reason, Executable call) {
    StatusRuntimeException failure = assertThrows(StatusRuntimeException.class, call);
    String message = ErrorWire.message(failure);
    assertEquals(
        code + " " + reason,
        failure.getStatus().getCode() + " " + ErrorWire.reason(failure),
        message);
    return message;
  }

  @Override
  public void close() {
    agent.close();
    channel.close();
    peers.close();
  }
}
