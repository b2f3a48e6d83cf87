package glockenspiel.bench.lock;

import glockenspiel.bench.limit.EchoLimit;
import glockenspiel.bench.measure.Benchmark;
import glockenspiel.bench.measure.Bound;
import glockenspiel.bench.measure.Median;
import glockenspiel.bench.measure.Plan;
import glockenspiel.bench.measure.Row;
import glockenspiel.bench.measure.Samples;
import glockenspiel.bench.measure.Unit;
import java.io.IOException;
import java.util.List;

/** One lock at a time that nobody else wants, beside a ping-pong. */
public final class Latency implements Benchmark {
  private static final int PAIRS = 30_000;
  private static final double TARGET = 1.3;

  @Override
  public String name() {
    return "latency";
  }

  @Override
  public List<Row> run(Plan plan) throws IOException, InterruptedException {
    plan.say("lock and unlock, one after another");
    Median pingMiddle = new Median();
    Median pingTail = new Median();
    Median lockMiddle = new Median();
    Median lockTail = new Median();
    Median unlockMiddle = new Median();
    int count = plan.count(PAIRS);
    try (EchoLimit echo = EchoLimit.start();
        LoadSessions sessions = LoadSessions.start(1)) {
      echo.pingPong(count);
      SequentialLoad.run(sessions.get(0), count);
      for (int round = 0; round < plan.rounds(); round++) {
        Samples pings = echo.pingPong(count);
        pingMiddle.add(pings.quantileMicros(0.5));
        pingTail.add(pings.quantileMicros(0.99));
        SequentialLoad.Pairs pairs = SequentialLoad.run(sessions.get(0), count);
        lockMiddle.add(pairs.locks().quantileMicros(0.5));
        lockTail.add(pairs.locks().quantileMicros(0.99));
        unlockMiddle.add(pairs.unlocks().quantileMicros(0.5));
      }
    }
    String settings =
        "one session, EX of INODE glocks that nobody else wants, callbacks on the transport's"
            + " threads, lock-manager in a process of its own, insecure, no telemetry";
    return List.of(
        Row.of("lock p50", lockMiddle.value(), Unit.MICROS, settings)
            .against("ping-pong p50", pingMiddle.value())
            .target(Bound.below(TARGET)),
        Row.of("lock p99", lockTail.value(), Unit.MICROS, settings)
            .against("ping-pong p99", pingTail.value()),
        Row.of("unlock until acknowledged p50", unlockMiddle.value(), Unit.MICROS, settings)
            .against("ping-pong p50", pingMiddle.value()));
  }
}
