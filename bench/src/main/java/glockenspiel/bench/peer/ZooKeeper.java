package glockenspiel.bench.peer;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import org.apache.curator.framework.CuratorFramework;
import org.apache.curator.framework.CuratorFrameworkFactory;
import org.apache.curator.framework.recipes.locks.InterProcessMutex;
import org.apache.curator.retry.RetryOneTime;

/** ZooKeeper with Curator's mutex. */
final class ZooKeeper implements Peer {
  @Override
  public String name() {
    return "ZooKeeper + Curator";
  }

  @Override
  public Path program() {
    return Path.of("/usr/share/zookeeper/bin/zkServer.sh");
  }

  @Override
  public String debianPackage() {
    return "zookeeper";
  }

  @Override
  public String settings() {
    return "one server as a process of its own (not Curator's TestingServer), default durability,"
        + " data on the measured disk; InterProcessMutex, a thread for each lane, one connection";
  }

  @Override
  public boolean handsOver() {
    return true;
  }

  @Override
  public PeerServer start(Path folder) throws IOException, InterruptedException {
    int port = PeerServer.freePort();
    Path data = Files.createDirectory(folder.resolve("data"));
    Path configuration = folder.resolve("zoo.cfg");
    Files.writeString(
        configuration,
        """
        tickTime=2000
        dataDir=%s
        clientPort=%d
        clientPortAddress=127.0.0.1
        admin.enableServer=false
        """
            .formatted(data, port));
    return PeerServer.start(
        folder,
        port,
        Map.of("JMXDISABLE", "true", "ZOO_LOG_DIR", folder.toString()),
        List.of(program().toString(), "start-foreground", configuration.toString()));
  }

  @Override
  public PeerClient connect(PeerServer server) throws IOException, InterruptedException {
    CuratorFramework curator =
        CuratorFrameworkFactory.newClient("127.0.0.1:" + server.port(), new RetryOneTime(100));
    curator.start();
    curator.blockUntilConnected();
    return new CuratorClient(curator);
  }

  private static final class CuratorClient implements PeerClient {
    private final CuratorFramework curator;
    private final List<ExecutorService> threads = new ArrayList<>();

    CuratorClient(CuratorFramework curator) {
      this.curator = curator;
    }

    @Override
    public Lane lane(String name) {
      ExecutorService thread =
          Executors.newSingleThreadExecutor(Thread.ofPlatform().daemon().factory());
      threads.add(thread);
      InterProcessMutex mutex = new InterProcessMutex(curator, "/" + name);
      return new BlockingLane(thread, mutex::acquire, mutex::release);
    }

    @Override
    public void close() {
      threads.forEach(ExecutorService::shutdownNow);
      curator.close();
    }
  }
}
