package glockenspiel.cli;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class SoakCommandTest {
  @TempDir private Path folder = Path.of("");

  /** One round, with processes, of a seed that kills. */
  @Test
  void aShortSoakHolds() {
    GlockRun run =
        GlockRun.of(
            "soak",
            "--time",
            "1s",
            "--nodes",
            "2",
            "--seed",
            "5",
            "--work",
            folder.toString(),
            "--json");
    assertEquals(0, run.exitCode(), run::err);
    assertTrue(run.out().contains("\"verdict\":\"OK\""), run::out);
    assertTrue(run.out().contains("\"rounds\":1"), run::out);
  }

  @Test
  void wrongFlagsAreNamed() {
    assertEquals(2, GlockRun.of("soak", "--time", "soon").exitCode());
    assertEquals(2, GlockRun.of("soak", "--nodes", "1").exitCode());
    GlockRun lease = GlockRun.of("soak", "--lease-millis", "5");
    assertEquals(2, lease.exitCode());
    assertTrue(lease.err().contains("--lease-millis 5: not in 1000..60000"), lease::err);
  }
}
