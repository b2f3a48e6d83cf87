package glockenspiel.cli;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import glockenspiel.client.Lock;
import glockenspiel.client.LockClient;
import glockenspiel.client.LockClientSettings;
import glockenspiel.lockmanager.app.LockManagerServer;
import glockenspiel.lockmanager.app.LockManagerSettings;
import glockenspiel.protocol.lock.LockMode;
import glockenspiel.runtime.config.HostPort;
import glockenspiel.runtime.grpc.TransportSecurity;
import glockenspiel.runtime.telemetry.Telemetry;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** {@code glock lock} against a lock-manager. */
@Timeout(120)
class LockCommandTest {
  @TempDir private Path folder = Path.of("");
  private LockManagerServer server;

  @BeforeEach
  void start() throws Exception {
    server =
        LockManagerServer.start(
            new LockManagerSettings(
                new HostPort("127.0.0.1", 0),
                LockManagerSettings.LEASE_MILLIS,
                TransportSecurity.INSECURE),
            Telemetry.NONE);
  }

  @AfterEach
  void stop() {
    server.close();
  }

  private String locks() {
    return "--lock-manager=127.0.0.1:" + server.port();
  }

  private LockClient connect() throws Exception {
    return LockClient.connect(
        LockClientSettings.of("127.0.0.1:" + server.port(), "shop", "another"));
  }

  @Test
  void theCommandRunsUnderTheLockAndKnowsItsNumber() throws Exception {
    Path file = folder.resolve("number");
    String script = "echo $GLOCK_FENCING_NUMBER > " + file + "; exit 7";
    GlockRun run = GlockRun.of("lock", locks(), "shop", "nightly", "--", "sh", "-c", script);
    assertEquals(7, run.exitCode(), run.err());
    long number = Long.parseLong(Files.readString(file).strip());
    try (LockClient client = connect();
        Lock lock = client.lock("nightly", LockMode.EX)) {
      assertTrue(lock.fencingNumber() > number);
    }
  }

  @Test
  void aLockInUseIsRefused() throws Exception {
    try (LockClient client = connect();
        Lock lock = client.lock("nightly", LockMode.SH)) {
      GlockRun.of("lock", locks(), "shop", "nightly", "--wait=0", "--", "true")
          .refused(4, "nightly is in use");
      GlockRun.of("lock", locks(), "shop", "nightly", "--wait=0.05", "--", "true")
          .refused(4, "nightly is in use");
      GlockRun shared =
          GlockRun.of("lock", locks(), "shop", "nightly", "--mode=SH", "--wait=30", "--", "true");
      assertEquals(0, shared.exitCode(), shared.err());
      assertTrue(lock.isValid());
    }
  }

  @Test
  void theLockIsSeenByItsName() throws Exception {
    try (LockClient client = connect();
        Lock lock = client.lock("nightly", LockMode.SH)) {
      GlockRun.of("lock", locks(), "shop", "nightly", "--wait=0", "--", "true")
          .refused(4, "nightly is in use");
      String seen = GlockRun.of("locks", locks(), "--volume=shop").out();
      assertTrue(seen.contains("nightly") && seen.contains("another:SH>UN"), seen);
      String why = GlockRun.of("why", "nightly", locks(), "--volume=shop").out();
      assertTrue(why.contains("APPLICATION nightly of shop"), why);
      assertTrue(why.contains("waited for 1 times"), why);
      assertTrue(lock.isValid());
    }
  }

  @Test
  void mistakesAreNamedInOneLine() {
    GlockRun.of("lock", locks(), "a:b", "x", "--timeout=1", "--", "true").refused(3, "a colon");
    GlockRun.of("lock", locks(), "shop", "x".repeat(65), "--", "true").refused(2, "65 bytes");
    GlockRun.of("lock", locks(), "shop", "x", "--wait=-1", "--", "true").refused(2, "--wait");
    GlockRun.of("lock", locks(), "shop", "x", "--", "/no/such/command")
        .refused(2, "/no/such/command");
  }

  /** As two containers have it: the commands cannot be told apart by their process ids. */
  @Test
  void twoCommandsWithOneProcessIdAreTwoClients() throws Exception {
    Path holds = pipe("holds");
    Path goOn = pipe("goOn");
    String script = "echo yes > " + holds + "; cat " + goOn;
    try (var threads = Executors.newVirtualThreadPerTaskExecutor()) {
      Future<GlockRun> first =
          threads.submit(() -> GlockRun.of("lock", locks(), "shop", "a", "--", "sh", "-c", script));
      assertEquals("yes\n", Files.readString(holds));
      GlockRun second = GlockRun.of("lock", locks(), "shop", "b", "--timeout=3", "--", "true");
      Files.writeString(goOn, "go");
      assertEquals(0, second.exitCode(), second.err());
      assertEquals(0, first.get().exitCode(), first.get().err());
    }
  }

  /** Whoever reads it waits for who writes it. */
  private Path pipe(String name) throws Exception {
    Path pipe = folder.resolve(name);
    assertEquals(0, new ProcessBuilder("mkfifo", pipe.toString()).start().waitFor());
    return pipe;
  }
}
