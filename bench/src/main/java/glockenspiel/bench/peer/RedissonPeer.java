package glockenspiel.bench.peer;

import java.io.IOException;
import java.nio.file.Path;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.atomic.AtomicLong;
import org.redisson.Redisson;
import org.redisson.api.RLock;
import org.redisson.api.RedissonClient;
import org.redisson.config.Config;

/** Redis with Redisson's lock. */
final class RedissonPeer implements Peer {
  @Override
  public String name() {
    return "Redis + Redisson";
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
        + " RLock, asynchronous, the client's own settings";
  }

  @Override
  public boolean handsOver() {
    return true;
  }

  @Override
  public PeerServer start(Path folder) throws IOException, InterruptedException {
    return RedisServer.start(folder);
  }

  @Override
  public PeerClient connect(PeerServer server) {
    Config config = new Config();
    config.useSingleServer().setAddress("redis://127.0.0.1:" + server.port());
    return new RedissonLocks(Redisson.create(config));
  }

  private static final class RedissonLocks implements PeerClient {
    private final RedissonClient client;
    private final AtomicLong lanes = new AtomicLong();

    RedissonLocks(RedissonClient client) {
      this.client = client;
    }

    /** Redisson knows a holder by the number of its thread; here every lane has one. */
    @Override
    public Lane lane(String name) {
      RLock lock = client.getLock(name);
      long thread = lanes.incrementAndGet();
      return new Lane() {
        @Override
        public CompletionStage<?> lock() {
          return lock.lockAsync(thread);
        }

        @Override
        public CompletionStage<?> unlock() {
          return lock.unlockAsync(thread);
        }
      };
    }

    @Override
    public void close() {
      client.shutdown();
    }
  }
}
