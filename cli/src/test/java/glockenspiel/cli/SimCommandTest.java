package glockenspiel.cli;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.databind.JsonNode;
import glockenspiel.cli.output.ExitCode;
import org.junit.jupiter.api.Test;

/** {@code glock sim}: the same seeds give the same answer, however many threads run them. */
class SimCommandTest {
  private static final String STEPS = "2000";

  private static JsonNode sim(Object... more) {
    Object[] words = new Object[more.length + 4];
    words[0] = "sim";
    words[1] = "--json";
    words[2] = "--steps";
    words[3] = STEPS;
    System.arraycopy(more, 0, words, 4, more.length);
    return GlockRun.of(words).json();
  }

  @Test
  void theHashOfManyDependsOnNoOrder() {
    JsonNode one = sim("--seeds", "1..4", "--threads", 1);
    JsonNode three = sim("--seeds", "1..4", "--threads", 3);
    assertEquals(4, one.get("seeds").asInt());
    assertEquals(one.get("traceHash"), three.get("traceHash"));
    assertEquals(one.get("operations"), three.get("operations"));
    assertEquals(0, one.get("violations").size());
  }

  @Test
  void nothingIsBegunAfterTheTime() {
    assertEquals(0, sim("--seeds", "1..1000000000", "--for", "0s").get("seeds").asInt());
  }

  @Test
  void aTimeOrARangeThatIsNoneIsRefused() {
    GlockRun time = GlockRun.of("sim", "--seed", 1, "--for", "soon");
    assertEquals(ExitCode.WRONG_USAGE, time.exitCode(), time.err());
    assertTrue(time.err().contains("--for soon"), time.err());
    GlockRun threads = GlockRun.of("sim", "--seed", 1, "--threads", 0);
    assertEquals(ExitCode.WRONG_USAGE, threads.exitCode(), threads.err());
  }
}
