package glockenspiel.bench.lock;

import glockenspiel.protocol.lock.GlockName;
import glockenspiel.protocol.lock.LockManagerMessage;
import glockenspiel.protocol.lock.LockManagerMessage.Answer;
import glockenspiel.protocol.lock.LockMode;
import glockenspiel.protocol.lock.LockOutcome;
import glockenspiel.protocol.lock.NodeMessage;
import java.util.ArrayList;
import java.util.List;
import java.util.SplittableRandom;
import java.util.concurrent.CountDownLatch;

/**
 * A session that holds its share of the locks. First it takes them all; from then on it gives some
 * back and takes them again, chosen at random, one batch at a time.
 */
final class TurnOverLoad implements LoadSession.Load {
  private static final int FILL_BATCH = 512;
  private static final int BATCH = 32;
  private static final long NUMBER_STRIDE = 7;

  private final LoadSession session;
  private final SplittableRandom random;
  private final long firstNumber;
  private final int share;
  private CountDownLatch done = new CountDownLatch(0);
  private boolean filling;
  private int left;
  private int awaited;

  private TurnOverLoad(LoadSession session, int index, int share) {
    this.session = session;
    this.random = new SplittableRandom(index);
    this.firstNumber = 100 + index * NUMBER_STRIDE * share;
    this.share = share;
  }

  /** Has the sessions take so many locks, in equal shares. */
  static List<TurnOverLoad> fill(List<LoadSession> sessions, int locks)
      throws InterruptedException {
    CountDownLatch done = new CountDownLatch(sessions.size());
    List<TurnOverLoad> loads = new ArrayList<>();
    for (int i = 0; i < sessions.size(); i++) {
      TurnOverLoad load = new TurnOverLoad(sessions.get(i), i, locks / sessions.size());
      loads.add(load);
      load.begin(true, load.share, done);
    }
    done.await();
    return loads;
  }

  /**
   * Gives so many locks back and takes them again.
   *
   * @return how many messages that were
   */
  static long turnOver(List<TurnOverLoad> loads, int pairs) throws InterruptedException {
    CountDownLatch done = new CountDownLatch(loads.size());
    int each = Math.max(BATCH, pairs / loads.size());
    loads.forEach(load -> load.begin(false, each, done));
    done.await();
    return 2L * each * loads.size();
  }

  private void begin(boolean fill, int count, CountDownLatch end) {
    session.begin(this);
    session.say(
        () -> {
          filling = fill;
          left = count;
          done = end;
          next();
        });
  }

  private void next() {
    int batch = Math.min(left, filling ? FILL_BATCH : BATCH);
    List<NodeMessage> messages = new ArrayList<>(2 * batch);
    for (int i = 0; i < batch; i++) {
      long index = filling ? share - left + i : random.nextInt(share);
      GlockName name = GlockName.inode(firstNumber + index * NUMBER_STRIDE);
      if (!filling) {
        messages.add(new NodeMessage.Lower(name, LockMode.UN, null));
      }
      messages.add(new NodeMessage.Acquire(session.nextRequest(), name, LockMode.EX, 0, ""));
    }
    left -= batch;
    awaited = batch;
    session.send(messages);
  }

  @Override
  public void received(List<LockManagerMessage> messages) {
    for (LockManagerMessage message : messages) {
      if (message instanceof Answer answer && answer.outcome() == LockOutcome.GRANTED) {
        awaited--;
      }
    }
    if (awaited == 0 && !messages.isEmpty()) {
      if (left > 0) {
        next();
      } else {
        done.countDown();
      }
    }
  }
}
