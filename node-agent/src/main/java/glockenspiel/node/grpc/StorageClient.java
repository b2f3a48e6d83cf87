package glockenspiel.node.grpc;

import glockenspiel.journal.v1.BlockStorageServiceGrpc;
import glockenspiel.journal.v1.CheckJournalRequest;
import glockenspiel.journal.v1.CheckJournalResponse;
import glockenspiel.journal.v1.CloseJournalRequest;
import glockenspiel.journal.v1.CloseJournalResponse;
import glockenspiel.journal.v1.FenceJournalRequest;
import glockenspiel.journal.v1.FenceJournalResponse;
import glockenspiel.journal.v1.FencingState;
import glockenspiel.journal.v1.GetVolumeRequest;
import glockenspiel.journal.v1.GetVolumeResponse;
import glockenspiel.journal.v1.JournalServiceGrpc;
import glockenspiel.journal.v1.OpenJournalRequest;
import glockenspiel.journal.v1.OpenJournalResponse;
import glockenspiel.journal.v1.ReadBlocksRequest;
import glockenspiel.journal.v1.ReadBlocksResponse;
import glockenspiel.journal.v1.ReplayJournalRequest;
import glockenspiel.journal.v1.ReplayJournalResponse;
import glockenspiel.journal.v1.WatchJournalRequest;
import glockenspiel.journal.v1.WatchJournalResponse;
import glockenspiel.journal.v1.WriteBlocksRequest;
import glockenspiel.protocol.storage.Appended;
import glockenspiel.protocol.storage.BlockImage;
import glockenspiel.protocol.storage.JournalCheck;
import glockenspiel.protocol.storage.JournalState;
import glockenspiel.protocol.storage.LogFlush;
import glockenspiel.protocol.storage.OpenedJournal;
import glockenspiel.protocol.storage.ReplayResult;
import glockenspiel.protocol.storage.StorageException;
import glockenspiel.protocol.storage.StorageException.Reason;
import glockenspiel.protocol.storage.StoragePort;
import glockenspiel.protocol.storage.VolumeInfo;
import glockenspiel.protocol.wire.BlockWire;
import glockenspiel.protocol.wire.ErrorWire;
import glockenspiel.protocol.wire.StorageWire;
import glockenspiel.runtime.grpc.GrpcChannel;
import glockenspiel.runtime.grpc.GrpcLimits;
import glockenspiel.runtime.task.Promise;
import glockenspiel.runtime.task.SerialOwner;
import glockenspiel.runtime.telemetry.TracingClientInterceptor;
import io.grpc.Status;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/**
 * One volume of the journal-service over gRPC. Belongs to the owner.
 *
 * <p>Every call ends: unary ones by the channel's deadline; reads, writes and appends by this
 * client's; a replay when it has shown no progress for long; a watch when its first state does not
 * come. A watch that has begun lives as long as its connection.
 *
 * <p>Reads, writes and appends that begin while there is no connection wait for one: nothing of
 * them was sent. A read whose connection breaks is asked again. A write is not: over a mere broken
 * connection the journal-service may still be at it, and end after a newer one of the same block.
 * An append is not, since it may have happened.
 */
public final class StorageClient implements StoragePort, AutoCloseable {
  private static final int WRITE_PART_BYTES = 256 * 1024;
  private static final long READ_PAUSE_NANOS = 50_000_000;

  private final SerialOwner owner;
  private final GrpcChannel channel;
  private final String volume;
  private final StorageDeadlines deadlines;
  private final AppendStreams appends;
  private int blockSize;

  /** A client of the volume; answers come on the owner. */
  public StorageClient(
      SerialOwner owner, GrpcChannel channel, String volume, StorageDeadlines deadlines) {
    this.owner = owner;
    this.channel = channel;
    this.volume = volume;
    this.deadlines = deadlines;
    this.appends = new AppendStreams(owner, channel, volume, deadlines.transferMillis());
  }

  private JournalServiceGrpc.JournalServiceStub journals() {
    return JournalServiceGrpc.newStub(channel.channel());
  }

  private BlockStorageServiceGrpc.BlockStorageServiceStub blocks() {
    return BlockStorageServiceGrpc.newStub(channel.channel());
  }

  @Override
  public Promise<VolumeInfo> volume() {
    SingleAnswer<GetVolumeResponse, VolumeInfo> answer =
        new SingleAnswer<>(
            owner,
            response -> {
              VolumeInfo info = StorageWire.volume(response.getVolume());
              blockSize = info.blockSize();
              return info;
            });
    blocks().getVolume(GetVolumeRequest.newBuilder().setVolume(volume).build(), answer);
    return answer.promise();
  }

  @Override
  public Promise<List<ByteBuffer>> read(List<Long> wanted) {
    if (wanted.isEmpty()) {
      return Promise.of(List.of());
    }
    if (blockSize == 0) {
      throw new IllegalStateException("volume() comes before read()");
    }
    long endNanos = owner.nowNanos() + TimeUnit.MILLISECONDS.toNanos(deadlines.transferMillis());
    ReadBlocksRequest request =
        ReadBlocksRequest.newBuilder()
            .setVolume(volume)
            .addAllRanges(BlockWire.ranges(wanted))
            .build();
    Promise<List<ByteBuffer>> result = new Promise<>();
    read(request, wanted.size(), endNanos, result);
    return result;
  }

  /**
   * A read whose connection broke is asked again while its time lasts: whoever reads holds the
   * glock, so no answer can be older than it may be.
   */
  private void read(
      ReadBlocksRequest request, int wanted, long endNanos, Promise<List<ByteBuffer>> result) {
    StreamedAnswer<ReadBlocksRequest, ReadBlocksResponse, List<ByteBuffer>> answer =
        StreamedAnswer.timed(owner, "read", new BlockGatherer(blockSize, wanted));
    blocks()
        .withWaitForReady()
        .withDeadlineAfter(endNanos - owner.nowNanos(), TimeUnit.NANOSECONDS)
        .readBlocks(request, answer);
    answer
        .promise()
        .whenDone(
            (blocks, failure) -> {
              if (failure == null) {
                result.complete(Objects.requireNonNull(blocks));
              } else if (connectionBroke(failure)
                  && owner.nowNanos() + READ_PAUSE_NANOS < endNanos) {
                owner.after(READ_PAUSE_NANOS, () -> read(request, wanted, endNanos, result));
              } else {
                result.fail(failure);
              }
            });
  }

  /** Not the journal-service has refused it: nobody has answered. */
  private static boolean connectionBroke(RuntimeException failure) {
    Throwable cause = failure.getCause();
    return failure instanceof StorageException
        && cause != null
        && Status.fromThrowable(cause).getCode() == Status.Code.UNAVAILABLE
        && ErrorWire.reason(cause).isEmpty();
  }

  @Override
  public Promise<Void> write(int jid, long epoch, List<BlockImage> images) {
    PacedRequests<WriteBlocksRequest> requests = new PacedRequests<>(owner);
    WriteAnswer answer = new WriteAnswer(owner, requests, images.size());
    blocks()
        .withWaitForReady()
        .withDeadlineAfter(deadlines.transferMillis(), TimeUnit.MILLISECONDS)
        .withOnReadyThreshold(GrpcLimits.BLOCKS_ON_READY_BYTES)
        .writeBlocks(answer);
    requests.send(writeRequests(jid, epoch, images));
    requests.complete();
    return done(answer.promise());
  }

  private List<WriteBlocksRequest> writeRequests(int jid, long epoch, List<BlockImage> images) {
    List<WriteBlocksRequest> requests = new ArrayList<>();
    WriteBlocksRequest.Builder part =
        WriteBlocksRequest.newBuilder().setVolume(volume).setJid(jid).setEpoch(epoch);
    int bytes = 0;
    for (BlockImage image : images) {
      if (bytes >= WRITE_PART_BYTES) {
        requests.add(part.build());
        part = WriteBlocksRequest.newBuilder();
        bytes = 0;
      }
      part.addRuns(BlockWire.run(image.block(), image.content()));
      bytes += image.content().remaining();
    }
    requests.add(part.build());
    return requests;
  }

  @Override
  public Promise<OpenedJournal> openJournal(int jid, String nodeName) {
    SingleAnswer<OpenJournalResponse, OpenedJournal> answer =
        new SingleAnswer<>(owner, StorageWire::opened);
    journals()
        .openJournal(
            OpenJournalRequest.newBuilder()
                .setVolume(volume)
                .setJid(jid)
                .setNodeName(nodeName)
                .build(),
            answer);
    return answer.promise();
  }

  @Override
  public Promise<Appended> append(int jid, long epoch, LogFlush flush) {
    return appends.append(jid, epoch, flush);
  }

  @Override
  public Promise<Void> closeJournal(int jid, long epoch) {
    SingleAnswer<CloseJournalResponse, @Nullable Void> answer =
        new SingleAnswer<>(owner, response -> epochOver(jid, epoch));
    journals()
        .closeJournal(
            CloseJournalRequest.newBuilder().setVolume(volume).setJid(jid).setEpoch(epoch).build(),
            answer);
    return done(answer.promise());
  }

  @Override
  public Promise<Boolean> fence(int jid, long epoch, String trace) {
    SingleAnswer<FenceJournalResponse, Boolean> answer =
        new SingleAnswer<>(
            owner,
            response -> {
              appends.epochOver(jid, epoch);
              return response.getWasOpen();
            });
    journals()
        .withOption(TracingClientInterceptor.PARENT, trace)
        .fenceJournal(
            FenceJournalRequest.newBuilder().setVolume(volume).setJid(jid).setEpoch(epoch).build(),
            answer);
    return answer.promise();
  }

  private @Nullable Void epochOver(int jid, long epoch) {
    appends.epochOver(jid, epoch);
    return null;
  }

  @Override
  public Promise<JournalCheck> check(int jid, String trace) {
    SingleAnswer<CheckJournalResponse, JournalCheck> answer =
        new SingleAnswer<>(owner, response -> StorageWire.check(response.getJournal()));
    journals()
        .withOption(TracingClientInterceptor.PARENT, trace)
        .checkJournal(
            CheckJournalRequest.newBuilder().setVolume(volume).setJid(jid).build(), answer);
    return answer.promise();
  }

  @Override
  public Promise<ReplayResult> replay(
      int jid, long expectedEpoch, boolean foldStatfs, String trace) {
    ReplayJournalRequest.Builder request =
        ReplayJournalRequest.newBuilder().setVolume(volume).setJid(jid).setFoldStatfs(foldStatfs);
    if (expectedEpoch != ANY_EPOCH) {
      request.setExpectedEpoch(expectedEpoch);
    }
    StreamedAnswer<ReplayJournalRequest, ReplayJournalResponse, ReplayResult> answer =
        StreamedAnswer.flowing(
            owner,
            "replay of journal " + jid,
            deadlines.replaySilenceMillis(),
            new ReplayGatherer(jid));
    journals()
        .withOption(TracingClientInterceptor.PARENT, trace)
        .replayJournal(request.build(), answer);
    return answer.promise();
  }

  private static final class ReplayGatherer
      implements StreamedAnswer.Gatherer<ReplayJournalResponse, ReplayResult> {
    private final int jid;
    private @Nullable ReplayResult result;

    ReplayGatherer(int jid) {
      this.jid = jid;
    }

    /** The result counts when the stream has ended in order behind it. */
    @Override
    public boolean next(ReplayJournalResponse response) {
      if (response.hasResult()) {
        result = StorageWire.result(response.getResult());
      }
      return false;
    }

    @Override
    public ReplayResult result() {
      ReplayResult found = result;
      if (found == null || found.jid() != jid) {
        throw new StorageException(
            Reason.UNAVAILABLE, "replay of journal " + jid + " ended without its result");
      }
      return found;
    }
  }

  @Override
  public Promise<Void> awaitClean(int jid) {
    StreamedAnswer<WatchJournalRequest, WatchJournalResponse, @Nullable Void> answer =
        StreamedAnswer.waiting(
            owner, "watch of journal " + jid, deadlines.transferMillis(), new CleanGatherer(jid));
    journals()
        .watchJournal(
            WatchJournalRequest.newBuilder().setVolume(volume).setJid(jid).build(), answer);
    return done(answer.promise());
  }

  private static final class CleanGatherer
      implements StreamedAnswer.Gatherer<WatchJournalResponse, @Nullable Void> {
    private static final long UNKNOWN = -1;

    private final int jid;
    private long epoch = UNKNOWN;
    private boolean clean;

    CleanGatherer(int jid) {
      this.jid = jid;
    }

    /**
     * A newer epoch than the first one seen will do: the watch may skip the clean state before it,
     * and only a clean journal is opened.
     */
    @Override
    public boolean next(WatchJournalResponse response) {
      JournalCheck check = StorageWire.check(response.getJournal());
      if (check.jid() != jid) {
        return false;
      }
      if (epoch == UNKNOWN) {
        epoch = check.epoch();
      }
      FencingState fencing = response.getJournal().getFencing();
      boolean closed =
          fencing == FencingState.FENCING_STATE_CLOSED
              || fencing == FencingState.FENCING_STATE_UNSPECIFIED;
      clean =
          check.epoch() > epoch || (check.state() == JournalState.CLEAN && !check.open() && closed);
      return clean;
    }

    @Override
    public @Nullable Void result() {
      if (!clean) {
        throw new StorageException(
            Reason.UNAVAILABLE, "the journal-service ended the watch of journal " + jid);
      }
      return null;
    }
  }

  /** The port's promises of nothing are of {@code Void}, which has no value but null. */
  @SuppressWarnings("NullAway")
  private static Promise<Void> done(Promise<@Nullable Void> promise) {
    return promise;
  }

  /**
   * Ends the append stream; appends that wait fail with UNAVAILABLE. Other calls end by themselves.
   */
  @Override
  public void close() {
    appends.close("the node-agent stops");
  }
}
