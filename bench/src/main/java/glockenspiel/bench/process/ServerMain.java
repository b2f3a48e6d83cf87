package glockenspiel.bench.process;

import glockenspiel.journal.app.JournalServer;
import glockenspiel.journal.app.JournalSettings;
import glockenspiel.lockmanager.app.LockManagerServer;
import glockenspiel.lockmanager.app.LockManagerSettings;
import glockenspiel.runtime.config.HostPort;
import glockenspiel.runtime.grpc.TransportSecurity;
import glockenspiel.runtime.telemetry.Telemetry;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Path;
import java.util.List;

/** The main class of a {@link ServerProcess}: serves until its standard input ends. */
final class ServerMain {
  private static final HostPort ANY_PORT = new HostPort("127.0.0.1", 0);
  private static final long LEASE_MILLIS = 600_000;

  private ServerMain() {}

  public static void main(String[] arguments) throws IOException {
    switch (ServerProcess.Kind.valueOf(arguments[0])) {
      case ECHO -> {
        try (EchoServer server = EchoServer.start()) {
          serve(server.port());
        }
      }
      case LOCK_MANAGER -> {
        try (LockManagerServer server =
            LockManagerServer.start(
                new LockManagerSettings(ANY_PORT, LEASE_MILLIS, TransportSecurity.INSECURE),
                Telemetry.NONE)) {
          serve(server.port());
        }
      }
      case JOURNAL_SERVICE -> {
        try (JournalServer server =
            JournalServer.start(
                new JournalSettings(
                    ANY_PORT, List.of(Path.of(arguments[1])), TransportSecurity.INSECURE),
                Telemetry.NONE)) {
          serve(server.port());
        }
      }
    }
    System.exit(0);
  }

  private static void serve(int port) throws IOException {
    System.out.println(port);
    System.out.flush();
    InputStream life = System.in;
    while (life.read() >= 0) {
      // Nothing is said here; its end is the end.
    }
  }
}
