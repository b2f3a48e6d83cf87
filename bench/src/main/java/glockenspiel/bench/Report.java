package glockenspiel.bench;

import glockenspiel.bench.measure.Bound;
import glockenspiel.bench.measure.Row;
import glockenspiel.bench.measure.Unit;
import glockenspiel.cli.output.Table;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** Gathers rows, and shows them to people and to scripts. */
final class Report {
  private final String machine;
  private final int rounds;
  private final boolean quick;
  private final List<Measured> measured = new ArrayList<>();
  private final Table table =
      new Table("WHAT", "OURS", "AGAINST", "MEASURED", "RATIO", "TARGET", "REACHED");
  private boolean allReached = true;

  /** What is printed as JSON. */
  record Data(String machine, int rounds, boolean quick, List<Measured> measured) {}

  /** A row, as JSON. */
  record Measured(
      String benchmark,
      String what,
      double value,
      String unit,
      @Nullable String against,
      @Nullable Double limit,
      @Nullable Double ratio,
      @Nullable String target,
      @Nullable Boolean reached,
      String settings) {}

  Report(String machine, int rounds, boolean quick) {
    this.machine = machine;
    this.rounds = rounds;
    this.quick = quick;
  }

  void add(String benchmark, Row row) {
    Bound target = row.target();
    Boolean reached = row.reached();
    Double ratio = row.ratio();
    String against = row.against();
    allReached &= reached == null || reached;
    measured.add(
        new Measured(
            benchmark,
            row.what(),
            row.value(),
            row.unit().symbol(),
            against,
            against == null ? null : row.limit(),
            ratio,
            target == null ? null : target.toString(),
            reached,
            row.settings()));
    table.row(
        row.what(),
        row.unit().format(row.value()),
        against == null ? "" : against,
        against == null ? "" : row.unit().format(row.limit()),
        ratio == null ? "" : Unit.TIMES.format(ratio),
        target == null ? "" : target,
        reached == null ? "" : reached ? "yes" : "NO");
  }

  boolean isAllReached() {
    return allReached;
  }

  Data data() {
    return new Data(machine, rounds, quick, List.copyOf(measured));
  }

  List<String> lines() {
    List<String> lines = new ArrayList<>();
    lines.add(
        "%s; medians of %d rounds%s"
            .formatted(machine, rounds, quick ? "; QUICK: nothing to rely on" : ""));
    lines.addAll(table.lines());
    return lines;
  }
}
