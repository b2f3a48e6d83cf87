package glockenspiel.bench.lock;

import glockenspiel.bench.measure.Benchmark;
import glockenspiel.bench.measure.Bound;
import glockenspiel.bench.measure.Median;
import glockenspiel.bench.measure.Plan;
import glockenspiel.bench.measure.Row;
import glockenspiel.bench.measure.Unit;
import glockenspiel.protocol.lock.GlockName;
import glockenspiel.protocol.lock.LockFlags;
import glockenspiel.protocol.lock.LockManagerMessage;
import glockenspiel.protocol.lock.LockManagerMessage.Answer;
import glockenspiel.protocol.lock.LockManagerMessage.Demote;
import glockenspiel.protocol.lock.LockMode;
import glockenspiel.protocol.lock.NodeMessage;
import java.io.IOException;
import java.util.List;
import java.util.concurrent.CountDownLatch;

/** One TRY_1CB against a glock that a thousand sessions hold: each gets one demote request. */
public final class FanOut implements Benchmark {
  private static final int HOLDERS = 1000;
  private static final int WARM_UP = 20;
  private static final double TARGET_MILLIS = 50;
  private static final GlockName GLOCK = GlockName.inode(99);

  @Override
  public String name() {
    return "fanout";
  }

  @Override
  public List<Row> run(Plan plan) throws IOException, InterruptedException {
    int holders = plan.count(HOLDERS);
    plan.say("one TRY_1CB against holders: " + holders);
    Median millis = new Median();
    try (LoadSessions sessions = LoadSessions.start(holders + 1)) {
      List<LoadSession> all = sessions.all();
      hold(all.subList(1, all.size()));
      for (int round = 0; round < WARM_UP; round++) {
        var _ = ask(all);
      }
      for (int round = 0; round < plan.rounds(); round++) {
        millis.add(ask(all));
      }
    }
    return List.of(
        Row.of(
                "demote requests to " + holders + " sessions, all received",
                millis.value(),
                Unit.MILLIS,
                "one TRY_1CB EX against SH holders, each session over a connection of its own, all"
                    + " in one process; from the sending of the try to the arrival of the last"
                    + " demote request")
            .target(Bound.below(TARGET_MILLIS)));
  }

  private static void hold(List<LoadSession> holders) throws InterruptedException {
    CountDownLatch held = new CountDownLatch(holders.size());
    for (LoadSession holder : holders) {
      holder.begin(
          messages -> countDown(held, messages, Answer.class),
          List.of(new NodeMessage.Acquire(holder.nextRequest(), GLOCK, LockMode.SH, 0, "")));
    }
    held.await();
  }

  /** The first session asks; returns how long it took until the last of the others knew. */
  private static double ask(List<LoadSession> all) throws InterruptedException {
    CountDownLatch told = new CountDownLatch(all.size() - 1);
    CountDownLatch answered = new CountDownLatch(1);
    for (LoadSession holder : all.subList(1, all.size())) {
      holder.begin(messages -> countDown(told, messages, Demote.class));
    }
    LoadSession asker = all.getFirst();
    long begin = System.nanoTime();
    asker.begin(
        messages -> countDown(answered, messages, Answer.class),
        List.of(
            new NodeMessage.Acquire(
                asker.nextRequest(), GLOCK, LockMode.EX, LockFlags.TRY_1CB, "")));
    told.await();
    double millis = (System.nanoTime() - begin) / 1e6;
    answered.await();
    return millis;
  }

  private static void countDown(
      CountDownLatch latch, List<LockManagerMessage> messages, Class<?> kind) {
    for (LockManagerMessage message : messages) {
      if (kind.isInstance(message)) {
        latch.countDown();
      }
    }
  }
}
