package glockenspiel.bench.peer;

import java.io.IOException;
import java.nio.file.Path;
import java.util.List;

/** Apache Ratis: a replicated log as a library, here with one replica. */
final class RatisAppends implements AppendPeer {
  private final PeerLibraries libraries = PeerLibraries.ofBuild();

  @Override
  public String name() {
    return "Ratis";
  }

  @Override
  public String settings() {
    return "one server in a process of its own, its defaults, log on the measured disk, a state"
        + " machine that keeps nothing; its own client over gRPC, ordered asynchronous sends";
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
        List.of(),
        List.of(
            "ratis", Integer.toString(PeerServer.freePort()), folder.resolve("storage").toString()),
        "RatisClient");
  }
}
