package glockenspiel.bench.storage;

import glockenspiel.bench.lock.TransportOwner;
import glockenspiel.node.grpc.StorageClient;
import glockenspiel.node.grpc.StorageDeadlines;
import glockenspiel.protocol.storage.OpenedJournal;
import glockenspiel.protocol.storage.VolumeInfo;
import glockenspiel.runtime.grpc.GrpcChannel;
import glockenspiel.runtime.grpc.TransportSecurity;
import glockenspiel.runtime.task.Promise;
import glockenspiel.runtime.telemetry.Telemetry;
import java.io.IOException;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/**
 * A node as the journal-service sees it: the product's client over a connection of its own, with a
 * load instead of a node behind it. Answers are handled on the transport's thread.
 */
final class StorageNode implements AutoCloseable {
  /** The volume that loads use. */
  static final String VOLUME = "demo:fs";

  private static final long PATIENCE_SECONDS = 120;

  private final GrpcChannel channel;
  private final TransportOwner owner = new TransportOwner();
  private final StorageClient client;
  private final VolumeInfo volume;
  private final OpenedJournal journal;

  private StorageNode(int port, int jid) throws IOException, InterruptedException {
    this.channel =
        GrpcChannel.open("127.0.0.1:" + port, TransportSecurity.INSECURE, Telemetry.NONE);
    this.client = new StorageClient(owner, channel, VOLUME, StorageDeadlines.DEFAULT);
    this.volume = call(StorageClient::volume);
    this.journal = call(storage -> storage.openJournal(jid, "node-" + jid));
  }

  /**
   * Connects and opens the journal of that number.
   *
   * @throws IOException when the journal-service refuses
   */
  static StorageNode open(int port, int jid) throws IOException, InterruptedException {
    return new StorageNode(port, jid);
  }

  VolumeInfo volume() {
    return volume;
  }

  OpenedJournal journal() {
    return journal;
  }

  /** Belongs to the owner: for what {@link #begin} runs. */
  StorageClient client() {
    return client;
  }

  /** Runs a piece on the owner, in this thread. */
  void begin(Runnable piece) {
    owner.execute(piece);
  }

  /**
   * Calls, and waits for the answer.
   *
   * @throws IOException when it is a refusal, or does not come
   */
  <T> T call(Function<StorageClient, Promise<T>> call) throws IOException, InterruptedException {
    CompletableFuture<T> answer = new CompletableFuture<>();
    owner.execute(
        () -> call.apply(client).whenDone((value, failure) -> end(answer, value, failure)));
    return await(answer);
  }

  @SuppressWarnings("NullAway") // the value is null only where T is Void
  private static <T> void end(
      CompletableFuture<T> answer, @Nullable T value, @Nullable RuntimeException failure) {
    if (failure == null) {
      answer.complete(value);
    } else {
      answer.completeExceptionally(failure);
    }
  }

  /**
   * Waits for a load to end.
   *
   * @throws IOException when it failed
   */
  static <T> T await(CompletableFuture<T> end) throws IOException, InterruptedException {
    try {
      return end.get(PATIENCE_SECONDS, TimeUnit.SECONDS);
    } catch (ExecutionException | TimeoutException failure) {
      throw new IOException("the journal-service failed: " + failure, failure);
    }
  }

  @Override
  public void close() {
    owner.execute(client::close);
    channel.close();
  }
}
