package glockenspiel.cli.cluster;

import static org.junit.jupiter.api.Assertions.assertEquals;

import com.google.protobuf.ByteString;
import glockenspiel.node.v1.CreateFileRequest;
import glockenspiel.node.v1.FileSystemServiceGrpc;
import glockenspiel.node.v1.MountRequest;
import glockenspiel.node.v1.NodeAgentServiceGrpc;
import glockenspiel.node.v1.ReadFileRequest;
import glockenspiel.node.v1.WriteFileRequest;
import glockenspiel.node.v1.WriteFileResponse;
import glockenspiel.runtime.grpc.GrpcChannel;
import glockenspiel.runtime.grpc.TransportSecurity;
import glockenspiel.runtime.telemetry.Telemetry;
import io.grpc.stub.StreamObserver;
import java.io.IOException;
import java.util.concurrent.CompletableFuture;

/** What a node in another process is asked to do. */
final class NodeCalls implements AutoCloseable {
  private static final int LENGTH_MAX = 1 << 20;

  private final GrpcChannel channel;

  private NodeCalls(GrpcChannel channel) {
    this.channel = channel;
  }

  static NodeCalls of(ServiceProcess node) throws IOException, InterruptedException {
    return new NodeCalls(
        GrpcChannel.open(node.address(), TransportSecurity.INSECURE, Telemetry.NONE));
  }

  /** Has it mount its volume again; returns when files can be used. */
  void mount() {
    var _ =
        NodeAgentServiceGrpc.newBlockingStub(channel.channel())
            .mount(MountRequest.getDefaultInstance());
  }

  /** Makes a file with that content; what is synced is durable when this returns. */
  void write(String path, byte[] content, boolean sync) {
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

  ByteString read(String path) {
    ByteString content = ByteString.EMPTY;
    var answers =
        FileSystemServiceGrpc.newBlockingStub(channel.channel())
            .readFile(ReadFileRequest.newBuilder().setPath(path).setLength(LENGTH_MAX).build());
    while (answers.hasNext()) {
      content = content.concat(answers.next().getContent());
    }
    return content;
  }

  @Override
  public void close() {
    channel.close();
  }
}
