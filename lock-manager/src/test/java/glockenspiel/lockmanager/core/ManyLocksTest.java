package glockenspiel.lockmanager.core;

import static org.junit.jupiter.api.Assertions.assertEquals;

import glockenspiel.protocol.lock.Batch;
import glockenspiel.protocol.lock.GlockName;
import glockenspiel.protocol.lock.GlockType;
import glockenspiel.protocol.lock.Hello;
import glockenspiel.protocol.lock.LockManagerMessage.Answer;
import glockenspiel.protocol.lock.LockMode;
import glockenspiel.protocol.lock.LockOutcome;
import glockenspiel.protocol.lock.NodeMessage;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.TreeSet;
import org.junit.jupiter.api.Test;

/**
 * More locks than fit a cache: batches are read ahead, and what is given back is used again for
 * other locks.
 */
class ManyLocksTest {
  private static final int NAMES = 80_000;
  private static final int SESSIONS = 2;
  private static final long LEASE_MILLIS = 60_000;

  private final LockManager core = new LockManager(LockManagerConfig.of(1, LEASE_MILLIS));
  private final Random random = new Random(1);
  private final long[] received = new long[SESSIONS];
  private final long[] newestRequest = new long[SESSIONS];
  private final List<Answer> answers = new ArrayList<>();

  private void step(LockEvent event) {
    core.step(
        event,
        0,
        effect -> {
          if (effect instanceof Effect.Send(long stream, var batch)) {
            received[(int) stream] += batch.messages().size();
            batch.messages().stream()
                .filter(Answer.class::isInstance)
                .map(Answer.class::cast)
                .forEach(answers::add);
          }
        });
  }

  private void send(int session, List<NodeMessage> messages) {
    step(new LockEvent.BatchReceived(session, new Batch<>(0, received[session], messages)));
  }

  private NodeMessage acquire(int session, long number) {
    return new NodeMessage.Acquire(
        ++newestRequest[session], GlockName.inode(number), LockMode.SH, 0, "");
  }

  @Test
  void eachLockIsItsNamesWhateverWasGivenBackBefore() {
    List<TreeSet<Long>> held = new ArrayList<>();
    for (int session = 0; session < SESSIONS; session++) {
      step(new LockEvent.StreamOpened(session, new Hello("s", "n" + session, false, 0, 0, 0)));
      held.add(new TreeSet<>());
    }
    send(0, List.of(new NodeMessage.ReportFirstMountDone(1)));
    for (int round = 0; round < 3_000; round++) {
      int session = random.nextInt(SESSIONS);
      TreeSet<Long> own = held.get(session);
      List<NodeMessage> batch = new ArrayList<>();
      int granted = 0;
      for (int i = 0; i < 64; i++) {
        long number = random.nextInt(NAMES);
        if (own.remove(number)) {
          batch.add(new NodeMessage.Lower(GlockName.inode(number), LockMode.UN, null));
        } else {
          own.add(number);
          batch.add(acquire(session, number));
          granted++;
        }
      }
      answers.clear();
      send(session, batch);
      assertEquals(granted, answers.size());
      answers.forEach(answer -> assertEquals(LockOutcome.GRANTED, answer.outcome()));
    }
    core.validate();
    for (int session = 0; session < SESSIONS; session++) {
      assertEquals(held.get(session), listed("n" + session));
    }
  }

  private TreeSet<Long> listed(String node) {
    TreeSet<Long> numbers = new TreeSet<>();
    LockFilter filter = new LockFilter(GlockType.INODE, node, false);
    LockCursor next = LockCursor.START;
    while (next != null) {
      LockPage page = core.locks("s", filter, next, NAMES);
      page.locks().forEach(lock -> numbers.add(lock.glock().number()));
      next = page.next();
    }
    return numbers;
  }
}
