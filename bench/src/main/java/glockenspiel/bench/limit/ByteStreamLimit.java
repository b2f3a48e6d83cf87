package glockenspiel.bench.limit;

import com.google.protobuf.UnsafeByteOperations;
import glockenspiel.bench.process.ServerProcess;
import glockenspiel.bench.v1.ByteStreamServiceGrpc;
import glockenspiel.bench.v1.ReceiveRequest;
import glockenspiel.bench.v1.ReceiveResponse;
import glockenspiel.bench.v1.SendRequest;
import glockenspiel.bench.v1.SendResponse;
import io.grpc.ManagedChannel;
import io.grpc.netty.shaded.io.grpc.netty.NettyChannelBuilder;
import io.grpc.stub.ClientCallStreamObserver;
import io.grpc.stub.ClientResponseObserver;
import io.grpc.stub.StreamObserver;
import java.io.IOException;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;

/**
 * Bare gRPC streams of bytes to and from a process of its own, with the flow-control window of the
 * journal-service: one stream, chunks that are wrapped and not copied, nothing done with them.
 */
public final class ByteStreamLimit implements AutoCloseable {
  private static final int WINDOW_BYTES = 8 << 20;
  private static final int ON_READY_BYTES = 2 << 20;
  private static final double MEBIBYTE = 1 << 20;

  private final ServerProcess server;
  private final ManagedChannel channel;

  private ByteStreamLimit(ServerProcess server) {
    this.server = server;
    this.channel =
        NettyChannelBuilder.forAddress("127.0.0.1", server.port())
            .usePlaintext()
            .directExecutor()
            .flowControlWindow(WINDOW_BYTES)
            .build();
  }

  /** Starts the process. */
  public static ByteStreamLimit start() throws IOException {
    return new ByteStreamLimit(ServerProcess.start(ServerProcess.Kind.ECHO));
  }

  /**
   * Reads from the process.
   *
   * @return MiB a second
   * @throws IOException when the stream broke
   */
  public double receive(int chunks, int chunkBytes) throws IOException, InterruptedException {
    long begin = System.nanoTime();
    Count<ReceiveResponse> count = new Count<>();
    ByteStreamServiceGrpc.newStub(channel)
        .receive(
            ReceiveRequest.newBuilder().setChunks(chunks).setChunkBytes(chunkBytes).build(), count);
    if (count.await() != chunks) {
      throw new IOException("chunks were lost");
    }
    return rate(chunks, chunkBytes, begin);
  }

  /**
   * Writes to the process.
   *
   * @return MiB a second
   * @throws IOException when the stream broke
   */
  public double send(int chunks, int chunkBytes) throws IOException, InterruptedException {
    long begin = System.nanoTime();
    Sender sender = new Sender(chunks, chunkBytes);
    var _ =
        ByteStreamServiceGrpc.newStub(channel).withOnReadyThreshold(ON_READY_BYTES).send(sender);
    var _ = sender.await();
    return rate(chunks, chunkBytes, begin);
  }

  private static double rate(int chunks, int chunkBytes, long begin) {
    return chunks * (chunkBytes / MEBIBYTE) / ((System.nanoTime() - begin) / 1e9);
  }

  @Override
  public void close() {
    channel.shutdownNow();
    server.close();
  }

  /** Counts what comes. */
  private static class Count<A> implements StreamObserver<A> {
    private final CompletableFuture<Integer> end = new CompletableFuture<>();
    private int came;

    int await() throws IOException, InterruptedException {
      try {
        return end.get();
      } catch (ExecutionException failure) {
        throw new IOException("a stream of bytes broke: " + failure, failure);
      }
    }

    @Override
    public void onNext(A answer) {
      came++;
    }

    @Override
    public void onError(Throwable failure) {
      end.completeExceptionally(failure);
    }

    @Override
    public void onCompleted() {
      end.complete(came);
    }
  }

  private static final class Sender extends Count<SendResponse>
      implements ClientResponseObserver<SendRequest, SendResponse> {
    private final SendRequest chunk;
    private int left;

    Sender(int chunks, int chunkBytes) {
      this.chunk =
          SendRequest.newBuilder()
              .setContent(UnsafeByteOperations.unsafeWrap(new byte[chunkBytes]))
              .build();
      this.left = chunks;
    }

    @Override
    public void beforeStart(ClientCallStreamObserver<SendRequest> stream) {
      stream.setOnReadyHandler(
          () -> {
            while (left > 0 && stream.isReady()) {
              stream.onNext(chunk);
              left--;
              if (left == 0) {
                stream.onCompleted();
              }
            }
          });
    }
  }
}
