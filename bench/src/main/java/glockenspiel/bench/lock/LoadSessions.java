package glockenspiel.bench.lock;

import glockenspiel.bench.process.ServerProcess;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;

/** A lock-manager in a process of its own, and sessions with it. */
final class LoadSessions implements AutoCloseable {
  private final ServerProcess server;
  private final List<LoadSession> sessions = new ArrayList<>();

  private LoadSessions(ServerProcess server) {
    this.server = server;
  }

  static LoadSessions start(int count, String... flags) throws IOException, InterruptedException {
    LoadSessions all =
        new LoadSessions(ServerProcess.start(ServerProcess.Kind.LOCK_MANAGER, flags));
    boolean joined = false;
    try {
      all.grow(count);
      joined = true;
      return all;
    } finally {
      if (!joined) {
        all.close();
      }
    }
  }

  /** Lets more join, until there are so many. */
  void grow(int count) throws IOException, InterruptedException {
    while (sessions.size() < count) {
      sessions.add(LoadSession.join(server.port(), "node-" + sessions.size()));
    }
  }

  /** The port of the lock-manager. */
  int port() {
    return server.port();
  }

  /** The processor time that the lock-manager's process has used so far, in nanoseconds. */
  long cpuNanos() {
    return server.cpuNanos();
  }

  LoadSession get(int index) {
    return sessions.get(index);
  }

  List<LoadSession> all() {
    return sessions;
  }

  @Override
  public void close() {
    sessions.forEach(LoadSession::close);
    server.close();
  }
}
