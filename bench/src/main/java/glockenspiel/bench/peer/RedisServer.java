package glockenspiel.bench.peer;

import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;

/** Redis as both of its clients use it. */
final class RedisServer {
  static final Path PROGRAM = Path.of("/usr/bin/redis-server");
  static final String DEBIAN_PACKAGE = "redis-server";

  private RedisServer() {}

  static PeerServer start(Path folder) throws IOException, InterruptedException {
    int port = PeerServer.freePort();
    return PeerServer.start(
        folder,
        port,
        Map.of(),
        List.of(
            PROGRAM.toString(),
            "--bind",
            "127.0.0.1",
            "--port",
            Integer.toString(port),
            "--dir",
            folder.toString()));
  }
}
