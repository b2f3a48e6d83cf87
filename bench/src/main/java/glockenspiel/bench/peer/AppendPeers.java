package glockenspiel.bench.peer;

import glockenspiel.bench.measure.Benchmark;
import glockenspiel.bench.measure.Bound;
import glockenspiel.bench.measure.Median;
import glockenspiel.bench.measure.Plan;
import glockenspiel.bench.measure.Row;
import glockenspiel.bench.measure.Samples;
import glockenspiel.bench.measure.Unit;
import glockenspiel.bench.storage.OurAppends;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;

/** Durable appends of 4 KiB with each peer and with ours, in turns, one replica each. */
public final class AppendPeers implements Benchmark {
  private static final int UNDER_WAY = 64;
  private static final int APPENDS = 1_000;
  private static final int TURN_MILLIS = 500;
  private static final int TURNS = 4;

  static final List<AppendPeer> PEERS =
      List.of(
          new EtcdAppends(),
          new RatisAppends(),
          new BookKeeperAppends(false),
          new BookKeeperAppends(true));

  @Override
  public String name() {
    return "append-peers";
  }

  @Override
  public List<Row> run(Plan plan) throws IOException, InterruptedException {
    List<AppendPeer> here = new ArrayList<>();
    for (AppendPeer peer : PEERS) {
      String missing = peer.missing();
      if (missing.isEmpty()) {
        here.add(peer);
      } else {
        plan.say("left out: %s; %s".formatted(peer.name(), missing));
      }
    }
    List<Row> rows = new ArrayList<>();
    if (here.isEmpty()) {
      return rows;
    }
    try (OurAppends ours = OurAppends.start(plan.work(), UNDER_WAY)) {
      for (AppendPeer peer : here) {
        plan.say("beside " + peer.name());
        Path folder = PeerFolder.make(plan.work());
        try (AppendPeer.Running running = peer.start(folder)) {
          measure(plan, peer, running, ours, rows);
        } finally {
          PeerFolder.delete(folder);
        }
      }
    }
    return rows;
  }

  private static void measure(
      Plan plan, AppendPeer peer, AppendPeer.Running running, OurAppends ours, List<Row> rows)
      throws IOException, InterruptedException {
    Median own = new Median();
    Median ownRate = new Median();
    Median others = new Median();
    Median othersRate = new Median();
    int each = Math.max(1, plan.count(APPENDS) / TURNS);
    long nanos = TimeUnit.MILLISECONDS.toNanos(plan.count(TURN_MILLIS));
    for (int round = -1; round < plan.rounds(); round++) {
      Samples ownTimes = new Samples(each * TURNS);
      Samples peerTimes = new Samples(each * TURNS);
      double ownSum = 0;
      double peerSum = 0;
      for (int turn = 0; turn < TURNS; turn++) {
        PeerAppendLoad.oneByOne(running, peerTimes, each);
        ours.oneByOne(ownTimes, each);
        peerSum += PeerAppendLoad.together(running, UNDER_WAY, nanos) / TURNS;
        ownSum += ours.together(nanos) / TURNS;
      }
      if (round >= 0) {
        own.add(ownTimes.quantileMicros(0.5));
        others.add(peerTimes.quantileMicros(0.5));
        ownRate.add(ownSum);
        othersRate.add(peerSum);
      }
    }
    String settings = "; " + peer.name() + ": " + peer.settings();
    rows.add(
        Row.of(
                "durable append p50",
                own.value(),
                Unit.MICROS,
                "4 KiB, one after another" + settings)
            .against(peer.name(), others.value())
            .target(Bound.below(1)));
    rows.add(
        Row.of(
                "durable appends, 64 under way",
                ownRate.value(),
                Unit.PER_SECOND,
                "4 KiB; of ours one from each of 64 nodes" + settings)
            .against(peer.name(), othersRate.value())
            .target(Bound.above(1)));
  }
}
