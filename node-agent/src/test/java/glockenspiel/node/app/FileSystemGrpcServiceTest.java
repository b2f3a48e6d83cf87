package glockenspiel.node.app;

import static glockenspiel.node.app.AgentRig.assertRefused;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.google.protobuf.ByteString;
import glockenspiel.node.v1.CreateFileRequest;
import glockenspiel.node.v1.DirectoryEntry;
import glockenspiel.node.v1.DumpGlocksRequest;
import glockenspiel.node.v1.FileAttributes;
import glockenspiel.node.v1.FileSystemServiceGrpc;
import glockenspiel.node.v1.FileType;
import glockenspiel.node.v1.GlockInfo;
import glockenspiel.node.v1.LinkRequest;
import glockenspiel.node.v1.ListDirectoryRequest;
import glockenspiel.node.v1.ListGlocksRequest;
import glockenspiel.node.v1.ListGlocksResponse;
import glockenspiel.node.v1.MakeDirectoryRequest;
import glockenspiel.node.v1.MakeSymlinkRequest;
import glockenspiel.node.v1.ReadFileRequest;
import glockenspiel.node.v1.ReadFileResponse;
import glockenspiel.node.v1.RemoveDirectoryRequest;
import glockenspiel.node.v1.RenameRequest;
import glockenspiel.node.v1.StatRequest;
import glockenspiel.node.v1.StatfsRequest;
import glockenspiel.node.v1.StatfsResponse;
import glockenspiel.node.v1.SyncRequest;
import glockenspiel.node.v1.TruncateRequest;
import glockenspiel.node.v1.UnlinkRequest;
import glockenspiel.node.v1.WriteFileRequest;
import glockenspiel.node.v1.WriteFileResponse;
import io.grpc.Status.Code;
import io.grpc.StatusRuntimeException;
import io.grpc.stub.ClientCallStreamObserver;
import io.grpc.stub.ClientResponseObserver;
import io.grpc.stub.StreamObserver;
import java.util.ArrayList;
import java.util.Iterator;
import java.util.List;
import java.util.Random;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** Files over the wire, and the glocks that they leave. */
@Timeout(120)
class FileSystemGrpcServiceTest {
  private AgentRig rig;

  @BeforeEach
  void mount() throws Exception {
    rig = new AgentRig();
    rig.agent.mount().get(30, TimeUnit.SECONDS);
  }

  @AfterEach
  void close() {
    rig.close();
  }

  private FileAttributes create(String path) {
    return rig.files()
        .createFile(CreateFileRequest.newBuilder().setPath(path).build())
        .getAttributes();
  }

  private FileAttributes stat(String path) {
    return rig.files().stat(StatRequest.newBuilder().setPath(path).build()).getAttributes();
  }

  private long write(WriteFileRequest... requests) {
    CompletableFuture<WriteFileResponse> answer = new CompletableFuture<>();
    StreamObserver<WriteFileRequest> stream =
        FileSystemServiceGrpc.newStub(rig.channel.channel())
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
    for (WriteFileRequest request : requests) {
      stream.onNext(request);
    }
    stream.onCompleted();
    try {
      return answer.orTimeout(30, TimeUnit.SECONDS).join().getBytesWritten();
    } catch (CompletionException failed) {
      if (failed.getCause() instanceof StatusRuntimeException status) {
        throw status;
      }
      throw failed;
    }
  }

  private static WriteFileRequest piece(String path, byte[] content, int from, int to) {
    return WriteFileRequest.newBuilder()
        .setPath(path)
        .setContent(ByteString.copyFrom(content, from, to - from))
        .build();
  }

  private static byte[] random(int length) {
    byte[] content = new byte[length];
    new Random(7).nextBytes(content);
    return content;
  }

  private ByteString read(long offset, long length) {
    Iterator<ReadFileResponse> pieces =
        rig.files()
            .readFile(
                ReadFileRequest.newBuilder()
                    .setPath("/f")
                    .setOffset(offset)
                    .setLength(length)
                    .build());
    ByteString content = ByteString.EMPTY;
    while (pieces.hasNext()) {
      ReadFileResponse piece = pieces.next();
      assertEquals(offset + content.size(), piece.getOffset());
      assertTrue(piece.getContent().size() <= 256 * 1024);
      content = content.concat(piece.getContent());
    }
    return content;
  }

  @Test
  void aLargeFileIsWrittenAndReadInPieces() {
    create("/f");
    byte[] content = random(5_000_000);
    List<WriteFileRequest> pieces = new ArrayList<>();
    pieces.add(piece("/f", content, 0, 1_000_000).toBuilder().setSync(true).build());
    pieces.add(piece("", content, 1_000_000, 4_000_000));
    pieces.add(piece("/f", content, 4_000_000, 5_000_000));
    assertEquals(5_000_000, write(pieces.toArray(WriteFileRequest[]::new)));
    assertEquals(ByteString.copyFrom(content), read(0, 0));
    assertEquals(ByteString.copyFrom(content, 777, 300_000), read(777, 300_000));
    assertEquals(100, read(4_999_900, 5_000).size());
    assertEquals(0, read(6_000_000, 0).size());
    assertEquals(5_000_000, stat("/f").getSize());
  }

  @Test
  void aSlowReaderIsNotOverrun() {
    create("/f");
    write(piece("/f", random(3_000_000), 0, 3_000_000));
    BlockingQueue<Object> heard = new LinkedBlockingQueue<>();
    CompletableFuture<ClientCallStreamObserver<ReadFileRequest>> call = new CompletableFuture<>();
    FileSystemServiceGrpc.newStub(rig.channel.channel())
        .readFile(
            ReadFileRequest.newBuilder().setPath("/f").build(),
            new ClientResponseObserver<ReadFileRequest, ReadFileResponse>() {
              @Override
              public void beforeStart(ClientCallStreamObserver<ReadFileRequest> stream) {
                stream.disableAutoRequestWithInitial(1);
                call.complete(stream);
              }

              @Override
              public void onNext(ReadFileResponse piece) {
                heard.add(piece);
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
    long bytes = 0;
    while (take(heard) instanceof ReadFileResponse piece) {
      bytes += piece.getContent().size();
      call.join().request(1);
    }
    assertEquals(3_000_000, bytes);
  }

  private static Object take(BlockingQueue<Object> heard) {
    try {
      Object next = heard.poll(30, TimeUnit.SECONDS);
      return next == null ? "nothing came" : next;
    } catch (InterruptedException interrupted) {
      throw new AssertionError(interrupted);
    }
  }

  @Test
  void namesComeAndGo() {
    FileAttributes made =
        rig.files()
            .makeDirectory(
                MakeDirectoryRequest.newBuilder().setPath("/d").setPermissions(0700).build())
            .getAttributes();
    assertEquals(FileType.FILE_TYPE_DIRECTORY, made.getType());
    assertEquals(0700, made.getPermissions());
    assertEquals(0644, create("/d/f").getPermissions());
    create("/d/.hidden");
    rig.files().link(LinkRequest.newBuilder().setPath("/d/f").setNewPath("/d/g").build());
    assertEquals(2, stat("/d/g").getLinks());
    assertEquals(List.of("f", "g"), names("/d", false));
    assertEquals(List.of(".", "..", ".hidden", "f", "g"), names("/d", true));
    for (String name : names("/d", false)) {
      rig.files().unlink(UnlinkRequest.newBuilder().setPath("/d/" + name).build());
    }
    rig.files().unlink(UnlinkRequest.newBuilder().setPath("/d/.hidden").build());
    rig.files().removeDirectory(RemoveDirectoryRequest.newBuilder().setPath("/d").build());
    assertEquals(List.of(), names("/", false));
    assertEquals(List.of(".", ".."), names("/", true));
    rig.files().sync(SyncRequest.getDefaultInstance());
  }

  private List<String> names(String path, boolean all) {
    List<String> names = new ArrayList<>();
    rig.files()
        .listDirectory(ListDirectoryRequest.newBuilder().setPath(path).setAll(all).build())
        .forEachRemaining(
            piece ->
                piece.getEntriesList().stream().map(DirectoryEntry::getName).forEach(names::add));
    return names.stream().sorted().toList();
  }

  @Test
  void statfsCounts() {
    StatfsResponse before = rig.files().statfs(StatfsRequest.getDefaultInstance());
    assertEquals(MemoryVolume.BLOCK_SIZE, before.getBlockSize());
    create("/f");
    write(piece("/f", random(1_000_000), 0, 1_000_000));
    StatfsResponse after = rig.files().statfs(StatfsRequest.getDefaultInstance());
    assertEquals(before.getTotalBlocks(), after.getTotalBlocks());
    assertEquals(before.getDinodes() + 1, after.getDinodes());
    assertEquals(before.getFreeBlocks() - stat("/f").getBlocks(), after.getFreeBlocks());
    rig.files().truncate(TruncateRequest.newBuilder().setPath("/f").build());
    assertEquals(0, stat("/f").getSize());
  }

  @Test
  void refusalsHaveTheirReasons() {
    create("/f");
    rig.files().makeDirectory(MakeDirectoryRequest.newBuilder().setPath("/d").build());
    create("/d/f");
    assertRefused(Code.NOT_FOUND, "NO_SUCH_ENTRY", () -> stat("/none"));
    assertRefused(Code.ALREADY_EXISTS, "ENTRY_EXISTS", () -> create("/f"));
    assertRefused(Code.FAILED_PRECONDITION, "NOT_A_DIRECTORY", () -> stat("/f/x"));
    assertRefused(
        Code.FAILED_PRECONDITION, "IS_A_DIRECTORY", () -> write(piece("/d", new byte[1], 0, 1)));
    assertRefused(
        Code.FAILED_PRECONDITION,
        "NOT_EMPTY",
        () ->
            rig.files().removeDirectory(RemoveDirectoryRequest.newBuilder().setPath("/d").build()));
    assertRefused(Code.INVALID_ARGUMENT, "BAD_NAME", () -> stat("/" + "x".repeat(256)));
    assertRefused(
        Code.OUT_OF_RANGE,
        "FILE_TOO_LARGE",
        () -> write(piece("/f", new byte[1], 0, 1).toBuilder().setOffset(Long.MAX_VALUE).build()));
  }

  @Test
  void badFieldsAreNamed() {
    assertEquals("path: is missing", invalid(() -> stat("")));
    assertEquals("path: does not begin with /", invalid(() -> stat("f")));
    assertEquals("path: is missing", invalid(() -> write()));
    assertEquals(
        "path: is not the one of the first message",
        invalid(
            () -> {
              create("/f");
              write(piece("/f", new byte[1], 0, 1), piece("/g", new byte[1], 0, 1));
            }));
    assertEquals(
        "permissions: 4096 is not in 0..4095",
        invalid(
            () ->
                rig.files()
                    .createFile(
                        CreateFileRequest.newBuilder()
                            .setPath("/f")
                            .setPermissions(010000)
                            .build())));
    assertTrue(
        invalid(() -> stat("/" + "y".repeat(5_000))).endsWith("5001 bytes, at most 4096 allowed"));
  }

  private static String invalid(org.junit.jupiter.api.function.Executable call) {
    return assertRefused(Code.INVALID_ARGUMENT, "INVALID_ARGUMENT", call);
  }

  @Test
  void whatIsNotDoneIsSaid() {
    create("/f");
    assertRefused(
        Code.UNIMPLEMENTED,
        "UNSUPPORTED",
        () ->
            rig.files().rename(RenameRequest.newBuilder().setPath("/f").setNewPath("/g").build()));
    assertRefused(
        Code.UNIMPLEMENTED,
        "UNSUPPORTED",
        () ->
            rig.files()
                .makeSymlink(MakeSymlinkRequest.newBuilder().setPath("/l").setTarget("f").build()));
    assertRefused(
        Code.UNIMPLEMENTED,
        "UNSUPPORTED",
        () -> rig.files().truncate(TruncateRequest.newBuilder().setPath("/f").setSize(9).build()));
    assertRefused(
        Code.UNIMPLEMENTED,
        "UNSUPPORTED",
        () ->
            rig.files()
                .createFile(
                    CreateFileRequest.newBuilder().setPath("/j").setJournaledData(true).build()));
  }

  @Test
  void glocksAreListedInPagesAndDumped() {
    for (int i = 0; i < 10; i++) {
      create("/f" + i);
    }
    List<GlockInfo> all =
        rig.node().listGlocks(ListGlocksRequest.getDefaultInstance()).getGlocksList();
    assertTrue(all.size() > 10);
    List<GlockInfo> paged = new ArrayList<>();
    String token = "";
    do {
      ListGlocksResponse page =
          rig.node()
              .listGlocks(
                  ListGlocksRequest.newBuilder().setPageSize(3).setPageToken(token).build());
      assertTrue(page.getGlocksCount() <= 3);
      paged.addAll(page.getGlocksList());
      token = page.getNextPageToken();
    } while (!token.isEmpty());
    assertEquals(
        all.stream().map(GlockInfo::getGlock).toList(),
        paged.stream().map(GlockInfo::getGlock).toList());

    List<GlockInfo> journals =
        rig.node()
            .listGlocks(
                ListGlocksRequest.newBuilder()
                    .setType(glockenspiel.lock.v1.GlockType.GLOCK_TYPE_JOURNAL)
                    .setInUse(true)
                    .build())
            .getGlocksList();
    assertEquals(1, journals.size());
    assertEquals(glockenspiel.lock.v1.LockMode.LOCK_MODE_EX, journals.getFirst().getMode());
    assertEquals(1, journals.getFirst().getHolders());

    List<String> lines = new ArrayList<>();
    rig.node()
        .dumpGlocks(DumpGlocksRequest.getDefaultInstance())
        .forEachRemaining(piece -> lines.addAll(piece.getLinesList()));
    assertEquals(all.size(), lines.stream().filter(line -> line.startsWith("G:")).count());
    assertTrue(lines.stream().anyMatch(line -> line.startsWith("G:  s:EX n:9/0 ")));

    assertEquals(
        "page_token: is none that a page came with",
        invalid(
            () ->
                rig.node().listGlocks(ListGlocksRequest.newBuilder().setPageToken("x/y").build())));
    assertEquals(
        "page_size: 10001 is not in 1..10000",
        invalid(
            () ->
                rig.node().listGlocks(ListGlocksRequest.newBuilder().setPageSize(10_001).build())));
    assertFalse(all.isEmpty());
  }
}
