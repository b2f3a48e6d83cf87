package glockenspiel.cli;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import picocli.CommandLine;

class GlockTest {
  private final StringWriter out = new StringWriter();
  private final StringWriter err = new StringWriter();
  private final CommandLine glock =
      Glock.commandLine().setOut(new PrintWriter(out)).setErr(new PrintWriter(err));

  @Test
  void helpGoesToStdout() {
    assertEquals(0, glock.execute("--help"));
    assertTrue(out.toString().startsWith("Usage: glock"), out.toString());
    assertEquals("", err.toString());
  }

  @Test
  void wrongUsageIsExitCodeTwoAndGoesToStderr() {
    assertEquals(2, glock.execute("--no-such-option"));
    assertEquals("", out.toString());
    assertTrue(err.toString().contains("--no-such-option"), err.toString());
    assertTrue(err.toString().contains("see glock --help"), err.toString());
    assertEquals(1, err.toString().lines().count(), err.toString());
  }

  /** Every flag that a table of the operator's page has is one of a service. */
  @Test
  void theFlagsOfThePageAreThere() throws IOException {
    List<String> documented = new ArrayList<>();
    for (String line : Files.readAllLines(Path.of("../docs/operations.md"))) {
      if (line.startsWith("| `--")) {
        documented.add(line.substring(3, line.indexOf('`', 3)));
      }
    }
    assertTrue(documented.size() >= 12, documented::toString);
    for (String flag : documented) {
      assertTrue(
          List.of("lock-manager", "node-agent", "journal-service").stream()
              .map(glock.getSubcommands()::get)
              .anyMatch(service -> service.getCommandSpec().findOption(flag) != null),
          flag + " of docs/operations.md is no flag");
    }
  }

  @Test
  void benchmarksAreSaidToBeElsewhere() {
    assertEquals(2, glock.execute("bench", "limits", "--quick"));
    assertTrue(err.toString().contains("./glock bench limits --quick"), err.toString());
  }
}
