import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.spi.ToolProvider;
import java.util.stream.Stream;

/**
 * Checks or rewrites the layout of every Java source of the project: {@code Format check|write
 * ROOT}.
 *
 * <p>The build starts it on the JDK that it compiles with, because google-java-format understands
 * only the syntax that its own JVM's compiler understands.
 */
final class Format {
  private Format() {}

  public static void main(String[] arguments) throws IOException {
    String mode = arguments[0];
    Path root = Path.of(arguments[1]);
    List<String> command = new ArrayList<>();
    switch (mode) {
      case "check" -> command.addAll(List.of("--dry-run", "--set-exit-if-changed"));
      case "write" -> command.add("--replace");
      default -> throw new IllegalArgumentException("format is check or write, not " + mode);
    }
    command.addAll(sources(root));

    ToolProvider formatter = ToolProvider.findFirst("google-java-format").orElseThrow();
    int result = formatter.run(System.err, System.err, command.toArray(String[]::new));
    if (result != 0) {
      System.err.println("These files are not laid out as google-java-format does it.");
      System.err.println("To have that done: mvn -N verify -Dformat=write");
      System.exit(result);
    }
  }

  /** The Java sources below {@code root}, without what builds and tools put there. */
  private static List<String> sources(Path root) throws IOException {
    try (Stream<Path> files = Files.walk(root)) {
      return files
          .map(root::relativize)
          .filter(file -> file.toString().endsWith(".java"))
          .filter(file -> !isLeftAlone(file))
          .map(file -> root.resolve(file).toString())
          .sorted()
          .toList();
    }
  }

  private static boolean isLeftAlone(Path file) {
    for (Path name : file) {
      if (name.endsWith("target") || name.toString().startsWith(".")) {
        return true;
      }
    }
    return false;
  }
}
