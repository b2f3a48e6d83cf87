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

  /**
   * What the swaps took.
   *
   * @param whole from acquire in a task to its return
   * @param waking of that, from the grant on the transport's thread to the task
   */
  record Times(Samples whole, Samples waking) {}

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
    Median waking = new Median();
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
        Times times = swap(one, other, turns);
        node.add(times.whole.quantileMicros(0.5));
        nodeTail.add(times.whole.quantileMicros(0.99));
        waking.add(times.waking.quantileMicros(0.5));
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
            "of that, until the task runs that waits for the grant, p50",
            waking.value(),
            Unit.MICROS,
            "from the grant on the transport's thread"),
        Row.of(
                "the same between two bare sessions p50",
                bare.value(),
                Unit.MICROS,
                "the demote request is answered on the transport's thread")
            .against("ping-pong p50", ping.value()));
  }

  /** The nodes take the glock in turns, each from a task of its own. */
  static Times swap(NodeGlocks one, NodeGlocks other, int turns) throws InterruptedException {
    Times times = new Times(new Samples(turns), new Samples(turns));
    CountDownLatch done = new CountDownLatch(1);
    take(one, other, times, done);
    done.await();
    return times;
  }

  private static void take(NodeGlocks taker, NodeGlocks next, Times times, CountDownLatch done) {
    var _ =
        taker.start(
            "take",
            () -> {
              long begin = System.nanoTime();
              Glocks.Holder holder = taker.cache().acquire(GLOCK, LockMode.EX, 0);
              long end = System.nanoTime();
              times.whole.add(end - begin);
              times.waking.add(end - taker.answeredNanos());
              holder.close();
              if (times.whole.isFull()) {
                done.countDown();
              } else {
                take(next, taker, times, done);
              }
              return null;
            });
  }
}
