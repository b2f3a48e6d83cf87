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

  private static void sync(Plan plan, List<Row> rows) throws IOException, InterruptedException {
    plan.say("fdatasync of 4 KiB");
    boolean isFioHere = FioLimit.isHere();
    if (!isFioHere) {
      plan.say("left out: fio; " + FioLimit.INSTALL);
    }
    Median middle = new Median();
    Median tail = new Median();
    Median rate = new Median();
    Median fioMiddle = new Median();
    Median fioRate = new Median();
    try (FioLimit fio = FioLimit.in(plan.work())) {
      for (int round = 0; round < plan.rounds(); round++) {
        Samples samples = SyncLimit.measure(plan.work(), plan.count(SYNCS));
        middle.add(samples.quantileMicros(0.5));
        tail.add(samples.quantileMicros(0.99));
        rate.add(samples.perSecond());
        if (isFioHere) {
          FioLimit.Result result = fio.measure(plan.count(SYNCS));
          fioMiddle.add(result.medianMicros());
          fioRate.add(result.perSecond());
        }
      }
    }
    String settings = "overwrite in a file of 16 MiB, one writer";
    rows.add(Row.of("4 KiB write + fdatasync p50", middle.value(), Unit.MICROS, settings));
    rows.add(Row.of("4 KiB write + fdatasync p99", tail.value(), Unit.MICROS, settings));
    if (isFioHere) {
      fio(fioMiddle, middle, fioRate, rate, rows);
    }
  }

  /** Not a target of ours: it shows that another program finds the same limit. */
  private static void fio(
      Median fioMiddle, Median middle, Median fioRate, Median rate, List<Row> rows) {
    String name = "4 KiB overwrite + fdatasync, fio";
    String settings =
        "fio --rw=write --overwrite=1 --bs=4k --size=16m --ioengine=psync --fdatasync=1; p50 of a"
            + " write and p50 of a sync added; the other side is our own writer";
    rows.add(
        Row.of(name + ", p50", fioMiddle.value(), Unit.MICROS, settings)
            .against("4 KiB write + fdatasync p50", middle.value()));
    rows.add(
        Row.of(name, fioRate.value(), Unit.PER_SECOND, settings)
            .against("4 KiB write + fdatasync", rate.value()));
  }
}
