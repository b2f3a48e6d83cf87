package glockenspiel.bench.peer;

import java.io.IOException;
import java.nio.file.Path;
import java.util.concurrent.CompletionStage;

/** A service that makes bytes durable. */
interface AppendPeer {
  /** What people call it. */
  String name();

  /** How it is run and used. */
  String settings();

  /** What brings it, in words, when it is not here; empty when it is. */
  String missing();

  /** Starts a server with its files in an empty folder, and a client of it. */
  Running start(Path folder) throws IOException, InterruptedException;

  /** A server with its client. */
  interface Running extends AutoCloseable {
    /** Done when 4 KiB more are durable. */
    CompletionStage<?> append();

    @Override
    void close() throws IOException;
  }
}
