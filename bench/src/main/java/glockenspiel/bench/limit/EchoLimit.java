package glockenspiel.bench.limit;

import com.google.protobuf.ByteString;
import com.google.protobuf.UnsafeByteOperations;
import glockenspiel.bench.measure.Samples;
import glockenspiel.bench.process.ServerProcess;
import glockenspiel.bench.v1.EchoItem;
import glockenspiel.bench.v1.EchoRequest;
import glockenspiel.bench.v1.EchoServiceGrpc;
import io.grpc.ManagedChannel;
import io.grpc.netty.shaded.io.grpc.netty.NettyChannelBuilder;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;

/**
 * Bare gRPC to a process of its own: bidirectional streams, callbacks on the transport's threads
 * ({@code directExecutor}), the shaded Netty with epoll, items of about 40 bytes where nothing else
 * is said.
 */
public final class EchoLimit implements AutoCloseable {
  /** How many requests a message of the batched limit carries. */
  public static final int BATCH = 32;

  /** How many requests of a stream are under way in the batched limit. */
  public static final int WINDOW = 256;

  private static final ByteString BODY = ByteString.copyFrom(new byte[32]);

  private final ServerProcess server;

  private EchoLimit(ServerProcess server) {
    this.server = server;
  }

  /** Starts the process. */
  public static EchoLimit start() throws IOException {
    return new EchoLimit(ServerProcess.start(ServerProcess.Kind.ECHO));
  }

  /** Says one item at a time, each when the one before has come back. */
  public Samples pingPong(int count) throws InterruptedException {
    Samples samples = new Samples(count);
    pingPong(samples, count);
    return samples;
  }

  /** As above; adds to samples that have room for so many more. */
  public void pingPong(Samples samples, int count) throws InterruptedException {
    try (EchoStreams streams = open(1)) {
      streams.first().pingPong(samples, count);
    }
  }

  /**
   * Says {@value #BATCH} items a message, {@value #WINDOW} under way on each stream.
   *
   * @param streamCount each over a connection of its own
   * @param items for all streams together
   * @return items that came back in a second
   */
  public double batched(int streamCount, int items) throws InterruptedException {
    try (EchoStreams streams = open(streamCount)) {
      return streams.batched(items / BATCH / streamCount);
    }
  }

  /**
   * Connects; the connections are there when this returns.
   *
   * @param count of streams, each over a connection of its own
   */
  public EchoStreams connect(int count) throws InterruptedException {
    EchoStreams streams = open(count);
    streams.await();
    return streams;
  }

  private EchoStreams open(int count) {
    List<EchoStream> streams = new ArrayList<>();
    for (int i = 0; i < count; i++) {
      ManagedChannel channel =
          NettyChannelBuilder.forAddress("127.0.0.1", server.port())
              .usePlaintext()
              .directExecutor()
              .build();
      EchoStream stream = new EchoStream(channel);
      EchoServiceGrpc.newStub(channel).echo(stream);
      streams.add(stream);
    }
    return new EchoStreams(streams);
  }

  /** A message of so many items. */
  static EchoRequest request(long firstId, int items) {
    EchoRequest.Builder request = EchoRequest.newBuilder();
    for (int i = 0; i < items; i++) {
      request.addItems(EchoItem.newBuilder().setId(firstId + i).setBody(BODY));
    }
    return request.build();
  }

  /** A message of one item with so many bytes. */
  static EchoRequest request(int bytes) {
    ByteString body = UnsafeByteOperations.unsafeWrap(new byte[bytes]);
    return EchoRequest.newBuilder().addItems(EchoItem.newBuilder().setBody(body)).build();
  }

  @Override
  public void close() {
    server.close();
  }
}
