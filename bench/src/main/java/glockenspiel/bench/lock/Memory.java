package glockenspiel.bench.lock;

import glockenspiel.bench.measure.Benchmark;
import glockenspiel.bench.measure.Bound;
import glockenspiel.bench.measure.Plan;
import glockenspiel.bench.measure.Row;
import glockenspiel.bench.measure.Unit;
import java.lang.management.ManagementFactory;
import java.util.ArrayList;
import java.util.List;

/** Live heap of a held lock in the lock-manager's core: name, hold, place in the table. */
public final class Memory implements Benchmark {
  private static final int MILLION = 1_000_000;
  private static final int SESSIONS = 100;
  private static final double TARGET_BYTES = 150;

  @Override
  public String name() {
    return "memory";
  }

  @Override
  public List<Row> run(Plan plan) {
    List<Row> rows = new ArrayList<>();
    for (int millions : new int[] {1, 10}) {
      int locks = plan.count(millions * MILLION);
      plan.say("memory of %,d locks".formatted(locks));
      rows.add(
          Row.of(
                  "memory of a held lock, %,d locks".formatted(locks),
                  bytesPerLock(locks),
                  Unit.BYTES,
                  "live heap after collection; 100 sessions, EX of INODE glocks, each with one"
                      + " holder; compressed references, ordinary object headers; one round")
              .target(Bound.below(TARGET_BYTES)));
    }
    return rows;
  }

  /** What the heap has grown by, for each lock. */
  static double bytesPerLock(int locks) {
    CoreFill core = new CoreFill(SESSIONS);
    long before = liveBytes();
    core.growTo(locks);
    long after = liveBytes();
    if (core.held() != locks) {
      throw new IllegalStateException(core.held() + " locks are held, expected " + locks);
    }
    return (double) (after - before) / locks;
  }

  private static long liveBytes() {
    // The second collection takes what the first one has found finalizable or cleanable.
    System.gc();
    System.gc();
    return ManagementFactory.getMemoryMXBean().getHeapMemoryUsage().getUsed();
  }
}
