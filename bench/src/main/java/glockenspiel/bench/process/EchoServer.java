package glockenspiel.bench.process;

import glockenspiel.bench.v1.EchoRequest;
import glockenspiel.bench.v1.EchoResponse;
import glockenspiel.bench.v1.EchoServiceGrpc;
import io.grpc.InsecureServerCredentials;
import io.grpc.Server;
import io.grpc.netty.shaded.io.grpc.netty.NettyServerBuilder;
import io.grpc.stub.StreamObserver;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;

/** Bare gRPC: callbacks on the transport's threads, no interceptors, nothing behind. */
final class EchoServer implements AutoCloseable {
  /** As the journal-service's: larger than gRPC's own, which halves what a stream can carry. */
  private static final int WINDOW_BYTES = 8 << 20;

  private final Server server;

  private EchoServer(Server server) {
    this.server = server;
  }

  static EchoServer start() throws IOException {
    return new EchoServer(
        NettyServerBuilder.forAddress(
                new InetSocketAddress(InetAddress.getLoopbackAddress(), 0),
                InsecureServerCredentials.create())
            .directExecutor()
            .flowControlWindow(WINDOW_BYTES)
            .addService(new Echo())
            .addService(new ByteStreams())
            .build()
            .start());
  }

  int port() {
    return server.getPort();
  }

  @Override
  public void close() {
    server.shutdownNow();
  }

  private static final class Echo extends EchoServiceGrpc.EchoServiceImplBase {
    @Override
    public StreamObserver<EchoRequest> echo(StreamObserver<EchoResponse> answers) {
      return new StreamObserver<>() {
        @Override
        public void onNext(EchoRequest request) {
          answers.onNext(EchoResponse.newBuilder().addAllItems(request.getItemsList()).build());
        }

        @Override
        public void onError(Throwable failure) {
          // The client has gone away.
        }

        @Override
        public void onCompleted() {
          answers.onCompleted();
        }
      };
    }
  }
}
