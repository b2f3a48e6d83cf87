package glockenspiel.bench.peers;

import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.NetworkInterface;
import java.net.ServerSocket;
import java.nio.file.Files;
import java.nio.file.Path;
import org.apache.bookkeeper.client.BookKeeperAdmin;
import org.apache.bookkeeper.conf.ServerConfiguration;
import org.apache.bookkeeper.server.EmbeddedServer;
import org.apache.bookkeeper.server.conf.BookieConfiguration;
import org.apache.zookeeper.server.ServerCnxnFactory;
import org.apache.zookeeper.server.ZooKeeperServer;

/** One bookie, and the ZooKeeper that it and its clients need, in this process. */
final class Bookie {
  private static final int TICK_MILLIS = 2000;
  private static final int CONNECTIONS_MAX = 100;

  private Bookie() {}

  /** What a client needs to find the bookie. */
  static String metadataServiceUri(int port) {
    return "zk+hierarchical://127.0.0.1:" + port + "/ledgers";
  }

  /**
   * Starts both, with defaults for everything but where they listen and write, and one setting.
   *
   * @param port of ZooKeeper, on 127.0.0.1; the bookie takes a free one
   * @param flushWhenQueueEmpty whether the journal syncs when no more entries wait, or, as by
   *     default, only after it has waited some time for more
   */
  static void start(int port, Path folder, boolean flushWhenQueueEmpty) throws Exception {
    InetAddress loopback = InetAddress.getLoopbackAddress();
    startZooKeeper(
        new InetSocketAddress(loopback, port),
        Files.createDirectories(folder.resolve("zookeeper")));
    ServerConfiguration configuration = new ServerConfiguration();
    configuration.setMetadataServiceUri(metadataServiceUri(port));
    configuration.setAdvertisedAddress(loopback.getHostAddress());
    configuration.setListeningInterface(NetworkInterface.getByInetAddress(loopback).getName());
    configuration.setAllowLoopback(true);
    configuration.setBookiePort(freePort(loopback));
    configuration.setJournalDirName(folder.resolve("journal").toString());
    configuration.setLedgerDirNames(new String[] {folder.resolve("ledgers").toString()});
    configuration.setJournalFlushWhenQueueEmpty(flushWhenQueueEmpty);
    if (!BookKeeperAdmin.initNewCluster(configuration)) {
      throw new IOException("BookKeeper could not write its metadata");
    }
    EmbeddedServer.builder(new BookieConfiguration(configuration))
        .build()
        .getLifecycleComponentStack()
        .start();
  }

  private static void startZooKeeper(InetSocketAddress address, Path folder)
      throws IOException, InterruptedException {
    ZooKeeperServer server = new ZooKeeperServer(folder.toFile(), folder.toFile(), TICK_MILLIS);
    ServerCnxnFactory.createFactory(address, CONNECTIONS_MAX).startup(server);
  }

  private static int freePort(InetAddress address) throws IOException {
    try (ServerSocket socket = new ServerSocket(0, 1, address)) {
      return socket.getLocalPort();
    }
  }
}
