package glockenspiel.bench.lock;

import glockenspiel.bench.measure.Samples;
import glockenspiel.protocol.lock.GlockName;
import glockenspiel.protocol.lock.LockManagerMessage;
import glockenspiel.protocol.lock.LockManagerMessage.Answer;
import glockenspiel.protocol.lock.LockManagerMessage.Demote;
import glockenspiel.protocol.lock.LockMode;
import glockenspiel.protocol.lock.NodeMessage;
import java.util.List;
import java.util.concurrent.CountDownLatch;

/**
 * One of two sessions that want a glock in turns: lowers it as soon as it is asked to, and lets the
 * other one ask when it was granted.
 */
final class SwappingLoad implements LoadSession.Load {
  private static final GlockName GLOCK = GlockName.inode(78);

  private final LoadSession session;
  private final LoadSession other;
  private final Turns turns;

  /** What both share; each change happens before the message that makes the other one look. */
  private static final class Turns {
    final Samples samples;
    final CountDownLatch done = new CountDownLatch(1);
    volatile long askedNanos;

    Turns(int count) {
      samples = new Samples(count);
    }
  }

  private SwappingLoad(LoadSession session, LoadSession other, Turns turns) {
    this.session = session;
    this.other = other;
    this.turns = turns;
  }

  static Samples run(LoadSession one, LoadSession other, int count) throws InterruptedException {
    Turns turns = new Turns(count);
    other.begin(new SwappingLoad(other, one, turns));
    one.begin(new SwappingLoad(one, other, turns));
    ask(one, turns);
    turns.done.await();
    return turns.samples;
  }

  private static void ask(LoadSession asker, Turns turns) {
    asker.say(
        () -> {
          turns.askedNanos = System.nanoTime();
          asker.send(
              List.of(new NodeMessage.Acquire(asker.nextRequest(), GLOCK, LockMode.EX, 0, "")));
        });
  }

  @Override
  public void received(List<LockManagerMessage> messages) {
    for (LockManagerMessage message : messages) {
      switch (message) {
        case Demote demote ->
            session.send(List.of(new NodeMessage.Lower(GLOCK, demote.wanted(), null)));
        case Answer answer -> {
          turns.samples.add(System.nanoTime() - turns.askedNanos);
          if (turns.samples.isFull()) {
            session.send(List.of(new NodeMessage.Lower(GLOCK, LockMode.UN, null)));
            turns.done.countDown();
          } else {
            ask(other, turns);
          }
        }
        default -> {
          // The gate is open.
        }
      }
    }
  }
}
