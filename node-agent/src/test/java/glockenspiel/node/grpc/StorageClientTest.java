package glockenspiel.node.grpc;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import glockenspiel.journal.v1.BlockRun;
import glockenspiel.journal.v1.BlockStorageServiceGrpc;
import glockenspiel.journal.v1.GetVolumeRequest;
import glockenspiel.journal.v1.GetVolumeResponse;
import glockenspiel.journal.v1.ReadBlocksRequest;
import glockenspiel.journal.v1.ReadBlocksResponse;
import glockenspiel.journal.v1.WriteBlocksRequest;
import glockenspiel.journal.v1.WriteBlocksResponse;
import glockenspiel.protocol.storage.BlockImage;
import glockenspiel.protocol.storage.StorageException;
import glockenspiel.protocol.storage.StorageException.Reason;
import glockenspiel.protocol.storage.VolumeInfo;
import glockenspiel.protocol.wire.BlockWire;
import glockenspiel.protocol.wire.StorageErrors;
import glockenspiel.protocol.wire.StorageWire;
import io.grpc.Status;
import io.grpc.stub.ServerCallStreamObserver;
import io.grpc.stub.StreamObserver;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.LinkedBlockingQueue;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** Volumes and blocks. */
@Timeout(60)
class StorageClientTest {
  private static final int BLOCK_SIZE = 4096;
  private static final VolumeInfo INFO = new VolumeInfo("demo:fs", BLOCK_SIZE, 100_000, 3);
  private static final int BLOCKS_PER_PIECE = 64;

  /** Every block holds its own number. */
  private static ByteBuffer content(long block) {
    return ByteBuffer.allocate(BLOCK_SIZE).putLong(0, block);
  }

  private static final class Service extends BlockStorageServiceGrpc.BlockStorageServiceImplBase {
    /** How many more blocks a read brings than were asked for. */
    int tooMany;

    /** What the call fails with. */
    @Nullable StorageException failure;

    /** The connection breaks under so many calls more. */
    int broken;

    /** Requests are let in by the test only. */
    boolean slow;

    final BlockingQueue<WriteBlocksRequest> written = new LinkedBlockingQueue<>();
    final BlockingQueue<ServerCallStreamObserver<WriteBlocksResponse>> writes =
        new LinkedBlockingQueue<>();

    @Override
    public void getVolume(GetVolumeRequest request, StreamObserver<GetVolumeResponse> observer) {
      observer.onNext(GetVolumeResponse.newBuilder().setVolume(StorageWire.volume(INFO)).build());
      observer.onCompleted();
    }

    @Override
    public void readBlocks(ReadBlocksRequest request, StreamObserver<ReadBlocksResponse> observer) {
      List<Long> blocks = new ArrayList<>(BlockWire.blocks(request.getRangesList(), "ranges"));
      for (int i = 0; i < tooMany; i++) {
        blocks.add(0L);
      }
      int count = Math.min(blocks.size(), blocks.size() + tooMany);
      List<BlockRun> runs = new ArrayList<>();
      for (long block : blocks.subList(0, count)) {
        runs.add(BlockWire.run(block, content(block)));
        if (runs.size() == BLOCKS_PER_PIECE) {
          observer.onNext(ReadBlocksResponse.newBuilder().addAllRuns(runs).build());
          runs.clear();
        }
      }
      if (broken > 0) {
        broken--;
        observer.onError(Status.UNAVAILABLE.asRuntimeException());
        return;
      }
      StorageException refusal = failure;
      if (refusal != null) {
        observer.onError(StorageErrors.status(refusal));
        return;
      }
      observer.onNext(ReadBlocksResponse.newBuilder().addAllRuns(runs).build());
      observer.onCompleted();
    }

    @Override
    public StreamObserver<WriteBlocksRequest> writeBlocks(
        StreamObserver<WriteBlocksResponse> observer) {
      var call = (ServerCallStreamObserver<WriteBlocksResponse>) observer;
      if (slow) {
        call.disableAutoRequest();
      }
      writes.add(call);
      return new StreamObserver<>() {
        private int blocks;

        @Override
        public void onNext(WriteBlocksRequest request) {
          written.add(request);
          blocks += request.getRunsCount();
        }

        @Override
        public void onError(Throwable gone) {}

        @Override
        public void onCompleted() {
          if (broken > 0) {
            broken--;
            call.onError(Status.UNAVAILABLE.asRuntimeException());
            return;
          }
          StorageException refusal = failure;
          if (refusal != null) {
            call.onError(StorageErrors.status(refusal));
            return;
          }
          call.onNext(WriteBlocksResponse.newBuilder().setBlocksWritten(blocks + tooMany).build());
          call.onCompleted();
        }
      };
    }
  }

  private final Service service = new Service();
  private ClientRig rig;
  private StorageClient client;

  @BeforeEach
  void connect() throws Exception {
    rig = new ClientRig(service);
    client = client(StorageDeadlines.DEFAULT);
  }

  private StorageClient client(StorageDeadlines deadlines) {
    StorageClient made = new StorageClient(rig.owner, rig.channel, "demo:fs", deadlines);
    assertEquals(INFO, ClientRig.await(rig.ask(made::volume)));
    return made;
  }

  @AfterEach
  void close() {
    rig.close();
  }

  private static List<Long> everyThird(int count) {
    List<Long> blocks = new ArrayList<>();
    for (long i = 0; i < count; i++) {
      blocks.add(i * 3 % 70_000);
    }
    return blocks;
  }

  private static List<BlockImage> images(int count) {
    return everyThird(count).stream().map(block -> new BlockImage(block, content(block))).toList();
  }

  @Test
  void manyBlocksAreReadInOrder() {
    List<Long> wanted = everyThird(3_000);
    List<ByteBuffer> read = ClientRig.await(rig.ask(() -> client.read(wanted)));
    assertEquals(wanted, read.stream().map(block -> block.getLong(0)).toList());
    for (ByteBuffer block : read) {
      assertEquals(BLOCK_SIZE, block.remaining());
      assertFalse(block.isReadOnly());
    }
  }

  @Test
  void nothingIsReadWithoutACall() {
    assertEquals(List.of(), ClientRig.await(rig.ask(() -> client.read(List.of()))));
  }

  @Test
  void tooFewBlocksAreNoAnswer() {
    service.tooMany = -1;
    StorageException failure = ClientRig.failure(rig.ask(() -> client.read(everyThird(100))));
    assertEquals(Reason.UNAVAILABLE, failure.reason());
    assertEquals("read of 100 blocks brought 99", failure.getMessage());
  }

  @Test
  void tooManyBlocksAreRefusedAsTheyCome() {
    service.tooMany = 1_000;
    StorageException failure = ClientRig.failure(rig.ask(() -> client.read(everyThird(100))));
    assertEquals("read of 100 blocks brought 128", failure.getMessage());
  }

  @Test
  void aFailedReadKeepsItsReason() {
    service.failure = new StorageException(Reason.IO_ERROR, "block 7: the device failed");
    StorageException failure = ClientRig.failure(rig.ask(() -> client.read(everyThird(100))));
    assertEquals(Reason.IO_ERROR, failure.reason());
    assertEquals("block 7: the device failed", failure.getMessage());
  }

  @Test
  void aReadIsAskedAgainWhenItsConnectionBreaks() {
    service.broken = 2;
    List<Long> wanted = everyThird(200);
    List<ByteBuffer> read = ClientRig.await(rig.ask(() -> client.read(wanted)));
    assertEquals(wanted, read.stream().map(block -> block.getLong(0)).toList());
    assertEquals(0, service.broken);
  }

  @Test
  void aReadIsNotAskedForLongerThanItsTime() {
    client = client(new StorageDeadlines(200, 200));
    service.broken = Integer.MAX_VALUE;
    ClientRig.assertReason(Reason.UNAVAILABLE, rig.ask(() -> client.read(List.of(1L))));
  }

  /** Nobody knows whether the first one is still under way, and would end after a newer one. */
  @Test
  void aWriteIsSentOnceOnly() {
    service.broken = 1;
    ClientRig.assertReason(Reason.UNAVAILABLE, rig.ask(() -> client.write(0, 1, images(10))));
    assertEquals(1, service.writes.size());
  }

  @Test
  void manyBlocksAreWrittenInOrder() {
    ClientRig.await(rig.ask(() -> client.write(2, 5, images(1_000))));
    List<BlockImage> written = new ArrayList<>();
    WriteBlocksRequest first = ClientRig.next(service.written);
    assertEquals("demo:fs", first.getVolume());
    assertEquals(2, first.getJid());
    assertEquals(5, first.getEpoch());
    written.addAll(BlockWire.images(first.getRunsList(), BLOCK_SIZE, "runs"));
    for (WriteBlocksRequest request : service.written) {
      assertTrue(request.getSerializedSize() < 300 * 1024, "pieces are small");
      written.addAll(BlockWire.images(request.getRunsList(), BLOCK_SIZE, "runs"));
    }
    assertEquals(images(1_000), written);
  }

  @Test
  void aSlowVolumeIsNotOverrun() {
    service.slow = true;
    CompletableFuture<?> write = rig.ask(() -> client.write(0, 1, images(4_000)));
    ServerCallStreamObserver<?> call = ClientRig.next(service.writes);
    // Only the first message has gone out: in the process nobody buffers.
    call.request(1);
    ClientRig.next(service.written);
    rig.run(() -> {});
    int messages = 1;
    while (!write.isDone() && messages < 63) {
      call.request(1);
      ClientRig.next(service.written);
      messages++;
    }
    assertEquals(63, messages, "4,000 blocks in messages of 64");
    ClientRig.await(write);
  }

  @Test
  void anAnswerInTheMiddleEndsTheWrite() {
    service.slow = true;
    CompletableFuture<?> write = rig.ask(() -> client.write(0, 1, images(4_000)));
    ClientRig.next(service.writes)
        .onError(StorageErrors.status(new StorageException(Reason.STALE_EPOCH, "fenced")));
    ClientRig.assertReason(Reason.STALE_EPOCH, write);
  }

  @Test
  void aWrongCountIsNoAnswer() {
    service.tooMany = -1;
    ClientRig.assertReason(Reason.UNAVAILABLE, rig.ask(() -> client.write(0, 1, images(10))));
  }

  @Test
  void withoutAServiceCallsAreUnavailable() {
    client = client(new StorageDeadlines(200, 200));
    rig.stopServer();
    ClientRig.assertReason(Reason.UNAVAILABLE, rig.ask(client::volume));
    ClientRig.assertReason(Reason.UNAVAILABLE, rig.ask(() -> client.read(List.of(1L))));
    ClientRig.assertReason(Reason.UNAVAILABLE, rig.ask(() -> client.write(0, 1, images(1_000))));
    ClientRig.assertReason(Reason.UNAVAILABLE, rig.ask(() -> client.awaitClean(0)));
    ClientRig.assertReason(Reason.UNAVAILABLE, rig.ask(() -> client.replay(0, 3, false, "")));
  }
}
