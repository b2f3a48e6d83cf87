package glockenspiel.cli.output;

import java.util.ArrayList;
import java.util.List;

/** Lines of columns, each as wide as its widest cell; numbers stand right. */
public final class Table {
  private final List<String[]> rows = new ArrayList<>();

  /** A table with these headings. */
  public Table(String... headings) {
    rows.add(headings);
  }

  /** Adds a line. */
  public Table row(Object... cells) {
    String[] texts = new String[cells.length];
    for (int column = 0; column < cells.length; column++) {
      texts[column] = String.valueOf(cells[column]);
    }
    rows.add(texts);
    return this;
  }

  /** The finished lines, headings first. */
  public List<String> lines() {
    int columns = rows.stream().mapToInt(row -> row.length).max().orElse(0);
    int[] widths = new int[columns];
    boolean[] numeric = new boolean[columns];
    java.util.Arrays.fill(numeric, true);
    for (int index = 0; index < rows.size(); index++) {
      String[] row = rows.get(index);
      for (int column = 0; column < row.length; column++) {
        widths[column] = Math.max(widths[column], row[column].length());
        numeric[column] &= index == 0 || row[column].matches("-?[0-9][0-9.,]*%?|-|");
      }
    }
    List<String> lines = new ArrayList<>(rows.size());
    for (String[] row : rows) {
      StringBuilder line = new StringBuilder();
      for (int column = 0; column < row.length; column++) {
        String padding = " ".repeat(widths[column] - row[column].length());
        line.append(column == 0 ? "" : "  ")
            .append(numeric[column] ? padding + row[column] : row[column] + padding);
      }
      lines.add(line.toString().stripTrailing());
    }
    return lines;
  }
}
