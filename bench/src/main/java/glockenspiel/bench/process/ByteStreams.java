package glockenspiel.bench.process;

import com.google.protobuf.UnsafeByteOperations;
import glockenspiel.bench.v1.ByteStreamServiceGrpc;
import glockenspiel.bench.v1.ReceiveRequest;
import glockenspiel.bench.v1.ReceiveResponse;
import glockenspiel.bench.v1.SendRequest;
import glockenspiel.bench.v1.SendResponse;
import io.grpc.stub.ServerCallStreamObserver;
import io.grpc.stub.StreamObserver;

/** Gives and takes bytes that nobody looks at. */
final class ByteStreams extends ByteStreamServiceGrpc.ByteStreamServiceImplBase {
  /** As much as the journal-service buffers for a reader. */
  private static final int ON_READY_BYTES = 2 << 20;

  @Override
  public StreamObserver<SendRequest> send(StreamObserver<SendResponse> answer) {
    return new StreamObserver<>() {
      private long bytes;

      @Override
      public void onNext(SendRequest request) {
        bytes += request.getContent().size();
      }

      @Override
      public void onError(Throwable failure) {
        // The client has gone away.
      }

      @Override
      public void onCompleted() {
        answer.onNext(SendResponse.newBuilder().setBytes(bytes).build());
        answer.onCompleted();
      }
    };
  }

  @Override
  public void receive(ReceiveRequest request, StreamObserver<ReceiveResponse> answers) {
    ServerCallStreamObserver<ReceiveResponse> stream =
        (ServerCallStreamObserver<ReceiveResponse>) answers;
    ReceiveResponse chunk =
        ReceiveResponse.newBuilder()
            .setContent(UnsafeByteOperations.unsafeWrap(new byte[request.getChunkBytes()]))
            .build();
    stream.setOnReadyThreshold(ON_READY_BYTES);
    stream.setOnReadyHandler(
        new Runnable() {
          private int left = request.getChunks();

          @Override
          public void run() {
            while (left > 0 && stream.isReady()) {
              stream.onNext(chunk);
              left--;
              if (left == 0) {
                stream.onCompleted();
              }
            }
          }
        });
  }
}
