package glockenspiel.bench.limit;

import glockenspiel.bench.measure.Benchmark;
import glockenspiel.bench.measure.Median;
import glockenspiel.bench.measure.Plan;
import glockenspiel.bench.measure.Row;
import glockenspiel.bench.measure.Samples;
import glockenspiel.bench.measure.Unit;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;

/** The limits alone, so that other machines can be compared with this one. */
public final class Limits implements Benchmark {
  private static final int PINGS = 50_000;
  private static final int ITEMS = 8_000_000;
  private static final int SYNCS = 2_000;

  @Override
  public String name() {
    return "limits";
  }

  @Override
  public List<Row> run(Plan plan) throws IOException, InterruptedException {
    List<Row> rows = new ArrayList<>();
    pingPong(plan, rows);
    batched(plan, 1, rows);
    batched(plan, 8, rows);
    sync(plan, rows);
    return rows;
  }

  private static void pingPong(Plan plan, List<Row> rows) throws IOException, InterruptedException {
    plan.say("ping-pong on one stream");
    Median middle = new Median();
    Median tail = new Median();
    try (EchoLimit echo = EchoLimit.start()) {
      echo.pingPong(plan.count(PINGS));
      for (int round = 0; round < plan.rounds(); round++) {
        Samples samples = echo.pingPong(plan.count(PINGS));
        middle.add(samples.quantileMicros(0.5));
        tail.add(samples.quantileMicros(0.99));
      }
    }
    String settings = "bidirectional stream, directExecutor, epoll, 40 bytes, two processes";
    rows.add(Row.of("gRPC ping-pong p50", middle.value(), Unit.MICROS, settings));
    rows.add(Row.of("gRPC ping-pong p99", tail.value(), Unit.MICROS, settings));
  }

  private static void batched(Plan plan, int streams, List<Row> rows)
      throws IOException, InterruptedException {
    plan.say("batched requests on " + streams + " streams");
    Median rate = new Median();
    try (EchoLimit echo = EchoLimit.start()) {
      echo.batched(streams, plan.count(ITEMS));
      for (int round = 0; round < plan.rounds(); round++) {
        rate.add(echo.batched(streams, plan.count(ITEMS)));
      }
    }
    rows.add(
        Row.of(
            "gRPC batched requests, " + streams + (streams == 1 ? " stream" : " streams"),
            rate.value(),
            Unit.PER_SECOND,
            "32 requests a message, 256 under way on a stream, a connection for each"));
  }

  private static void sync(Plan plan, List<Row> rows) throws IOException {
    plan.say("fdatasync of 4 KiB");
    Median middle = new Median();
    Median tail = new Median();
    for (int round = 0; round < plan.rounds(); round++) {
      Samples samples = SyncLimit.measure(plan.work(), plan.count(SYNCS));
      middle.add(samples.quantileMicros(0.5));
      tail.add(samples.quantileMicros(0.99));
    }
    String settings = "overwrite in a file of 16 MiB, one writer";
    rows.add(Row.of("4 KiB write + fdatasync p50", middle.value(), Unit.MICROS, settings));
    rows.add(Row.of("4 KiB write + fdatasync p99", tail.value(), Unit.MICROS, settings));
  }
}
