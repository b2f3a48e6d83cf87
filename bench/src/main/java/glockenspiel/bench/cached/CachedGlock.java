package glockenspiel.bench.cached;

import glockenspiel.node.glock.GlockCache;
import glockenspiel.node.glock.GlockSettings;
import glockenspiel.node.glock.LockSession;
import glockenspiel.node.glock.SessionListener;
import glockenspiel.node.glock.SessionMember;
import glockenspiel.node.glock.SessionSettings;
import glockenspiel.protocol.lock.GlockName;
import glockenspiel.protocol.lock.LockManagerMessage;
import glockenspiel.protocol.lock.LockManagerMessage.Answer;
import glockenspiel.protocol.lock.LockMode;
import glockenspiel.protocol.lock.Welcome;
import glockenspiel.runtime.task.VirtualThreadOwner;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Fork;
import org.openjdk.jmh.annotations.Level;
import org.openjdk.jmh.annotations.Measurement;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.Setup;
import org.openjdk.jmh.annotations.State;
import org.openjdk.jmh.annotations.TearDown;
import org.openjdk.jmh.annotations.Warmup;

/**
 * Acquire and release of glocks that the node has cached, with the real session and its lease, and
 * an uncontended compare-and-set pair beside them.
 */
@State(Scope.Thread)
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.NANOSECONDS)
@Warmup(iterations = 5, time = 500, timeUnit = TimeUnit.MILLISECONDS)
@Measurement(iterations = 5, time = 500, timeUnit = TimeUnit.MILLISECONDS)
@Fork(1)
public class CachedGlock {
  private static final int MANY = 1 << 13;

  private final GlockName[] names = new GlockName[MANY];
  private final AtomicInteger word = new AtomicInteger();
  private final VirtualThreadOwner owner = newOwner();
  private final LockSession session = newSession();
  private final GlockCache cache =
      new GlockCache(
          owner,
          session,
          GlockSettings.DEFAULT,
          (glock, cause) -> {
            throw new IllegalStateException(glock.toString(), cause);
          });
  private int turn;

  private static VirtualThreadOwner newOwner() {
    return new VirtualThreadOwner(
        "bench",
        (what, thrown) -> {
          throw new IllegalStateException(what, thrown);
        });
  }

  private LockSession newSession() {
    return new LockSession(
        owner,
        new GrantingPort(owner),
        SessionSettings.DEFAULT,
        SessionMember.node("bench:fs", "node", false),
        new SessionListener() {
          @Override
          public void received(LockManagerMessage message) {
            if (message instanceof Answer answer) {
              cache.answered(answer);
            }
          }

          @Override
          public void resumed() {}

          @Override
          public long generation() {
            return 0;
          }

          @Override
          public void reassert(Welcome answer) {}

          @Override
          public void reasserted() {}

          @Override
          public void broken(String reason) {}

          @Override
          public void lost(String reason) {}
        });
  }

  /** Takes all glocks once, so that the node has them. */
  @Setup(Level.Trial)
  public void fill() throws InterruptedException {
    CountDownLatch filled = new CountDownLatch(1);
    for (int i = 0; i < MANY; i++) {
      names[i] = GlockName.inode(1000 + 7L * i);
    }
    var _ =
        owner.start(
            "fill",
            () -> {
              var _ = owner.await(session.join());
              takeAll();
              filled.countDown();
              return null;
            });
    filled.await();
  }

  private void takeAll() {
    for (GlockName name : names) {
      cache.acquire(name, LockMode.EX, 0).close();
    }
  }

  /** Stops the owner. */
  @TearDown(Level.Trial)
  public void stop() {
    owner.close();
  }

  /** The same glock again and again. */
  @Benchmark
  public void oneGlock() {
    cache.acquire(names[0], LockMode.EX, 0).close();
  }

  /** One after another of many. */
  @Benchmark
  public void manyGlocks() {
    turn = (turn + 1) & (MANY - 1);
    cache.acquire(names[turn], LockMode.EX, 0).close();
  }

  /** What the processor itself takes for a lock and an unlock. */
  @Benchmark
  public boolean compareAndSetPair() {
    return word.compareAndSet(0, 1) && word.compareAndSet(1, 0);
  }
}
