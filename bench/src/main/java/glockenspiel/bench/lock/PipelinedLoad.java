package glockenspiel.bench.lock;

import glockenspiel.bench.limit.EchoLimit;
import glockenspiel.protocol.lock.GlockName;
import glockenspiel.protocol.lock.LockManagerMessage;
import glockenspiel.protocol.lock.LockManagerMessage.Answer;
import glockenspiel.protocol.lock.LockMode;
import glockenspiel.protocol.lock.LockOutcome;
import glockenspiel.protocol.lock.NodeMessage;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CountDownLatch;

/**
 * Keeps a window of acquires under way in one session; each glock that is granted is lowered at
 * once, in the same batch as the acquire that takes its place in the window.
 */
final class PipelinedLoad implements LoadSession.Load {
  private static final int NAMES = 4096;

  private final LoadSession session;
  private final long firstNumber;
  private final int pairs;
  private final int window;
  private final CountDownLatch done;
  private int asked;
  private int granted;

  private PipelinedLoad(
      LoadSession session, long firstNumber, int pairs, int window, CountDownLatch done) {
    this.session = session;
    this.firstNumber = firstNumber;
    this.pairs = pairs;
    this.window = window;
    this.done = done;
  }

  /**
   * Runs so many pairs, spread over the sessions, each session with glocks of its own.
   *
   * @param window how many acquires of a session are under way
   * @return messages that were handled in a second: a pair is two, an acquire and a lower
   */
  static double run(List<LoadSession> sessions, int pairs, int window) throws InterruptedException {
    CountDownLatch done = new CountDownLatch(sessions.size());
    int each = pairs / sessions.size();
    long begin = System.nanoTime();
    for (int i = 0; i < sessions.size(); i++) {
      new PipelinedLoad(sessions.get(i), (long) i * NAMES + 1, each, window, done).begin();
    }
    done.await();
    double seconds = (System.nanoTime() - begin) / 1e9;
    return 2.0 * each * sessions.size() / seconds;
  }

  private void begin() {
    int ahead = Math.min(window, pairs);
    session.begin(this, acquires(Math.min(EchoLimit.BATCH, ahead)));
    for (int i = EchoLimit.BATCH; i < ahead; i += EchoLimit.BATCH) {
      int batch = Math.min(EchoLimit.BATCH, ahead - i);
      session.say(() -> session.send(acquires(batch)));
    }
  }

  private List<NodeMessage> acquires(int count) {
    List<NodeMessage> messages = new ArrayList<>(count);
    for (int i = 0; i < count; i++) {
      messages.add(acquire());
    }
    return messages;
  }

  private NodeMessage acquire() {
    GlockName name = GlockName.inode(firstNumber + asked++ % NAMES);
    return new NodeMessage.Acquire(session.nextRequest(), name, LockMode.EX, 0, "");
  }

  @Override
  public void received(List<LockManagerMessage> messages) {
    List<NodeMessage> next = new ArrayList<>(messages.size() * 2);
    for (LockManagerMessage message : messages) {
      if (message instanceof Answer answer && answer.outcome() == LockOutcome.GRANTED) {
        granted++;
        next.add(new NodeMessage.Lower(answer.glock(), LockMode.UN, null));
        if (asked < pairs) {
          next.add(acquire());
        }
      }
    }
    if (!next.isEmpty()) {
      session.send(next);
      if (granted == pairs) {
        done.countDown();
      }
    }
  }
}
