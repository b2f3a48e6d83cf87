package glockenspiel.bench.storage;

import glockenspiel.bench.limit.ByteStreamLimit;
import glockenspiel.bench.limit.EchoLimit;
import glockenspiel.bench.limit.EchoStreams;
import glockenspiel.bench.limit.SyncLimit;
import glockenspiel.bench.measure.Benchmark;
import glockenspiel.bench.measure.Bound;
import glockenspiel.bench.measure.Median;
import glockenspiel.bench.measure.Plan;
import glockenspiel.bench.measure.Row;
import glockenspiel.bench.measure.Samples;
import glockenspiel.bench.measure.Unit;
import glockenspiel.bench.process.ServerProcess;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;

/** Durable appends to journals, beside bare writes and syncs of the same bytes. */
public final class Append implements Benchmark {
  private static final int NODES = 64;
  private static final int LONE_FLUSHES = 2_000;
  private static final int TURN_MILLIS = 400;
  private static final int SYNCS = 2_000;

  /** How often the sides take turns in a round: others use the disk too, and not evenly. */
  private static final int TURNS = 8;

  /** Rounds of scattered writes, each of {@link #NODES}. */
  private static final int SCATTERED = 200;

  private static final int SCATTERED_FILE_WRITES = 256 * NODES;
  private static final int BLOCK = 4096;
  private static final int LARGE_BLOCKS = 1024;
  private static final int LARGE_BYTES = LARGE_BLOCKS * BLOCK;
  private static final int CHUNK_BYTES = 256 * 1024;
  private static final int LARGE_WRITES = 200;
  private static final int LARGE_UNDER_WAY = 4;
  private static final int LARGE_FILE_WRITES = 32;
  private static final int JOURNAL_MEBIBYTES = 128;
  private static final int SMALL_JOURNAL_MEBIBYTES = 8;
  private static final double MEBIBYTE = 1 << 20;

  private static final Bound LONE_TARGET = Bound.below(1.5);
  private static final Bound TOGETHER_TARGET = Bound.above(8);
  private static final Bound LARGE_TARGET = Bound.above(0.6);

  @Override
  public String name() {
    return "append";
  }

  @Override
  public List<Row> run(Plan plan) throws IOException, InterruptedException {
    List<Row> rows = new ArrayList<>();
    try (WorkFolder folder = WorkFolder.in(plan.work(), "append")) {
      Path one = BenchImage.make(folder.file("one.img"), 1, JOURNAL_MEBIBYTES);
      try (ServerProcess service = ServerProcess.journalService(one);
          StorageNode node = StorageNode.open(service.port(), 0)) {
        lone(plan, node, rows);
        large(plan, node, rows);
      }
      Path many = BenchImage.make(folder.file("many.img"), NODES, SMALL_JOURNAL_MEBIBYTES);
      try (ServerProcess service = ServerProcess.journalService(many)) {
        List<StorageNode> nodes = new ArrayList<>();
        try {
          for (int jid = 0; jid < NODES; jid++) {
            nodes.add(StorageNode.open(service.port(), jid));
          }
          together(plan, nodes, rows);
        } finally {
          nodes.forEach(StorageNode::close);
        }
      }
    }
    return rows;
  }

  private static void lone(Plan plan, StorageNode node, List<Row> rows)
      throws IOException, InterruptedException {
    plan.say("one node, one block after another");
    Median middle = new Median();
    Median tail = new Median();
    Median limitMiddle = new Median();
    Median limitTail = new Median();
    AppendLoad load = AppendLoad.of(node, 1);
    int each = Math.max(1, plan.count(LONE_FLUSHES) / TURNS);
    try (EchoLimit echo = EchoLimit.start();
        SyncLimit disk = SyncLimit.ofBlocks(plan.work())) {
      for (int round = -1; round < plan.rounds(); round++) {
        Samples pings = new Samples(each * TURNS);
        Samples syncs = new Samples(each * TURNS);
        Samples appends = new Samples(each * TURNS);
        for (int turn = 0; turn < TURNS; turn++) {
          echo.pingPong(pings, each);
          disk.measure(syncs, each);
          load.run(appends, each, 1);
        }
        if (round >= 0) {
          middle.add(appends.quantileMicros(0.5));
          tail.add(appends.quantileMicros(0.99));
          limitMiddle.add(syncs.quantileMicros(0.5) + pings.quantileMicros(0.5));
          limitTail.add(syncs.quantileMicros(0.99) + pings.quantileMicros(0.99));
        }
      }
    }
    String settings =
        "one node, one metadata block of 4 KiB a flush, three on the disk, the next when it is"
            + " durable; the other side is a file's overwrite of 4 KiB with fdatasync, and a"
            + " ping-pong";
    rows.add(
        Row.of("durable append p50", middle.value(), Unit.MICROS, settings)
            .against("raw sync + ping-pong p50", limitMiddle.value())
            .target(LONE_TARGET));
    rows.add(
        Row.of("durable append p99", tail.value(), Unit.MICROS, settings)
            .against("raw sync p99 + ping-pong p99", limitTail.value()));
  }

  private static void together(Plan plan, List<StorageNode> nodes, List<Row> rows)
      throws IOException, InterruptedException {
    plan.say(nodes.size() + " nodes, a block each, all the time");
    Median rate = new Median();
    Median limit = new Median();
    Median scattered = new Median();
    Median wire = new Median();
    List<AppendLoad> loads = nodes.stream().map(node -> AppendLoad.of(node, 1)).toList();
    long nanos = TimeUnit.MILLISECONDS.toNanos(plan.count(TURN_MILLIS));
    int syncCount = Math.max(1, plan.count(SYNCS) / TURNS);
    int rounds = Math.max(1, plan.count(SCATTERED) / TURNS);
    try (SyncLimit disk = SyncLimit.ofBlocks(plan.work());
        SyncLimit places = SyncLimit.open(plan.work(), BLOCK, SCATTERED_FILE_WRITES);
        EchoLimit echo = EchoLimit.start();
        EchoStreams streams = echo.connect(nodes.size())) {
      for (int round = -1; round < plan.rounds(); round++) {
        Samples syncs = new Samples(syncCount * TURNS);
        Samples far = new Samples(rounds * TURNS);
        double ours = 0;
        double pings = 0;
        for (int turn = 0; turn < TURNS; turn++) {
          disk.measure(syncs, syncCount);
          places.measureScattered(far, rounds, nodes.size());
          pings += streams.pingPong(BLOCK, nanos) / TURNS;
          ours += AppendLoad.together(loads, nanos, 1) / TURNS;
        }
        if (round >= 0) {
          limit.add(syncs.perSecond());
          scattered.add(far.perSecond() * nodes.size());
          wire.add(pings);
          rate.add(ours);
        }
      }
    }
    Row row =
        Row.of(
            "durable appends, 64 nodes",
            rate.value(),
            Unit.PER_SECOND,
            "one metadata block of 4 KiB a flush, one flush of each node under way, a connection"
                + " for each node, all nodes in one process; raw scattered writes are 4 KiB to"
                + " each of 64 places and one sync for all; a ping-pong carries 4 KiB there and"
                + " back, and nothing is done with them");
    rows.add(row.against("raw 4 KiB fdatasync, one writer", limit.value()).target(TOGETHER_TARGET));
    rows.add(row.against("raw scattered 4 KiB, 64 to a sync", scattered.value()));
    rows.add(row.against("ping-pongs of 4 KiB, 64 connections", wire.value()));
  }

  private static void large(Plan plan, StorageNode node, List<Row> rows)
      throws IOException, InterruptedException {
    plan.say("one node, large flushes");
    Median rate = new Median();
    Median limit = new Median();
    Median wire = new Median();
    AppendLoad load = AppendLoad.of(node, LARGE_BLOCKS);
    long nanos = TimeUnit.MILLISECONDS.toNanos(plan.count(TURN_MILLIS));
    int writes = Math.max(1, plan.count(LARGE_WRITES) / TURNS);
    try (SyncLimit disk = SyncLimit.open(plan.work(), LARGE_BYTES, LARGE_FILE_WRITES);
        ByteStreamLimit stream = ByteStreamLimit.start()) {
      for (int round = -1; round < plan.rounds(); round++) {
        Samples syncs = new Samples(writes * TURNS);
        double ours = 0;
        double sent = 0;
        for (int turn = 0; turn < TURNS; turn++) {
          disk.measure(syncs, writes);
          sent += stream.send(writes * (LARGE_BYTES / CHUNK_BYTES), CHUNK_BYTES) / TURNS;
          ours += AppendLoad.together(List.of(load), nanos, LARGE_UNDER_WAY) / TURNS;
        }
        if (round >= 0) {
          limit.add(syncs.perSecond() * LARGE_BYTES / MEBIBYTE);
          wire.add(sent);
          rate.add(ours * LARGE_BYTES / MEBIBYTE);
        }
      }
    }
    Row row =
        Row.of(
            "large durable appends",
            rate.value(),
            Unit.MIB_PER_SECOND,
            "one node, flushes of 4 MiB, four under way, around a journal of 128 MiB; the other"
                + " sides are a file's overwrite of 4 MiB with fdatasync, around 128 MiB, and"
                + " chunks of 256 KiB sent to nobody");
    rows.add(row.against("raw sequential write with sync", limit.value()).target(LARGE_TARGET));
    rows.add(row.against("bare gRPC byte stream", wire.value()));
  }
}
