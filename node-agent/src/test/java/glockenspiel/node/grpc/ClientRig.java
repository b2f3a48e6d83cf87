package glockenspiel.node.grpc;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import glockenspiel.protocol.storage.StorageException;
import glockenspiel.runtime.grpc.GrpcChannel;
import glockenspiel.runtime.grpc.GrpcServer;
import glockenspiel.runtime.task.Promise;
import glockenspiel.runtime.task.VirtualThreadOwner;
import glockenspiel.runtime.telemetry.Telemetry;
import io.grpc.BindableService;
import io.grpc.inprocess.InProcessChannelBuilder;
import io.grpc.inprocess.InProcessServerBuilder;
import java.io.IOException;
import java.util.List;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.TimeUnit;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/** An owner with a channel to services inside the process. */
final class ClientRig implements AutoCloseable {
  private static final long PATIENCE_SECONDS = 20;

  final List<Throwable> escaped = new CopyOnWriteArrayList<>();
  final VirtualThreadOwner owner =
      new VirtualThreadOwner("test", (what, thrown) -> escaped.add(thrown));
  private final GrpcServer server;
  private boolean serverStopped;
  final GrpcChannel channel;

  ClientRig(BindableService... services) throws IOException {
    String name = InProcessServerBuilder.generateName();
    GrpcServer.Builder builder = GrpcServer.builder(Telemetry.NONE);
    for (BindableService service : services) {
      builder.add(service);
    }
    server = builder.start(InProcessServerBuilder.forName(name));
    channel = GrpcChannel.open(InProcessChannelBuilder.forName(name), Telemetry.NONE);
  }

  /** Asks on the owner. */
  <T extends @Nullable Object> CompletableFuture<T> ask(Supplier<Promise<T>> question) {
    CompletableFuture<T> answer = new CompletableFuture<>();
    owner.execute(
        () ->
            question
                .get()
                .whenDone(
                    (value, failure) -> {
                      if (failure == null) {
                        answer.complete(value);
                      } else {
                        answer.completeExceptionally(failure);
                      }
                    }));
    return answer;
  }

  /** Runs on the owner, and returns when it has. */
  void run(Runnable piece) {
    await(
        ask(
            () -> {
              piece.run();
              return Promise.<@Nullable Void>of(null);
            }));
  }

  static <T extends @Nullable Object> T await(CompletableFuture<T> answer) {
    return answer.orTimeout(PATIENCE_SECONDS, TimeUnit.SECONDS).join();
  }

  /** The next of a queue. */
  static <T> T next(BlockingQueue<T> queue) {
    try {
      T next = queue.poll(PATIENCE_SECONDS, TimeUnit.SECONDS);
      if (next == null) {
        throw new AssertionError("nothing came");
      }
      return next;
    } catch (InterruptedException interrupted) {
      throw new AssertionError(interrupted);
    }
  }

  /** What a storage call failed with. */
  static StorageException failure(CompletableFuture<?> answer) {
    return assertThrows(
        StorageException.class,
        () -> {
          try {
            await(answer);
          } catch (CompletionException failed) {
            Throwable cause = failed.getCause();
            throw cause == null ? failed : cause;
          }
        });
  }

  static void assertReason(StorageException.Reason expected, CompletableFuture<?> answer) {
    assertEquals(expected, failure(answer).reason());
  }

  /** The services are gone. */
  void stopServer() {
    if (!serverStopped) {
      serverStopped = true;
      server.close();
    }
  }

  @Override
  public void close() {
    channel.close();
    stopServer();
    owner.close();
    assertEquals(List.of(), escaped);
  }
}
