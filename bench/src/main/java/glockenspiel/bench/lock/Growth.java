package glockenspiel.bench.lock;

import glockenspiel.bench.measure.Benchmark;
import glockenspiel.bench.measure.Bound;
import glockenspiel.bench.measure.Median;
import glockenspiel.bench.measure.Plan;
import glockenspiel.bench.measure.Row;
import glockenspiel.bench.measure.Unit;
import java.io.IOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * What an operation costs as locks and sessions grow, over TCP and in the core alone. The cost is
 * the processor time of the lock-manager's process, with all that its JVM does beside.
 */
public final class Growth implements Benchmark {
  private static final int THOUSAND = 1_000;
  private static final int MILLION = 1_000_000;
  private static final int PAIRS = 1_000_000;
  private static final double TARGET = 2;
  private static final String HEAP = "-Xmx4g";

  /** A number of sessions that hold a number of locks together. */
  private record Size(int sessions, int locks) {
    @Override
    public String toString() {
      return "%,d locks, %,d sessions".formatted(locks, sessions);
    }
  }

  private static final List<Size> SIZES =
      List.of(
          new Size(10, THOUSAND),
          new Size(10, MILLION),
          new Size(10, 10 * MILLION),
          new Size(1000, 100 * THOUSAND),
          new Size(1000, 10 * MILLION));

  @Override
  public String name() {
    return "growth";
  }

  @Override
  public List<Row> run(Plan plan) throws IOException, InterruptedException {
    List<Row> rows = new ArrayList<>();
    rows.addAll(
        rows(
            plan,
            "cost of an operation over TCP",
            "lock-manager in a process of its own with "
                + HEAP
                + "; every session gives back and takes 32 of its locks at random in a batch, and"
                + " waits for the grants; processor time of the lock-manager's process",
            Bound.below(TARGET),
            Growth::overTcp));
    rows.addAll(
        rows(
            plan,
            "cost in the core alone",
            "no gRPC; 32 locks of one session given back and taken in a step, all chosen at random;"
                + " processor time of the process, its usual collector included",
            null,
            Growth::inCore));
    return rows;
  }

  private interface Measurement {
    double nanos(Plan plan, Size size) throws IOException, InterruptedException;
  }

  private static List<Row> rows(
      Plan plan, String what, String settings, @Nullable Bound target, Measurement measurement)
      throws IOException, InterruptedException {
    List<Row> rows = new ArrayList<>();
    double first = 0;
    for (Size size : SIZES) {
      plan.say(what + ": " + size);
      Size present =
          plan.quick() ? new Size(size.sessions, Math.max(THOUSAND, size.locks / 100)) : size;
      double nanos = measurement.nanos(plan, present);
      Row row = Row.of(what + ", " + present, nanos, Unit.NANOS, settings);
      if (rows.isEmpty()) {
        first = nanos;
        rows.add(row);
      } else {
        Row compared = row.against(SIZES.getFirst().toString(), first);
        rows.add(target == null ? compared : compared.target(target));
      }
    }
    return rows;
  }

  private static double overTcp(Plan plan, Size size) throws IOException, InterruptedException {
    Median nanos = new Median();
    try (LoadSessions sessions = LoadSessions.start(size.sessions, HEAP)) {
      List<TurnOverLoad> loads = TurnOverLoad.fill(sessions.all(), size.locks);
      int pairs = plan.count(PAIRS);
      var _ = TurnOverLoad.turnOver(loads, pairs);
      for (int round = 0; round < plan.rounds(); round++) {
        long begin = sessions.cpuNanos();
        long messages = TurnOverLoad.turnOver(loads, pairs);
        nanos.add((double) (sessions.cpuNanos() - begin) / messages);
      }
    }
    return nanos.value();
  }

  private static double inCore(Plan plan, Size size) {
    Median nanos = new Median();
    CoreFill core = new CoreFill(size.sessions);
    core.growTo(Math.max(size.locks, 32 * size.sessions));
    int pairs = plan.count(PAIRS);
    var _ = core.turnOver(pairs);
    for (int round = 0; round < plan.rounds(); round++) {
      long begin = cpuNanos();
      long messages = core.turnOver(pairs);
      nanos.add((double) (cpuNanos() - begin) / messages);
    }
    return nanos.value();
  }

  private static long cpuNanos() {
    return ProcessHandle.current().info().totalCpuDuration().map(Duration::toNanos).orElse(0L);
  }
}
