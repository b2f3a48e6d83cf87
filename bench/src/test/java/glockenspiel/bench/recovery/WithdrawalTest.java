package glockenspiel.bench.recovery;

import static org.junit.jupiter.api.Assertions.assertTrue;

import glockenspiel.bench.measure.Plan;
import glockenspiel.bench.measure.Row;
import java.io.IOException;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

class WithdrawalTest {
  @Test
  @Timeout(120)
  void gateOpensAndNothingIsLeftBehind(@TempDir Path work)
      throws IOException, InterruptedException {
    List<Row> rows =
        new Withdrawal().run(new Plan(1, true, work, new PrintWriter(new StringWriter())));
    assertTrue(rows.get(0).value() >= rows.get(1).value(), rows.toString());
    assertTrue(rows.get(1).value() > 0, rows.toString());
    try (var left = Files.list(work)) {
      assertTrue(left.toList().isEmpty());
    }
  }
}
