package glockenspiel.bench.peer;

import glockenspiel.bench.lock.OurLocks;
import glockenspiel.bench.measure.Benchmark;
import glockenspiel.bench.measure.Bound;
import glockenspiel.bench.measure.Median;
import glockenspiel.bench.measure.Plan;
import glockenspiel.bench.measure.Row;
import glockenspiel.bench.measure.Unit;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/**
 * Lock and unlock with each peer and with ours, in turns. Peers make every lock durable, or none;
 * ours are recovered from their holders: {@code docs/benchmarks.md} says what that means.
 */
public final class Peers implements Benchmark {
  private static final int OUTSTANDING = 64;
  private static final int OUR_PAIRS = 10_000;
  private static final int OUR_OUTSTANDING_PAIRS = 1_000_000;
  private static final int OUR_TURNS = 10_000;
  private static final int TURNS = 200;

  /** How much a peer is given to do, and what is to be reached against it. */
  private record Match(Peer peer, int pairs, int outstandingPairs, Bound target) {}

  private static final List<Match> MATCHES =
      List.of(
          new Match(new Etcd(), 1_500, 8_000, Bound.above(50)),
          new Match(new ZooKeeper(), 1_500, 8_000, Bound.above(50)),
          new Match(new RedissonPeer(), 8_000, 40_000, Bound.above(20)),
          new Match(new RedisRaw(), 10_000, 200_000, Bound.above(4)));

  @Override
  public String name() {
    return "peers";
  }

  @Override
  public List<Row> run(Plan plan) throws IOException, InterruptedException {
    List<Row> rows = new ArrayList<>();
    for (Match match : MATCHES) {
      if (Files.isExecutable(match.peer.program())) {
        rows.addAll(play(plan, match));
      } else {
        plan.say(
            "%s is not here; apt-get install %s brings it"
                .formatted(match.peer.name(), match.peer.debianPackage()));
      }
    }
    return rows;
  }

  private static List<Row> play(Plan plan, Match match) throws IOException, InterruptedException {
    plan.say("beside " + match.peer.name());
    Path folder = PeerFolder.make(plan.work());
    try (PeerServer server = match.peer.start(folder);
        PeerClient client = match.peer.connect(server);
        PeerClient second = match.peer.connect(server);
        OurLocks ours = OurLocks.start()) {
      return new Game(plan, match, client, second, ours).play();
    } finally {
      PeerFolder.delete(folder);
    }
  }

  /** One peer beside ours. */
  private record Game(Plan plan, Match match, PeerClient client, PeerClient second, OurLocks ours) {
    List<Row> play() throws IOException, InterruptedException {
      List<Row> rows = new ArrayList<>();
      sequential(rows);
      outstanding(rows);
      if (match.peer.handsOver()) {
        handOff(rows);
      }
      return rows;
    }

    private void sequential(List<Row> rows) throws IOException, InterruptedException {
      Median ourLock = new Median();
      Median ourRate = new Median();
      Median peerLock = new Median();
      Median peerRate = new Median();
      List<Lane> lane = List.of(client.lane("one"));
      int pairs = plan.count(match.pairs);
      var _ = LaneLoad.pairs(lane, pairs);
      var _ = ours.sequential(plan.count(OUR_PAIRS));
      for (int round = 0; round < plan.rounds(); round++) {
        LaneLoad.Pairs peer = LaneLoad.pairs(lane, pairs);
        peerLock.add(peer.locks().quantileMicros(0.5));
        peerRate.add(peer.perSecond());
        OurLocks.Sequential own = ours.sequential(plan.count(OUR_PAIRS));
        ourLock.add(own.lockMicros());
        ourRate.add(own.perSecond());
      }
      rows.add(
          row("lock p50", ourLock.value(), Unit.MICROS, peerLock.value(), "one after another"));
      rows.add(
          row(
              "lock+unlock pairs, one at a time",
              ourRate.value(),
              Unit.PER_SECOND,
              peerRate.value(),
              "one client, one lock, unlock waited for"));
    }

    private void outstanding(List<Row> rows) throws IOException, InterruptedException {
      Median own = new Median();
      Median peer = new Median();
      List<Lane> lanes = new ArrayList<>();
      for (int i = 0; i < OUTSTANDING; i++) {
        lanes.add(client.lane("of-many-" + i));
      }
      int pairs = plan.count(match.outstandingPairs);
      int ourPairs = plan.count(OUR_OUTSTANDING_PAIRS);
      var _ = LaneLoad.pairs(lanes, pairs);
      var _ = ours.outstanding(OUTSTANDING, ourPairs);
      for (int round = 0; round < plan.rounds(); round++) {
        peer.add(LaneLoad.pairs(lanes, pairs).perSecond());
        own.add(ours.outstanding(OUTSTANDING, ourPairs));
      }
      rows.add(
          row(
                  "lock+unlock pairs, 64 outstanding",
                  own.value(),
                  Unit.PER_SECOND,
                  peer.value(),
                  "one client, 64 locks; ours in one session, unlocks not waited for")
              .target(match.target));
    }

    private void handOff(List<Row> rows) throws IOException, InterruptedException {
      Median own = new Median();
      Median peer = new Median();
      Lane holder = client.lane("handed-over");
      Lane waiter = second.lane("handed-over");
      var _ = ours.handOff(plan.count(OUR_TURNS));
      for (int round = 0; round < plan.rounds(); round++) {
        peer.add(LaneLoad.handOff(holder, waiter, plan.count(TURNS)).quantileMicros(0.5));
        own.add(ours.handOff(plan.count(OUR_TURNS)).quantileMicros(0.5));
      }
      rows.add(
          row(
              "hand-off p50",
              own.value(),
              Unit.MICROS,
              peer.value(),
              "between two clients; the peer from the unlock to the waiter's lock, ours from the"
                  + " asking for what the other node has cached"));
    }

    private Row row(String what, double own, Unit unit, double peer, String how) {
      return Row.of(what, own, unit, how + "; " + match.peer.name() + ": " + match.peer.settings())
          .against(match.peer.name(), peer);
    }
  }
}
