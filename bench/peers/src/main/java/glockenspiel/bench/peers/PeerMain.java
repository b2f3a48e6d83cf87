package glockenspiel.bench.peers;

import java.io.InputStream;
import java.nio.file.Path;

/**
 * A server in a process of its own: {@code ratis PORT FOLDER}, or {@code bookkeeper PORT FOLDER
 * FLUSH_WHEN_QUEUE_EMPTY}. It says its port once it serves, and ends when its standard input does.
 */
public final class PeerMain {
  private PeerMain() {}

  /** Serves. */
  public static void main(String[] arguments) {
    int port = Integer.parseInt(arguments[1]);
    try {
      start(arguments, port, Path.of(arguments[2]));
      System.out.println(port);
      System.out.flush();
      InputStream life = System.in;
      while (life.read() >= 0) {
        // Nothing is said here; its end is the end.
      }
    } catch (Exception | LinkageError failure) {
      // Threads of what did start would keep the process alive.
      failure.printStackTrace();
      Runtime.getRuntime().halt(1);
    }
    // What was measured is deleted next, so nothing is put in order.
    Runtime.getRuntime().halt(0);
  }

  private static void start(String[] arguments, int port, Path folder) throws Exception {
    switch (arguments[0]) {
      case "ratis" -> RatisServer.start(port, folder);
      case "bookkeeper" -> Bookie.start(port, folder, Boolean.parseBoolean(arguments[3]));
      default -> throw new IllegalArgumentException("no such peer: " + arguments[0]);
    }
  }
}
