package glockenspiel.cli.demo;

import glockenspiel.node.grpc.StorageClient;
import glockenspiel.node.grpc.StorageDeadlines;
import glockenspiel.protocol.storage.BlockImage;
import glockenspiel.protocol.storage.LogFlush;
import glockenspiel.protocol.storage.StatfsCounts;
import glockenspiel.protocol.storage.StorageException;
import glockenspiel.runtime.grpc.GrpcChannel;
import glockenspiel.runtime.grpc.TransportSecurity;
import glockenspiel.runtime.task.Promise;
import glockenspiel.runtime.task.VirtualThreadOwner;
import glockenspiel.runtime.telemetry.Telemetry;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import org.jspecify.annotations.Nullable;

/**
 * What a node would do that was fenced and does not know: sends an append and a write in place
 * under its old epoch. Both must be refused at the storage (rule 3).
 */
final class FencedWriter implements AutoCloseable {
  private final VirtualThreadOwner owner;
  private final GrpcChannel channel;
  private final StorageClient storage;

  /**
   * What came of it.
   *
   * @param append why the append was refused; {@code DONE} when it was not
   * @param write the same of the write
   */
  record Refusals(int jid, long epoch, String append, String write) {
    private static final String STALE = StorageException.Reason.STALE_EPOCH.name();

    boolean areBothStale() {
      return append.equals(STALE) && write.equals(STALE);
    }
  }

  /** Connects to a journal-service. */
  FencedWriter(String host, int port, String volume) throws IOException {
    this.owner = new VirtualThreadOwner("fenced-writer", (what, thrown) -> {});
    this.channel = GrpcChannel.open(host + ":" + port, TransportSecurity.INSECURE, Telemetry.NONE);
    this.storage = new StorageClient(owner, channel, volume, StorageDeadlines.DEFAULT);
  }

  /**
   * Tries to write.
   *
   * @param block any block of the file system; what is written is what is there
   */
  Refusals attempt(int jid, long epoch, long block) {
    CompletableFuture<Refusals> answer = new CompletableFuture<>();
    owner.execute(
        () ->
            owner
                .start("fenced-writer", () -> attemptNow(jid, epoch, block))
                .whenDone(
                    (value, failure) -> {
                      if (failure != null) {
                        answer.completeExceptionally(failure);
                      } else {
                        answer.complete(value);
                      }
                    }));
    return answer.join();
  }

  private Refusals attemptNow(int jid, long epoch, long block) {
    owner.await(storage.volume());
    ByteBuffer content = owner.await(storage.read(List.of(block))).getFirst();
    List<BlockImage> images = List.of(new BlockImage(block, content));
    LogFlush flush = new LogFlush(images, List.of(), List.of(), -1, StatfsCounts.ZERO, 0);
    String append = outcome(storage.append(jid, epoch, flush));
    String write = outcome(storage.write(jid, epoch, images));
    return new Refusals(jid, epoch, append, write);
  }

  private String outcome(Promise<? extends @Nullable Object> promise) {
    try {
      owner.await(promise);
      return "DONE";
    } catch (StorageException refused) {
      return refused.reason().name();
    }
  }

  @Override
  public void close() {
    owner.close();
    channel.close();
  }
}
