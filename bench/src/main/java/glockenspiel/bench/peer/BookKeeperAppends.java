package glockenspiel.bench.peer;

import java.io.IOException;
import java.nio.file.Path;
import java.util.List;

/** Apache BookKeeper: a service for ledgers, here with one bookie. */
final class BookKeeperAppends implements AppendPeer {
  /**
   * Those of BookKeeper's own start script that a bookie's journal can use; and it cannot name
   * itself after an IPv6 address, which the loopback interface may have, too.
   */
  private static final List<String> FLAGS =
      List.of(
          "-Djava.net.preferIPv4Stack=true",
          "--add-opens=java.base/java.io=ALL-UNNAMED",
          "--add-opens=java.base/java.util.zip=ALL-UNNAMED",
          "-Dio.netty.leakDetectionLevel=disabled");

  private final PeerLibraries libraries = PeerLibraries.ofBuild();
  private final boolean flushWhenQueueEmpty;

  /**
   * The peer.
   *
   * @param flushWhenQueueEmpty what the setting {@code journalFlushWhenQueueEmpty} is; false by
   *     default
   */
  BookKeeperAppends(boolean flushWhenQueueEmpty) {
    this.flushWhenQueueEmpty = flushWhenQueueEmpty;
  }

  @Override
  public String name() {
    return flushWhenQueueEmpty ? "BookKeeper, flushing at once" : "BookKeeper";
  }

  @Override
  public String settings() {
    return "one bookie with its ZooKeeper in a process of its own, "
        + (flushWhenQueueEmpty
            ? "defaults but journalFlushWhenQueueEmpty=true"
            : "its defaults, with which a journal waits up to 2 ms for more")
        + ", journal and ledgers on the measured disk; its own client, one ledger, ensemble 1,"
        + " write quorum 1, ack quorum 1";
  }

  @Override
  public String missing() {
    return libraries.areHere() ? "" : PeerLibraries.BUILD;
  }

  @Override
  public Running start(Path folder) throws IOException {
    return LibraryPeer.start(
        name(),
        libraries,
        FLAGS,
        List.of(
            "bookkeeper",
            Integer.toString(PeerServer.freePort()),
            folder.resolve("storage").toString(),
            Boolean.toString(flushWhenQueueEmpty)),
        "BookKeeperClient");
  }
}
