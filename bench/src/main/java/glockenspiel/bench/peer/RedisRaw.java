package glockenspiel.bench.peer;

import io.lettuce.core.RedisClient;
import io.lettuce.core.ScriptOutputType;
import io.lettuce.core.SetArgs;
import io.lettuce.core.api.StatefulRedisConnection;
import java.io.IOException;
import java.nio.file.Path;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;

/** Redis, the bare recipe: SET NX with a time to live, and a script that deletes one's own key. */
final class RedisRaw implements Peer {
  private static final long MILLIS_TO_LIVE = 600_000;

  @Override
  public String name() {
    return "Redis raw, Lettuce";
  }

  @Override
  public Path program() {
    return RedisServer.PROGRAM;
  }

  @Override
  public String debianPackage() {
    return RedisServer.DEBIAN_PACKAGE;
  }

  @Override
  public String settings() {
    return "one server with its defaults (snapshots, no append-only file: a crash loses locks);"
        + " asynchronous SET NX PX, delete by a Lua script, one connection; does not wait for a"
        + " holder";
  }

  @Override
  public boolean handsOver() {
    return false;
  }

  @Override
  public PeerServer start(Path folder) throws IOException, InterruptedException {
    return RedisServer.start(folder);
  }

  @Override
  public PeerClient connect(PeerServer server) {
    RedisClient client = RedisClient.create("redis://127.0.0.1:" + server.port());
    return new RawClient(client, client.connect());
  }

  private record RawClient(RedisClient client, StatefulRedisConnection<String, String> connection)
      implements PeerClient {
    @Override
    public Lane lane(String name) {
      return new RawLane(connection, name);
    }

    @Override
    public void close() {
      connection.close();
      client.shutdown();
    }
  }

  private record RawLane(StatefulRedisConnection<String, String> connection, String key)
      implements Lane {
    private static final String OWNER = "owner";
    private static final String DELETE_OWN =
        "if redis.call('get', KEYS[1]) == ARGV[1] then return redis.call('del', KEYS[1]) else"
            + " return 0 end";

    @Override
    public CompletionStage<?> lock() {
      return connection
          .async()
          .set(key, OWNER, SetArgs.Builder.nx().px(MILLIS_TO_LIVE))
          .thenCompose(
              answer ->
                  "OK".equals(answer)
                      ? CompletableFuture.completedStage(answer)
                      : CompletableFuture.failedStage(
                          new IllegalStateException(key + " is locked")));
    }

    @Override
    public CompletionStage<?> unlock() {
      return connection
          .async()
          .<Long>eval(DELETE_OWN, ScriptOutputType.INTEGER, new String[] {key}, OWNER);
    }
  }
}
