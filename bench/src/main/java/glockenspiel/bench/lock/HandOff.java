package glockenspiel.bench.lock;

import glockenspiel.bench.limit.EchoLimit;
import glockenspiel.bench.measure.Benchmark;
import glockenspiel.bench.measure.Bound;
import glockenspiel.bench.measure.Median;
import glockenspiel.bench.measure.Plan;
import glockenspiel.bench.measure.Row;
import glockenspiel.bench.measure.Samples;
import glockenspiel.bench.measure.Unit;
import glockenspiel.node.glock.Glocks;
import glockenspiel.protocol.lock.GlockName;
import glockenspiel.protocol.lock.LockMode;
import java.io.IOException;
import java.util.List;
import java.util.concurrent.CountDownLatch;

/**
 * Two nodes want one glock EX in turns; each has it cached when the other one asks. From the asking
 * to the holder: acquire, demote request, sync of a clean glock, lower, grant.
 */
public final class HandOff implements Benchmark {
  private static final int TURNS = 20_000;
  private static final int PINGS = 30_000;
  private static final double TARGET = 2.5;
  private static final GlockName GLOCK = GlockName.inode(77);

  @Override
  public String name() {
    return "handoff";
  }

  @Override
  public List<Row> run(Plan plan) throws IOException, InterruptedException {
    plan.say("hand-off of a glock between two nodes");
    Median ping = new Median();
    Median bare = new Median();
    Median node = new Median();
    Median nodeTail = new Median();
    int turns = plan.count(TURNS);
    try (EchoLimit echo = EchoLimit.start();
        LoadSessions sessions = LoadSessions.start(2);
        NodeGlocks one = NodeGlocks.join(sessions.port(), "node-a");
        NodeGlocks other = NodeGlocks.join(sessions.port(), "node-b")) {
      echo.pingPong(plan.count(PINGS));
      SwappingLoad.run(sessions.get(0), sessions.get(1), turns);
      swap(one, other, turns);
      for (int round = 0; round < plan.rounds(); round++) {
        ping.add(echo.pingPong(plan.count(PINGS)).quantileMicros(0.5));
        bare.add(SwappingLoad.run(sessions.get(0), sessions.get(1), turns).quantileMicros(0.5));
        Samples samples = swap(one, other, turns);
        node.add(samples.quantileMicros(0.5));
        nodeTail.add(samples.quantileMicros(0.99));
      }
    }
    String settings =
        "two node-agents' glock caches in one process, lock-manager in another; EX, INODE, nothing"
            + " dirty; from acquire in a task to its return";
    return List.of(
        Row.of("EX hand-off between two nodes p50", node.value(), Unit.MICROS, settings)
            .against("ping-pong p50", ping.value())
            .target(Bound.below(TARGET)),
        Row.of("EX hand-off between two nodes p99", nodeTail.value(), Unit.MICROS, settings)
            .against("ping-pong p50", ping.value()),
        Row.of(
                "the same between two bare sessions p50",
                bare.value(),
                Unit.MICROS,
                "the demote request is answered on the transport's thread")
            .against("ping-pong p50", ping.value()));
  }

  /** The nodes take the glock in turns, each from a task of its own. */
  static Samples swap(NodeGlocks one, NodeGlocks other, int turns) throws InterruptedException {
    Samples samples = new Samples(turns);
    CountDownLatch done = new CountDownLatch(1);
    take(one, other, samples, done);
    done.await();
    return samples;
  }

  private static void take(
      NodeGlocks taker, NodeGlocks next, Samples samples, CountDownLatch done) {
    var _ =
        taker.start(
            "take",
            () -> {
              long begin = System.nanoTime();
              Glocks.Holder holder = taker.cache().acquire(GLOCK, LockMode.EX, 0);
              samples.add(System.nanoTime() - begin);
              holder.close();
              if (samples.isFull()) {
                done.countDown();
              } else {
                take(next, taker, samples, done);
              }
              return null;
            });
  }
}
