package glockenspiel.lockmanager.core;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.TestFactory;

/**
 * Runs the scripts of {@code src/test/resources/scripts}. In a script a paragraph is comments
 * (lines with {@code #}), commands (see {@link ScriptCluster}), a line {@code ----}, and all that
 * the commands lead to. To write the last part anew, on purpose, and read it in review: {@code mvn
 * -pl lock-manager test -DargLine=-DupdateScripts=true -Dtest=ScriptTest}.
 */
class ScriptTest {
  private static final Path SCRIPTS = Path.of("src", "test", "resources", "scripts");
  private static final String SEPARATOR = "----";

  @TestFactory
  Stream<DynamicTest> everyScriptLeadsToItsTrace() throws IOException {
    List<Path> scripts;
    try (Stream<Path> files = Files.list(SCRIPTS)) {
      scripts = files.filter(file -> file.toString().endsWith(".txt")).sorted().toList();
    }
    assertFalse(scripts.isEmpty());
    return scripts.stream()
        .map(script -> DynamicTest.dynamicTest(script.getFileName().toString(), () -> run(script)));
  }

  private static void run(Path script) throws IOException {
    String expected = Files.readString(script);
    String actual = execute(expected.lines().toList());
    if (Boolean.getBoolean("updateScripts")) {
      Files.writeString(script, actual);
    } else {
      assertEquals(expected, actual);
    }
  }

  private static String execute(List<String> lines) {
    ScriptCluster cluster = ScriptCluster.usual();
    List<String> result = new ArrayList<>();
    List<String> commands = new ArrayList<>();
    boolean inTrace = false;
    for (String line : lines) {
      if (line.isBlank()) {
        inTrace = false;
        result.add("");
      } else if (line.equals(SEPARATOR)) {
        inTrace = true;
        result.add(SEPARATOR);
        commands.forEach(command -> result.addAll(cluster.run(command)));
        commands.clear();
      } else if (!inTrace) {
        result.add(line);
        if (!line.startsWith("#")) {
          commands.add(line);
        }
      }
    }
    commands.forEach(cluster::run);
    return String.join("\n", result) + "\n";
  }
}
