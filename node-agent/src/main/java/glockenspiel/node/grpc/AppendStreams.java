package glockenspiel.node.grpc;

import glockenspiel.journal.v1.AppendJournalRequest;
import glockenspiel.journal.v1.AppendJournalResponse;
import glockenspiel.journal.v1.JournalServiceGrpc;
import glockenspiel.protocol.storage.Appended;
import glockenspiel.protocol.storage.LogFlush;
import glockenspiel.protocol.storage.StorageException;
import glockenspiel.protocol.storage.StorageException.Reason;
import glockenspiel.protocol.wire.FlushWire;
import glockenspiel.protocol.wire.StorageErrors;
import glockenspiel.protocol.wire.StorageWire;
import glockenspiel.runtime.grpc.GrpcChannel;
import glockenspiel.runtime.grpc.GrpcLimits;
import glockenspiel.runtime.task.Promise;
import glockenspiel.runtime.task.SerialOwner;
import io.grpc.stub.ClientCallStreamObserver;
import io.grpc.stub.ClientResponseObserver;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/**
 * The appends of one journal and epoch, on one stream, so that they keep their order. Belongs to
 * the owner.
 *
 * <p>A stream that breaks, or on which an answer does not come in time, fails all appends that wait
 * for theirs: they may or may not have happened, and only the caller knows what that means. Is
 * there a problem if only the late one fails and the stream goes on? Yes: a later one could be
 * answered, hence counted as durable, behind one that the caller believes lost.
 */
final class AppendStreams {
  private final SerialOwner owner;
  private final GrpcChannel channel;
  private final String volume;
  private final long deadlineMillis;
  private @Nullable AppendStream open;
  private long nextRequestId = 1;

  /**
   * No stream yet.
   *
   * @param deadlineMillis longest time from the call of an append to its answer
   */
  AppendStreams(SerialOwner owner, GrpcChannel channel, String volume, long deadlineMillis) {
    this.owner = owner;
    this.channel = channel;
    this.volume = volume;
    this.deadlineMillis = deadlineMillis;
  }

  Promise<Appended> append(int jid, long epoch, LogFlush flush) {
    AppendStream stream = open;
    if (stream == null || stream.ended || !stream.isOf(jid, epoch)) {
      close("the append stream was closed for another epoch");
      stream = new AppendStream(jid, epoch);
      open = stream;
      JournalServiceGrpc.newStub(channel.channel())
          .withWaitForReady()
          .withOnReadyThreshold(GrpcLimits.BLOCKS_ON_READY_BYTES)
          .appendJournal(stream);
    }
    return stream.append(nextRequestId++, flush);
  }

  /** The epoch takes no appends any more: its stream ends. */
  void epochOver(int jid, long epoch) {
    AppendStream stream = open;
    if (stream != null && stream.isOf(jid, epoch)) {
      close("epoch " + epoch + " of journal " + jid + " is over");
    }
  }

  /** Ends the stream; appends that wait fail with UNAVAILABLE. */
  void close(String reason) {
    AppendStream stream = open;
    open = null;
    if (stream != null) {
      stream.close(new StorageException(Reason.UNAVAILABLE, reason));
    }
  }

  private final class AppendStream
      implements ClientResponseObserver<AppendJournalRequest, AppendJournalResponse> {
    private final int jid;
    private final long epoch;
    private final PacedRequests<AppendJournalRequest> requests = new PacedRequests<>(owner);
    private final Map<Long, Waiting> waiting = new LinkedHashMap<>();
    private boolean identified;
    private boolean ended;

    private record Waiting(Promise<Appended> promise, SerialOwner.Timer deadline) {}

    AppendStream(int jid, long epoch) {
      this.jid = jid;
      this.epoch = epoch;
    }

    boolean isOf(int wantedJid, long wantedEpoch) {
      return jid == wantedJid && epoch == wantedEpoch;
    }

    Promise<Appended> append(long requestId, LogFlush flush) {
      AppendJournalRequest.Builder first = AppendJournalRequest.newBuilder();
      if (!identified) {
        identified = true;
        first.setVolume(volume).setJid(jid).setEpoch(epoch);
      }
      List<AppendJournalRequest> messages = FlushWire.requests(first.build(), requestId, flush);
      Promise<Appended> promise = new Promise<>();
      SerialOwner.Timer deadline =
          owner.after(TimeUnit.MILLISECONDS.toNanos(deadlineMillis), this::tooLate);
      waiting.put(requestId, new Waiting(promise, deadline));
      requests.send(messages);
      return promise;
    }

    private void tooLate() {
      end(
          new StorageException(
              Reason.UNAVAILABLE,
              "append to journal " + jid + " was not answered within " + deadlineMillis + " ms"));
    }

    @Override
    public void beforeStart(ClientCallStreamObserver<AppendJournalRequest> stream) {
      requests.starting(stream);
    }

    @Override
    public void onNext(AppendJournalResponse response) {
      owner.executeNow(() -> answered(response));
    }

    private void answered(AppendJournalResponse response) {
      Waiting answered = waiting.remove(response.getRequestId());
      if (answered == null) {
        return;
      }
      answered.deadline().cancel();
      Promise<Appended> promise = answered.promise();
      try {
        switch (response.getResultCase()) {
          case APPENDED -> promise.complete(StorageWire.appended(response.getAppended()));
          case FAILURE -> promise.fail(StorageErrors.exception(response.getFailure()));
          case RESULT_NOT_SET ->
              promise.fail(new StorageException(Reason.UNAVAILABLE, "append: an empty answer"));
        }
      } catch (StorageException incomprehensible) {
        promise.fail(incomprehensible);
      }
    }

    @Override
    public void onError(Throwable failure) {
      StorageException cause = StorageErrors.exception(failure);
      owner.executeNow(() -> end(cause));
    }

    @Override
    public void onCompleted() {
      owner.executeNow(
          () ->
              end(
                  new StorageException(
                      Reason.UNAVAILABLE, "the journal-service ended the append stream")));
    }

    /** Ends the stream in order when nothing waits for an answer. */
    void close(StorageException cause) {
      if (!ended && waiting.isEmpty()) {
        ended = true;
        requests.complete();
      } else {
        end(cause);
      }
    }

    /** Fails what waits, in order, and ends the call. */
    private void end(StorageException cause) {
      if (ended) {
        return;
      }
      ended = true;
      requests.cancel(String.valueOf(cause.getMessage()));
      List<Waiting> left = new ArrayList<>(waiting.values());
      waiting.clear();
      for (Waiting each : left) {
        each.deadline().cancel();
        each.promise().fail(cause);
      }
    }
  }
}
