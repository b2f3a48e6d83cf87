package glockenspiel.cli;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.databind.JsonNode;
import glockenspiel.cli.output.ExitCode;
import org.junit.jupiter.api.Test;

/** {@code glock fuzz}: damaged volumes from seeds. */
class FuzzCommandTest {
  @Test
  void manySeedsBreakNothing() {
    JsonNode some = GlockRun.of("fuzz", "--json", "--seeds", "1..40").json();
    assertEquals(40, some.get("seeds").asInt());
    assertEquals(0, some.get("broken").size());
    assertTrue(some.get("refused").asInt() > 0);
    JsonNode again = GlockRun.of("fuzz", "--json", "--seeds", "1..40", "--threads", 1).json();
    assertEquals(some.get("refused"), again.get("refused"));
    assertEquals(some.get("damaged"), again.get("damaged"));
  }

  @Test
  void itSaysWhatItDid() {
    GlockRun run = GlockRun.of("fuzz", "--seed", 7);
    assertEquals(ExitCode.OK, run.exitCode(), run.err());
    assertTrue(run.out().contains("1 damaged volumes"), run.out());
    assertTrue(run.out().contains("nothing broken"), run.out());
  }
}
