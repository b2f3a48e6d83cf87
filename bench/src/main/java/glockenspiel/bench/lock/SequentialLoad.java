package glockenspiel.bench.lock;

import glockenspiel.bench.measure.Samples;
import glockenspiel.protocol.lock.GlockName;
import glockenspiel.protocol.lock.LockManagerMessage;
import glockenspiel.protocol.lock.LockMode;
import glockenspiel.protocol.lock.NodeMessage;
import java.util.List;
import java.util.concurrent.CountDownLatch;

/**
 * Locks and unlocks one glock after another, each when the answer to the one before is there. An
 * unlock has no answer: what is waited for is its acknowledgement.
 */
final class SequentialLoad implements LoadSession.Load {
  private static final int NAMES = 1024;

  private final LoadSession session;
  private final Samples locks;
  private final Samples unlocks;
  private final CountDownLatch done = new CountDownLatch(1);
  private long sentNanos;
  private int turn;
  private boolean locked;

  private SequentialLoad(LoadSession session, int count) {
    this.session = session;
    this.locks = new Samples(count);
    this.unlocks = new Samples(count);
  }

  /** What was measured. */
  record Pairs(Samples locks, Samples unlocks) {}

  static Pairs run(LoadSession session, int count) throws InterruptedException {
    SequentialLoad load = new SequentialLoad(session, count);
    load.sentNanos = System.nanoTime();
    session.begin(load, List.of(load.acquire()));
    load.done.await();
    return new Pairs(load.locks, load.unlocks);
  }

  @Override
  public void received(List<LockManagerMessage> messages) {
    long now = System.nanoTime();
    if (!session.isAllAcknowledged()) {
      // Of the load before.
      return;
    }
    locked = !locked;
    if (locked) {
      locks.add(now - sentNanos);
    } else {
      unlocks.add(now - sentNanos);
      turn++;
      if (unlocks.isFull()) {
        done.countDown();
        return;
      }
    }
    sentNanos = System.nanoTime();
    session.send(List.of(locked ? new NodeMessage.Lower(name(), LockMode.UN, null) : acquire()));
  }

  private NodeMessage acquire() {
    return new NodeMessage.Acquire(session.nextRequest(), name(), LockMode.EX, 0, "");
  }

  private GlockName name() {
    return GlockName.inode(1 + turn % NAMES);
  }
}
