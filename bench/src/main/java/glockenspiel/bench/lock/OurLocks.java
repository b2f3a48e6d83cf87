package glockenspiel.bench.lock;

import glockenspiel.bench.measure.Samples;
import java.io.IOException;

/** Our lock-manager in a process of its own, under the loads that peers are given, too. */
public final class OurLocks implements AutoCloseable {
  private final LoadSessions sessions;
  private final NodeGlocks one;
  private final NodeGlocks other;

  private OurLocks(LoadSessions sessions, NodeGlocks one, NodeGlocks other) {
    this.sessions = sessions;
    this.one = one;
    this.other = other;
  }

  /** Starts the lock-manager, one session, and two nodes that hand over. */
  public static OurLocks start() throws IOException, InterruptedException {
    LoadSessions sessions = LoadSessions.start(1);
    return new OurLocks(
        sessions,
        NodeGlocks.join(sessions.port(), "node-a"),
        NodeGlocks.join(sessions.port(), "node-b"));
  }

  /** A median lock in microseconds, and pairs of lock and unlock in a second. */
  public record Sequential(double lockMicros, double perSecond) {}

  /** One pair after another; the unlock is waited for until it is acknowledged. */
  public Sequential sequential(int pairs) throws InterruptedException {
    long begin = System.nanoTime();
    Samples locks = SequentialLoad.run(sessions.get(0), pairs).locks();
    double seconds = (System.nanoTime() - begin) / 1e9;
    return new Sequential(locks.quantileMicros(0.5), pairs / seconds);
  }

  /** Pairs in a second, with so many acquires under way in one session. */
  public double outstanding(int window, int pairs) throws InterruptedException {
    return PipelinedLoad.run(sessions.all(), pairs, window) / 2;
  }

  /** From the asking of a node for what another one has cached, to its holder. */
  public Samples handOff(int turns) throws InterruptedException {
    return HandOff.swap(one, other, turns).whole();
  }

  @Override
  public void close() {
    one.close();
    other.close();
    sessions.close();
  }
}
