package glockenspiel.cli;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.json.JsonMapper;
import java.io.PrintWriter;
import java.io.StringWriter;
import picocli.CommandLine;

/** What one run of the command has printed, and its exit code. */
record GlockRun(int exitCode, String out, String err) {
  /** Runs it in this process. */
  static GlockRun of(Object... arguments) {
    StringWriter out = new StringWriter();
    StringWriter err = new StringWriter();
    CommandLine glock =
        Glock.commandLine().setOut(new PrintWriter(out)).setErr(new PrintWriter(err));
    String[] words = new String[arguments.length];
    for (int i = 0; i < words.length; i++) {
      words[i] = arguments[i].toString();
    }
    int exitCode = glock.execute(words);
    return new GlockRun(exitCode, out.toString(), err.toString());
  }

  /** The data, after a run that has done what it should. */
  JsonNode json() {
    return json(0);
  }

  /** The data, after a run with that exit code. */
  JsonNode json(int expected) {
    assertEquals(expected, exitCode, err);
    try {
      return JsonMapper.builder().build().readTree(out);
    } catch (JsonProcessingException broken) {
      throw new AssertionError("no JSON: " + out, broken);
    }
  }

  /** It has refused, in one line that holds all these. */
  void refused(int expected, String... parts) {
    assertEquals(expected, exitCode, err);
    assertEquals(1, err.lines().count(), err);
    for (String part : parts) {
      assertTrue(err.contains(part), () -> "'" + part + "' is not in: " + err);
    }
  }
}
