package glockenspiel.lockmanager.app;

import static org.junit.jupiter.api.Assertions.assertTrue;

import glockenspiel.lock.v1.LockErrorReason;
import glockenspiel.lockmanager.core.LockLimits;
import glockenspiel.lockmanager.history.History;
import glockenspiel.lockmanager.history.HistoryBreach;
import glockenspiel.lockmanager.history.HistoryChecker;
import glockenspiel.lockmanager.history.HistoryEvent;
import glockenspiel.protocol.lock.Hello;
import glockenspiel.protocol.lock.NodeMessage;
import glockenspiel.protocol.lock.Welcome;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.atomic.AtomicBoolean;
import org.junit.jupiter.api.Test;

/**
 * Random histories of three nodes over real stubs, with readers that let in one message at a time.
 * Seeds draw what nodes want; in which order threads run is up to the machine, so that a seed does
 * not repeat a history: a breach prints it. Greater runs with {@code -Dhistories=}.
 */
class StreamHistoryTest {
  private static final int HISTORIES = Integer.getInteger("histories", 40);
  private static final int NODES = 3;

  /** So many that all of them are under way when the lock-manager is restarted. */
  private static final int AT_ONCE = 40;

  /** Longer than any test. */
  private static final long NO_LEASE_MILLIS = 600_000;

  private static final long LEASE_MILLIS = 2_000;

  /** The streams of glocks break; no lease ends. */
  @Test
  void rulesHoldOverBrokenStreams() throws Exception {
    try (RestartedLockManager lockManager =
            new RestartedLockManager(NO_LEASE_MILLIS, LockLimits.DEFAULT);
        ExecutorService threads = Executors.newVirtualThreadPerTaskExecutor()) {
      long requests = 0;
      for (int seed = 1; seed <= HISTORIES; seed++) {
        String lockspace = "history" + seed + ":fs";
        // Stays until all have left, so that lock values are kept; opens the gate.
        TestNode witness = new TestNode(lockManager.channel());
        Welcome welcome = witness.greet(new Hello(lockspace, "witness", false, 0, 0, 0));
        witness.say(new NodeMessage.ReportFirstMountDone(welcome.gate().generation()));
        History history = new History();
        List<Future<StreamHistoryNode.Tally>> nodes = new ArrayList<>();
        for (int node = 1; node <= NODES; node++) {
          nodes.add(
              threads.submit(
                  new StreamHistoryNode(
                      lockManager, history, lockspace, false, 10L * seed + node, () -> {})));
        }
        for (Future<StreamHistoryNode.Tally> node : nodes) {
          requests += node.get().requests();
        }
        witness.say(new NodeMessage.Leave());
        check(seed, history);
      }
      assertTrue(requests > 30L * HISTORIES, "too little happened");
    }
  }

  /**
   * Many at once, on a lock-manager that is restarted twice: applications whose streams break, who
   * crash, and who do not read what they are told.
   */
  @Test
  void rulesHoldOverRestartsCrashesAndSlowReaders() throws Exception {
    for (int first = 1; first <= HISTORIES; first += AT_ONCE) {
      runAtOnce(first, Math.min(AT_ONCE, HISTORIES - first + 1));
    }
  }

  private static void runAtOnce(int first, int count) throws Exception {
    int acts = count * NODES * StreamHistoryNode.ACTS;
    List<CountDownLatch> restarts =
        List.of(new CountDownLatch(acts / 4), new CountDownLatch(acts * 3 / 5));
    AtomicBoolean over = new AtomicBoolean();
    List<History> histories = new ArrayList<>();
    List<Future<StreamHistoryNode.Tally>> nodes = new ArrayList<>();
    try (RestartedLockManager lockManager =
            new RestartedLockManager(LEASE_MILLIS, LockLimits.DEFAULT.withQueues(30, 60));
        ExecutorService threads = Executors.newVirtualThreadPerTaskExecutor()) {
      for (int seed = first; seed < first + count; seed++) {
        History history = new History();
        histories.add(history);
        String namespace = "history" + seed;
        HistorySession witness =
            new HistorySession(
                lockManager, history, namespace, true, "witness", 10L * seed, List::of, () -> 0);
        witness.greet();
        var _ = threads.submit(keep(witness, over));
        for (int node = 1; node <= NODES; node++) {
          nodes.add(
              threads.submit(
                  new StreamHistoryNode(
                      lockManager,
                      history,
                      namespace,
                      true,
                      10L * seed + node,
                      () -> restarts.forEach(CountDownLatch::countDown))));
        }
      }
      for (CountDownLatch restart : restarts) {
        restart.await();
        lockManager.restart(
            () -> histories.forEach(history -> history.add(new HistoryEvent.Restarted())));
      }
      List<StreamHistoryNode.Tally> tallies = new ArrayList<>();
      for (Future<StreamHistoryNode.Tally> node : nodes) {
        tallies.add(node.get());
      }
      over.set(true);
      checkThatMuchHappened(count, tallies);
    }
    for (int seed = first; seed < first + count; seed++) {
      check(seed, histories.get(seed - first));
    }
  }

  /** Keeps a session that wants nothing. */
  private static Callable<Void> keep(HistorySession session, AtomicBoolean over) {
    return () -> {
      while (!over.get()) {
        session.say(new NodeMessage.Renew());
        var _ = session.receive(LEASE_MILLIS / 10);
      }
      session.crash();
      return null;
    };
  }

  private static void checkThatMuchHappened(int count, List<StreamHistoryNode.Tally> tallies) {
    long requests = 0;
    int comebacks = 0;
    int crashes = 0;
    int slow = 0;
    for (StreamHistoryNode.Tally tally : tallies) {
      requests += tally.requests();
      comebacks += tally.restarts();
      crashes += tally.crashes();
      slow += tally.lost().getOrDefault(LockErrorReason.LOCK_ERROR_REASON_SLOW_CONSUMER, 0);
    }
    assertTrue(
        requests > 30L * count && comebacks > count / 2 && crashes > 0 && slow > 0,
        tallies::toString);
  }

  private static void check(int seed, History history) {
    try {
      HistoryChecker.check(history);
    } catch (HistoryBreach breach) {
      throw new AssertionError("history " + seed + ": " + history.events(), breach);
    }
  }
}
