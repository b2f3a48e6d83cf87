package glockenspiel.simulation;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** The tables of seeds in {@code docs/simulation.md}. */
final class SeedTable {
  private static final Path DOCUMENT = Path.of("../docs/simulation.md");
  private static final Pattern ROW = Pattern.compile("\\| (\\d+) \\| (\\d+) \\| (.+) \\|");

  /**
   * A line of a table.
   *
   * @param what the bug, in words
   */
  record Row(int rule, long seed, String what) {}

  private SeedTable() {}

  /** The planted bugs, and the first seed that finds each. */
  static List<Row> planted() {
    return rows("## Planted bugs");
  }

  /** The seeds that have found something, and what. */
  static List<Row> kept() {
    return rows("## Seeds that have found something");
  }

  private static List<Row> rows(String heading) {
    try {
      return Files.readAllLines(DOCUMENT).stream()
          .dropWhile(line -> !line.equals(heading))
          .skip(1)
          .takeWhile(line -> !line.startsWith("#"))
          .map(ROW::matcher)
          .filter(Matcher::matches)
          .map(
              row ->
                  new Row(
                      Integer.parseInt(row.group(1)), Long.parseLong(row.group(2)), row.group(3)))
          .toList();
    } catch (IOException failure) {
      throw new UncheckedIOException(failure);
    }
  }
}
