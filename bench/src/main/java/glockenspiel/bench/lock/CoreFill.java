package glockenspiel.bench.lock;

import glockenspiel.lockmanager.core.Effect;
import glockenspiel.lockmanager.core.LockEvent;
import glockenspiel.lockmanager.core.LockLimits;
import glockenspiel.lockmanager.core.LockManager;
import glockenspiel.lockmanager.core.LockManagerConfig;
import glockenspiel.protocol.lock.Batch;
import glockenspiel.protocol.lock.GlockName;
import glockenspiel.protocol.lock.Hello;
import glockenspiel.protocol.lock.LockMode;
import glockenspiel.protocol.lock.NodeMessage;
import java.util.ArrayList;
import java.util.List;
import java.util.SplittableRandom;

/** The lock-manager's core alone, with locks in it: no gRPC, no threads. */
final class CoreFill {
  private static final int BATCH = 32;
  private static final long LEASE_MILLIS = 600_000;

  private final LockManager core =
      new LockManager(
          LockManagerConfig.of(
              1, LEASE_MILLIS, LockLimits.DEFAULT.withLocksMax(Integer.MAX_VALUE)));
  private final SplittableRandom random = new SplittableRandom(1);
  private final int sessions;
  private final long[] received;
  private final long[] newestRequest;
  private long locks;

  CoreFill(int sessions) {
    this.sessions = sessions;
    this.received = new long[sessions];
    this.newestRequest = new long[sessions];
    for (int i = 0; i < sessions; i++) {
      Hello hello = new Hello(LoadSession.LOCKSPACE, "node-" + i, false, 0, 0, 0);
      step(new LockEvent.StreamOpened(i + 1, hello));
    }
    step(batch(0, List.of(new NodeMessage.ReportFirstMountDone(generation()))));
  }

  private long generation() {
    var info = core.lockspace(LoadSession.LOCKSPACE);
    return info == null ? 0 : info.gate().generation();
  }

  private void step(LockEvent event) {
    core.step(
        event,
        System.nanoTime(),
        effect -> {
          if (effect instanceof Effect.Send(long stream, var batch)) {
            received[(int) stream - 1] += batch.messages().size();
          }
        });
  }

  private LockEvent batch(int session, List<NodeMessage> messages) {
    return new LockEvent.BatchReceived(session + 1, new Batch<>(0, received[session], messages));
  }

  /** Lock numbers spread as block addresses do; the session of a lock is its number's rest. */
  private static GlockName name(long index) {
    return GlockName.inode(100 + index * 7);
  }

  /** Takes locks until so many are held, evenly spread over the sessions; then acknowledges. */
  void growTo(long count) {
    while (locks < count) {
      int session = (int) (locks / BATCH % sessions);
      List<NodeMessage> messages = new ArrayList<>(BATCH);
      for (int i = 0; i < BATCH && locks < count; i++) {
        messages.add(acquire(session, locks++));
      }
      step(batch(session, messages));
    }
    for (int session = 0; session < sessions; session++) {
      step(batch(session, List.of()));
    }
  }

  private NodeMessage acquire(int session, long index) {
    return new NodeMessage.Acquire(++newestRequest[session], name(index), LockMode.EX, 0, "");
  }

  /**
   * Gives locks back and takes them again, each chosen at random.
   *
   * @return how many messages that were
   */
  long turnOver(int pairs) {
    int batches = pairs / BATCH;
    for (int i = 0; i < batches; i++) {
      int session = random.nextInt(sessions);
      List<NodeMessage> messages = new ArrayList<>(2 * BATCH);
      for (int j = 0; j < BATCH; j++) {
        long index = lockOf(session);
        messages.add(new NodeMessage.Lower(name(index), LockMode.UN, null));
        messages.add(acquire(session, index));
      }
      step(batch(session, messages));
    }
    return 2L * batches * BATCH;
  }

  /** One of the locks of that session, at random. */
  private long lockOf(int session) {
    long stripes = locks / ((long) BATCH * sessions);
    return (random.nextLong(stripes) * sessions + session) * BATCH + random.nextInt(BATCH);
  }

  /** Keeps all that was taken from being collected. */
  long held() {
    return core.sessions(LoadSession.LOCKSPACE).stream().mapToLong(info -> info.heldCount()).sum();
  }
}
