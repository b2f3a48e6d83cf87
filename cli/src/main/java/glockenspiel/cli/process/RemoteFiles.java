package glockenspiel.cli.process;

import com.google.protobuf.UnsafeByteOperations;
import glockenspiel.cli.cluster.VolumeFiles;
import glockenspiel.node.v1.CreateFileRequest;
import glockenspiel.node.v1.DirectoryEntry;
import glockenspiel.node.v1.FileSystemServiceGrpc;
import glockenspiel.node.v1.FileSystemServiceGrpc.FileSystemServiceBlockingStub;
import glockenspiel.node.v1.FileType;
import glockenspiel.node.v1.LinkRequest;
import glockenspiel.node.v1.ListDirectoryRequest;
import glockenspiel.node.v1.ListDirectoryResponse;
import glockenspiel.node.v1.MakeDirectoryRequest;
import glockenspiel.node.v1.ReadFileRequest;
import glockenspiel.node.v1.ReadFileResponse;
import glockenspiel.node.v1.RemoveDirectoryRequest;
import glockenspiel.node.v1.StatRequest;
import glockenspiel.node.v1.SyncRequest;
import glockenspiel.node.v1.TruncateRequest;
import glockenspiel.node.v1.UnlinkRequest;
import glockenspiel.node.v1.WriteFileRequest;
import glockenspiel.node.v1.WriteFileResponse;
import io.grpc.Channel;
import io.grpc.stub.StreamObserver;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.Iterator;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.TimeUnit;
import java.util.function.Predicate;

/**
 * Files of a node in another process. Errors come as gRPC has them: {@link RemoteNode} translates.
 */
final class RemoteFiles implements VolumeFiles {
  private static final int FILE_PERMISSIONS = 0644;
  private static final int DIRECTORY_PERMISSIONS = 0755;

  /** Pieces of a write: a message is 4 MiB at most. */
  private static final int PIECE_BYTES = 1 << 20;

  /** Longer than any lease or replay that a node waits for. */
  private static final long DEADLINE_SECONDS = 120;

  private final Channel channel;

  RemoteFiles(Channel channel) {
    this.channel = channel;
  }

  private FileSystemServiceBlockingStub stub() {
    return FileSystemServiceGrpc.newBlockingStub(channel)
        .withDeadlineAfter(DEADLINE_SECONDS, TimeUnit.SECONDS);
  }

  @Override
  public List<String> directories(String path) {
    return list(path, entry -> entry.getType() == FileType.FILE_TYPE_DIRECTORY);
  }

  @Override
  public List<String> names(String path) {
    return list(path, any -> true);
  }

  private List<String> list(String path, Predicate<DirectoryEntry> wanted) {
    List<String> names = new ArrayList<>();
    Iterator<ListDirectoryResponse> pieces =
        stub().listDirectory(ListDirectoryRequest.newBuilder().setPath(path).build());
    while (pieces.hasNext()) {
      for (DirectoryEntry entry : pieces.next().getEntriesList()) {
        if (wanted.test(entry)) {
          names.add(entry.getName());
        }
      }
    }
    return names;
  }

  @Override
  public void createDirectory(String path) {
    var _ =
        stub()
            .makeDirectory(
                MakeDirectoryRequest.newBuilder()
                    .setPath(path)
                    .setPermissions(DIRECTORY_PERMISSIONS)
                    .build());
  }

  @Override
  public void create(String path) {
    var _ =
        stub()
            .createFile(
                CreateFileRequest.newBuilder()
                    .setPath(path)
                    .setPermissions(FILE_PERMISSIONS)
                    .build());
  }

  @Override
  public long size(String path) {
    return stub().stat(StatRequest.newBuilder().setPath(path).build()).getAttributes().getSize();
  }

  @Override
  public ByteBuffer read(String path, long offset, int length) {
    ByteBuffer content = ByteBuffer.allocate(length);
    Iterator<ReadFileResponse> pieces =
        stub()
            .readFile(
                ReadFileRequest.newBuilder()
                    .setPath(path)
                    .setOffset(offset)
                    .setLength(length)
                    .build());
    while (pieces.hasNext()) {
      pieces.next().getContent().copyTo(content);
    }
    return content.flip();
  }

  @Override
  public int write(String path, long offset, ByteBuffer source) {
    CompletableFuture<WriteFileResponse> answer = new CompletableFuture<>();
    StreamObserver<WriteFileRequest> pieces =
        FileSystemServiceGrpc.newStub(channel)
            .withDeadlineAfter(DEADLINE_SECONDS, TimeUnit.SECONDS)
            .writeFile(
                new StreamObserver<>() {
                  @Override
                  public void onNext(WriteFileResponse response) {
                    var _ = answer.complete(response);
                  }

                  @Override
                  public void onError(Throwable failure) {
                    var _ = answer.completeExceptionally(failure);
                  }

                  @Override
                  public void onCompleted() {}
                });
    ByteBuffer rest = source.duplicate();
    while (rest.hasRemaining()) {
      ByteBuffer piece = rest.slice(rest.position(), Math.min(PIECE_BYTES, rest.remaining()));
      pieces.onNext(
          WriteFileRequest.newBuilder()
              .setPath(path)
              .setOffset(offset + rest.position() - source.position())
              .setContent(UnsafeByteOperations.unsafeWrap(piece))
              .build());
      rest.position(rest.position() + piece.capacity());
    }
    pieces.onCompleted();
    try {
      return (int) answer.join().getBytesWritten();
    } catch (CompletionException failed) {
      if (failed.getCause() instanceof RuntimeException cause) {
        throw cause;
      }
      throw failed;
    }
  }

  @Override
  public boolean canAppend() {
    return false;
  }

  @Override
  public long append(String path, ByteBuffer source) {
    throw new UnsupportedOperationException("a node has no call that appends");
  }

  @Override
  public void truncate(String path) {
    var _ = stub().truncate(TruncateRequest.newBuilder().setPath(path).build());
  }

  @Override
  public void link(String existing, String path) {
    var _ = stub().link(LinkRequest.newBuilder().setPath(existing).setNewPath(path).build());
  }

  @Override
  public void unlink(String path) {
    var _ = stub().unlink(UnlinkRequest.newBuilder().setPath(path).build());
  }

  @Override
  public void removeDirectory(String path) {
    var _ = stub().removeDirectory(RemoveDirectoryRequest.newBuilder().setPath(path).build());
  }

  /** There is no call for one file: all that the node has changed becomes durable. */
  @Override
  public void fsync(String path) {
    sync();
  }

  @Override
  public void sync() {
    var _ = stub().sync(SyncRequest.getDefaultInstance());
  }
}
