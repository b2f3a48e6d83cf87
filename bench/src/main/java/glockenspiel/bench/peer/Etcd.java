package glockenspiel.bench.peer;

import io.etcd.jetcd.ByteSequence;
import io.etcd.jetcd.Client;
import io.etcd.jetcd.Watch;
import io.etcd.jetcd.kv.TxnResponse;
import io.etcd.jetcd.op.Cmp;
import io.etcd.jetcd.op.CmpTarget;
import io.etcd.jetcd.op.Op;
import io.etcd.jetcd.options.PutOption;
import io.etcd.jetcd.options.WatchOption;
import io.etcd.jetcd.watch.WatchEvent;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.atomic.AtomicReference;
import org.jspecify.annotations.Nullable;

/** etcd with the usual recipe: a key under the client's lease, made in a transaction. */
final class Etcd implements Peer {
  private static final long LEASE_SECONDS = 600;

  @Override
  public String name() {
    return "etcd";
  }

  @Override
  public Path program() {
    return Path.of("/usr/bin/etcd");
  }

  @Override
  public String debianPackage() {
    return "etcd-server";
  }

  @Override
  public String settings() {
    return "one server, default durability, data on the measured disk; jetcd, key under a lease by"
        + " a transaction, waiting by a watch";
  }

  @Override
  public boolean handsOver() {
    return true;
  }

  @Override
  public PeerServer start(Path folder) throws IOException, InterruptedException {
    int port = PeerServer.freePort();
    String url = "http://127.0.0.1:" + port;
    String peerUrl = "http://127.0.0.1:" + PeerServer.freePort();
    return PeerServer.start(
        folder,
        port,
        Map.of(),
        List.of(
            program().toString(),
            "--data-dir=" + folder.resolve("data"),
            "--listen-client-urls=" + url,
            "--advertise-client-urls=" + url,
            "--listen-peer-urls=" + peerUrl,
            "--initial-advertise-peer-urls=" + peerUrl,
            "--initial-cluster=default=" + peerUrl));
  }

  @Override
  public PeerClient connect(PeerServer server) throws IOException, InterruptedException {
    Client client = Client.builder().endpoints("http://127.0.0.1:" + server.port()).build();
    try {
      long lease = client.getLeaseClient().grant(LEASE_SECONDS).get().getID();
      return new EtcdClient(client, lease);
    } catch (ExecutionException failure) {
      client.close();
      throw new IOException("etcd gave no lease: " + failure.getMessage(), failure);
    }
  }

  private record EtcdClient(Client client, long lease) implements PeerClient {
    @Override
    public Lane lane(String name) {
      return new EtcdLane(client, lease, ByteSequence.from(name, StandardCharsets.UTF_8));
    }

    @Override
    public void close() {
      client.close();
    }
  }

  private record EtcdLane(Client client, long lease, ByteSequence key) implements Lane {
    private static final ByteSequence VALUE = ByteSequence.from("1", StandardCharsets.UTF_8);

    @Override
    public CompletionStage<?> lock() {
      return acquire();
    }

    private CompletableFuture<TxnResponse> acquire() {
      return client
          .getKVClient()
          .txn()
          .If(new Cmp(key, Cmp.Op.EQUAL, CmpTarget.version(0)))
          .Then(Op.put(key, VALUE, PutOption.builder().withLeaseId(lease).build()))
          .commit()
          .thenCompose(
              answer ->
                  answer.isSucceeded()
                      ? CompletableFuture.completedFuture(answer)
                      : awaitDelete(answer).thenCompose(_ -> acquire()));
    }

    /** Done when the key is deleted after that answer. */
    private CompletableFuture<WatchEvent> awaitDelete(TxnResponse refused) {
      CompletableFuture<WatchEvent> deleted = new CompletableFuture<>();
      AtomicReference<Watch.@Nullable Watcher> watcher = new AtomicReference<>();
      watcher.set(
          client
              .getWatchClient()
              .watch(
                  key,
                  WatchOption.builder().withRevision(refused.getHeader().getRevision() + 1).build(),
                  response -> {
                    for (WatchEvent event : response.getEvents()) {
                      if (event.getEventType() == WatchEvent.EventType.DELETE) {
                        deleted.complete(event);
                      }
                    }
                  }));
      return deleted.whenComplete(
          (event, failure) -> {
            Watch.Watcher open = watcher.get();
            if (open != null) {
              open.close();
            }
          });
    }

    @Override
    public CompletionStage<?> unlock() {
      return client.getKVClient().delete(key);
    }
  }
}
