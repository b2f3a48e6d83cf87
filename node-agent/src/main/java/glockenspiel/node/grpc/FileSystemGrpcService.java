package glockenspiel.node.grpc;

import glockenspiel.node.filesystem.FileStat;
import glockenspiel.node.filesystem.FileSystem;
import glockenspiel.node.v1.CreateFileRequest;
import glockenspiel.node.v1.CreateFileResponse;
import glockenspiel.node.v1.DirectoryEntry;
import glockenspiel.node.v1.FileSystemServiceGrpc;
import glockenspiel.node.v1.LinkRequest;
import glockenspiel.node.v1.LinkResponse;
import glockenspiel.node.v1.ListDirectoryRequest;
import glockenspiel.node.v1.ListDirectoryResponse;
import glockenspiel.node.v1.MakeDirectoryRequest;
import glockenspiel.node.v1.MakeDirectoryResponse;
import glockenspiel.node.v1.MakeSymlinkRequest;
import glockenspiel.node.v1.MakeSymlinkResponse;
import glockenspiel.node.v1.ReadFileRequest;
import glockenspiel.node.v1.ReadFileResponse;
import glockenspiel.node.v1.RemoveDirectoryRequest;
import glockenspiel.node.v1.RemoveDirectoryResponse;
import glockenspiel.node.v1.RenameRequest;
import glockenspiel.node.v1.RenameResponse;
import glockenspiel.node.v1.StatRequest;
import glockenspiel.node.v1.StatResponse;
import glockenspiel.node.v1.StatfsRequest;
import glockenspiel.node.v1.StatfsResponse;
import glockenspiel.node.v1.SyncRequest;
import glockenspiel.node.v1.SyncResponse;
import glockenspiel.node.v1.TruncateRequest;
import glockenspiel.node.v1.TruncateResponse;
import glockenspiel.node.v1.UnlinkRequest;
import glockenspiel.node.v1.UnlinkResponse;
import glockenspiel.node.v1.WriteFileRequest;
import glockenspiel.node.v1.WriteFileResponse;
import glockenspiel.protocol.storage.StatfsCounts;
import glockenspiel.runtime.grpc.GrpcLimits;
import glockenspiel.runtime.grpc.ServerStream;
import glockenspiel.runtime.task.SerialOwner;
import io.grpc.stub.StreamObserver;
import java.util.ArrayList;
import java.util.List;

/**
 * The files of the mounted volume. Each call is a task of the node's owner. An operation that has
 * begun goes on to its end when its caller goes away; a stream of them ends with the one that runs.
 */
public final class FileSystemGrpcService extends FileSystemServiceGrpc.FileSystemServiceImplBase {
  private static final int FILE_PERMISSIONS = 0644;
  private static final int DIRECTORY_PERMISSIONS = 0755;
  private static final int ENTRIES_PER_PIECE = 500;

  private final SerialOwner owner;
  private final ServedNode served;

  /** The files of a node. */
  public FileSystemGrpcService(SerialOwner owner, ServedNode served) {
    this.owner = owner;
    this.served = served;
  }

  @Override
  public void stat(StatRequest request, StreamObserver<StatResponse> observer) {
    answer(
        observer,
        () -> FilePaths.path("path", request.getPath()),
        (files, path) ->
            StatResponse.newBuilder().setAttributes(NodeWire.attributes(files.stat(path))).build());
  }

  @Override
  public void listDirectory(
      ListDirectoryRequest request, StreamObserver<ListDirectoryResponse> observer) {
    ServerStream<ListDirectoryResponse> stream = ServerStream.open(observer, owner);
    FileTask.handOver(
        owner,
        "list",
        stream,
        () -> {
          String path = FilePaths.path("path", request.getPath());
          List<ListDirectoryResponse> pieces =
              pieces(served.operate(files -> entries(files, path, request.getAll())));
          PacedAnswers.send(stream, pieces.iterator());
        });
  }

  private static List<DirectoryEntry> entries(FileSystem files, String path, boolean all) {
    List<DirectoryEntry> entries = new ArrayList<>();
    if (all) {
      entries.add(NodeWire.entry(".", files.stat(path)));
      entries.add(NodeWire.entry("..", files.stat(path + "/..")));
    }
    for (glockenspiel.ondisk.directory.DirectoryEntry entry : files.list(path)) {
      if (all || !entry.nameText().startsWith(".")) {
        entries.add(NodeWire.entry(entry));
      }
    }
    return entries;
  }

  private static List<ListDirectoryResponse> pieces(List<DirectoryEntry> entries) {
    List<ListDirectoryResponse> pieces = new ArrayList<>();
    for (int from = 0; from < entries.size(); from += ENTRIES_PER_PIECE) {
      int to = Math.min(entries.size(), from + ENTRIES_PER_PIECE);
      pieces.add(
          ListDirectoryResponse.newBuilder().addAllEntries(entries.subList(from, to)).build());
    }
    return pieces;
  }

  @Override
  public void createFile(CreateFileRequest request, StreamObserver<CreateFileResponse> observer) {
    answer(
        observer,
        () -> {
          if (request.getJournaledData()) {
            throw NodeFailures.unsupported("journaled_data: this node makes only ordinary files");
          }
          return FilePaths.toMake(request.getPath(), request.getPermissions(), FILE_PERMISSIONS);
        },
        (files, make) -> {
          FileStat made = files.create(make.path(), make.permissions());
          return CreateFileResponse.newBuilder().setAttributes(NodeWire.attributes(made)).build();
        });
  }

  @Override
  public void makeDirectory(
      MakeDirectoryRequest request, StreamObserver<MakeDirectoryResponse> observer) {
    answer(
        observer,
        () -> FilePaths.toMake(request.getPath(), request.getPermissions(), DIRECTORY_PERMISSIONS),
        (files, make) -> {
          FileStat made = files.createDirectory(make.path(), make.permissions());
          return MakeDirectoryResponse.newBuilder()
              .setAttributes(NodeWire.attributes(made))
              .build();
        });
  }

  @Override
  public void makeSymlink(
      MakeSymlinkRequest request, StreamObserver<MakeSymlinkResponse> observer) {
    observer.onError(NodeFailures.unsupported("this node makes no symbolic links"));
  }

  @Override
  public StreamObserver<WriteFileRequest> writeFile(StreamObserver<WriteFileResponse> observer) {
    return FileWrite.begin(owner, served, observer);
  }

  @Override
  public void readFile(ReadFileRequest request, StreamObserver<ReadFileResponse> observer) {
    ServerStream<ReadFileResponse> stream =
        ServerStream.open(observer, owner).buffer(GrpcLimits.BLOCKS_ON_READY_BYTES);
    FileTask.handOver(
        owner, "read", stream, () -> new FileRead(owner, served, stream, request).run());
  }

  @Override
  public void truncate(TruncateRequest request, StreamObserver<TruncateResponse> observer) {
    answer(
        observer,
        () -> {
          if (request.getSize() != 0) {
            throw NodeFailures.unsupported("size: this node cuts files to 0 bytes only");
          }
          return FilePaths.path("path", request.getPath());
        },
        (files, path) -> {
          files.truncate(path);
          return TruncateResponse.getDefaultInstance();
        });
  }

  @Override
  public void link(LinkRequest request, StreamObserver<LinkResponse> observer) {
    answer(
        observer,
        () ->
            List.of(
                FilePaths.path("path", request.getPath()),
                FilePaths.path("new_path", request.getNewPath())),
        (files, paths) -> {
          files.link(paths.getFirst(), paths.getLast());
          return LinkResponse.getDefaultInstance();
        });
  }

  @Override
  public void unlink(UnlinkRequest request, StreamObserver<UnlinkResponse> observer) {
    answer(
        observer,
        () -> FilePaths.path("path", request.getPath()),
        (files, path) -> {
          files.unlink(path);
          return UnlinkResponse.getDefaultInstance();
        });
  }

  @Override
  public void removeDirectory(
      RemoveDirectoryRequest request, StreamObserver<RemoveDirectoryResponse> observer) {
    answer(
        observer,
        () -> FilePaths.path("path", request.getPath()),
        (files, path) -> {
          files.removeDirectory(path);
          return RemoveDirectoryResponse.getDefaultInstance();
        });
  }

  @Override
  public void rename(RenameRequest request, StreamObserver<RenameResponse> observer) {
    observer.onError(NodeFailures.unsupported("this node does not rename; link and unlink"));
  }

  @Override
  public void statfs(StatfsRequest request, StreamObserver<StatfsResponse> observer) {
    answer(
        observer,
        served::volume,
        (files, volume) -> {
          StatfsCounts counts = files.statfs();
          return StatfsResponse.newBuilder()
              .setBlockSize(served.blockSize())
              .setTotalBlocks(counts.total())
              .setFreeBlocks(counts.free())
              .setDinodes(counts.dinodes())
              .build();
        });
  }

  @Override
  public void sync(SyncRequest request, StreamObserver<SyncResponse> observer) {
    answer(
        observer,
        served::volume,
        (files, volume) -> {
          files.sync();
          return SyncResponse.getDefaultInstance();
        });
  }

  /** Checks a request. */
  private interface Check<C> {
    /**
     * What the operation needs of the request.
     *
     * @throws IllegalArgumentException naming the bad field
     */
    C check();
  }

  /** One operation and its answer. */
  private interface Operation<C, A> {
    A run(FileSystem files, C checked);
  }

  private <C, A> void answer(
      StreamObserver<A> observer, Check<C> check, Operation<C, A> operation) {
    ServerStream<A> stream = ServerStream.open(observer, owner);
    FileTask.handOver(
        owner,
        "file",
        stream,
        () -> {
          C checked = check.check();
          stream.complete(served.operate(files -> operation.run(files, checked)));
        });
  }
}
