package glockenspiel.bench.lock;

import glockenspiel.bench.limit.EchoLimit;
import glockenspiel.bench.measure.Benchmark;
import glockenspiel.bench.measure.Bound;
import glockenspiel.bench.measure.Median;
import glockenspiel.bench.measure.Plan;
import glockenspiel.bench.measure.Row;
import glockenspiel.bench.measure.Unit;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;

/** As many locks and unlocks as go, beside batched messages with nothing behind them. */
public final class Pipeline implements Benchmark {
  private static final int ITEMS = 6_000_000;
  private static final int PAIRS = 2_000_000;
  private static final double TARGET = 0.4;
  private static final int TARGET_SESSIONS = 8;

  @Override
  public String name() {
    return "pipeline";
  }

  @Override
  public List<Row> run(Plan plan) throws IOException, InterruptedException {
    List<Row> rows = new ArrayList<>();
    for (int sessions : new int[] {1, TARGET_SESSIONS, 64}) {
      rows.add(row(plan, sessions));
    }
    return rows;
  }

  private static Row row(Plan plan, int count) throws IOException, InterruptedException {
    plan.say("locks and unlocks in batches, sessions: " + count);
    Median limit = new Median();
    Median ours = new Median();
    try (EchoLimit echo = EchoLimit.start();
        LoadSessions sessions = LoadSessions.start(count)) {
      echo.batched(count, plan.count(ITEMS));
      PipelinedLoad.run(sessions.all(), plan.count(PAIRS), EchoLimit.WINDOW);
      for (int round = 0; round < plan.rounds(); round++) {
        limit.add(echo.batched(count, plan.count(ITEMS)));
        ours.add(PipelinedLoad.run(sessions.all(), plan.count(PAIRS), EchoLimit.WINDOW));
      }
    }
    Row row =
        Row.of(
                "lock operations, " + count + (count == 1 ? " session" : " sessions"),
                ours.value(),
                Unit.PER_SECOND,
                "an operation is an acquire with its grant, or a lower; 256 acquires of a session"
                    + " under way; each session over a connection of its own, its own glocks, EX")
            .against("batched requests, as many streams", limit.value());
    return count == TARGET_SESSIONS ? row.target(Bound.above(TARGET)) : row;
  }
}
