package glockenspiel.bench.peer;

import glockenspiel.bench.process.ServerProcess;
import java.io.IOException;
import java.util.List;
import java.util.concurrent.CompletionStage;

/** A server and a client of {@link PeerLibraries}. */
record LibraryPeer(ServerProcess server, PeerLibraries.Client client)
    implements AppendPeer.Running {
  /**
   * Starts both.
   *
   * @param flags of the server's JVM
   * @param arguments of its main class
   */
  static LibraryPeer start(
      String name,
      PeerLibraries libraries,
      List<String> flags,
      List<String> arguments,
      String clientClass)
      throws IOException {
    ServerProcess server = libraries.server(name, flags, arguments);
    try {
      return new LibraryPeer(server, libraries.client(clientClass, server.port()));
    } catch (IOException failure) {
      server.close();
      throw failure;
    }
  }

  @Override
  public CompletionStage<?> append() {
    return client.append();
  }

  @Override
  public void close() throws IOException {
    try (server) {
      client.close();
    }
  }
}
