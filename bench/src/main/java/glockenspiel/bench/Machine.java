package glockenspiel.bench;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;

/** What a run was made on, in one line. */
final class Machine {
  private Machine() {}

  static String describe() {
    return "%s, %d cores, %s, JDK %s"
        .formatted(
            processor(),
            Runtime.getRuntime().availableProcessors(),
            System.getProperty("os.name") + " " + System.getProperty("os.version"),
            Runtime.version());
  }

  private static String processor() {
    try (var lines = Files.lines(Path.of("/proc/cpuinfo"))) {
      return lines
          .filter(line -> line.startsWith("model name"))
          .map(line -> line.substring(line.indexOf(':') + 1).strip())
          .findFirst()
          .orElse("unknown processor");
    } catch (IOException elsewhere) {
      return System.getProperty("os.arch");
    }
  }
}
