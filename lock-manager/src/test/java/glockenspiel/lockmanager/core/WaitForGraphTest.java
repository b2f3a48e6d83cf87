package glockenspiel.lockmanager.core;

import static org.junit.jupiter.api.Assertions.assertEquals;

import glockenspiel.protocol.lock.Batch;
import glockenspiel.protocol.lock.GlockName;
import glockenspiel.protocol.lock.Hello;
import glockenspiel.protocol.lock.LockMode;
import glockenspiel.protocol.lock.NodeMessage;
import glockenspiel.protocol.lock.NodeMessage.Acquire;
import glockenspiel.protocol.lock.NodeMessage.Cancel;
import glockenspiel.protocol.lock.NodeMessage.Lower;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.SplittableRandom;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

class WaitForGraphTest {
  private static final String SPACE = "c:f";
  private static final GlockName A = GlockName.inode(0xa);
  private static final GlockName B = GlockName.inode(0xb);
  private static final GlockName C = GlockName.inode(0xc);

  private final LockManager manager = new LockManager(LockManagerConfig.of(7, 10_000));
  private final Map<Integer, Long> requestIds = new LinkedHashMap<>();

  @BeforeEach
  void joinFour() {
    for (int node = 1; node <= 4; node++) {
      step(new LockEvent.StreamOpened(node, new Hello(SPACE, "n" + node, false, 0, 0, 0)));
    }
    say(1, new NodeMessage.ReportFirstMountDone(1));
  }

  private List<Notice> step(LockEvent event) {
    List<Notice> notices = new ArrayList<>();
    manager.step(
        event,
        0,
        effect -> {
          if (effect instanceof Effect.Notify(var lockspace, Notice notice)) {
            assertEquals(SPACE, lockspace);
            notices.add(notice);
          }
        });
    return notices;
  }

  private void say(int node, NodeMessage... messages) {
    step(new LockEvent.BatchReceived(node, new Batch<>(0, 0, List.of(messages))));
  }

  private long want(int node, GlockName glock, LockMode mode) {
    long requestId = requestIds.merge(node, 1L, Long::sum);
    say(node, new Acquire(requestId, glock, mode, 0, ""));
    return requestId;
  }

  private List<String> cycles() {
    return manager.waitCycles(SPACE).stream().map(WaitCycle::toString).toList();
  }

  @Test
  void waitingAloneIsNoRing() {
    want(1, A, LockMode.EX);
    want(2, A, LockMode.EX);
    want(3, A, LockMode.EX);
    assertEquals(List.of(), cycles());
    assertEquals(List.of(), manager.waitCycles("c:unknown"));
  }

  @Test
  void twoThatWaitForEachOther() {
    want(1, A, LockMode.EX);
    want(2, B, LockMode.SH);
    want(1, B, LockMode.EX);
    long ends = want(2, A, LockMode.SH);
    assertEquals(
        List.of("n1 wants EX of 2/b, which n2 holds; n2 wants SH of 2/a, which n1 holds"),
        cycles());
    say(2, new Cancel(ends));
    assertEquals(List.of(), cycles());
  }

  @Test
  void throughAQueueAndByAShortestWay() {
    want(1, A, LockMode.SH);
    want(2, A, LockMode.SH);
    want(3, B, LockMode.EX);
    want(3, A, LockMode.EX);
    want(4, C, LockMode.EX);
    want(4, A, LockMode.SH);
    want(2, C, LockMode.SH);
    assertEquals(
        List.of(
            "n2 wants SH of 2/c, which n4 holds; n4 wants SH of 2/a, which n3 waits for before;"
                + " n3 wants EX of 2/a, which n2 holds"),
        cycles());
  }

  @Test
  void ringsApartAreToldApart() {
    want(1, A, LockMode.EX);
    want(2, B, LockMode.EX);
    want(3, C, LockMode.EX);
    want(4, GlockName.inode(0xd), LockMode.EX);
    want(1, B, LockMode.EX);
    want(2, A, LockMode.EX);
    want(3, GlockName.inode(0xd), LockMode.EX);
    want(4, C, LockMode.EX);
    assertEquals(2, cycles().size());
  }

  @Test
  void whatTheGateHoldsBackWaitsForNobody() {
    want(1, A, LockMode.EX);
    want(2, B, LockMode.EX);
    want(1, B, LockMode.EX);
    want(2, A, LockMode.EX);
    assertEquals(1, cycles().size());
    want(3, GlockName.journal(2), LockMode.EX);
    step(new LockEvent.Evict(3, "test"));
    assertEquals(List.of(), cycles());
  }

  @Test
  void aRingIsToldOnceAndOnlyWhenItLasts() {
    want(1, A, LockMode.EX);
    want(2, B, LockMode.EX);
    want(1, B, LockMode.EX);
    long ends = want(2, A, LockMode.EX);
    assertEquals(List.of(), step(new LockEvent.LookForWaitCycles()));
    assertEquals(1, step(new LockEvent.LookForWaitCycles()).size());
    assertEquals(List.of(), step(new LockEvent.LookForWaitCycles()));
    say(2, new Cancel(ends));
    assertEquals(List.of(), step(new LockEvent.LookForWaitCycles()));
    want(2, A, LockMode.EX);
    assertEquals(List.of(), step(new LockEvent.LookForWaitCycles()));
    assertEquals(1, step(new LockEvent.LookForWaitCycles()).size());
  }

  /** Against a plain search over the same picture of the locks. */
  @Test
  void findsARingExactlyWhenThereIsOne() {
    SplittableRandom random = new SplittableRandom(5);
    int found = 0;
    for (int round = 0; round < 400; round++) {
      int node = 1 + random.nextInt(4);
      GlockName glock = GlockName.inode(1 + random.nextInt(5));
      if (isBusyWith(node, glock)) {
        continue;
      }
      want(node, glock, random.nextBoolean() ? LockMode.EX : LockMode.SH);
      boolean ring = isRingThere();
      assertEquals(ring, !cycles().isEmpty(), "round " + round);
      if (ring) {
        found++;
        startAgain();
      }
    }
    assertEquals(true, found > 10, found + " rings");
  }

  private boolean isBusyWith(int node, GlockName glock) {
    return manager.locks(SPACE, LockFilter.ALL, LockCursor.START, 100).locks().stream()
        .filter(lock -> lock.glock().equals(glock))
        .anyMatch(
            lock ->
                lock.waiters().stream().anyMatch(waiter -> waiter.nodeName().equals("n" + node))
                    || lock.holders().stream()
                        .anyMatch(holder -> holder.nodeName().equals("n" + node)));
  }

  /** All that wait give up. */
  private void startAgain() {
    for (LockInfo lock : manager.locks(SPACE, LockFilter.ALL, LockCursor.START, 100).locks()) {
      for (LockInfo.Waiter waiter : lock.waiters()) {
        say(Integer.parseInt(waiter.nodeName().substring(1)), new Cancel(waiter.requestId()));
      }
    }
    for (LockInfo lock : manager.locks(SPACE, LockFilter.ALL, LockCursor.START, 100).locks()) {
      for (LockInfo.Holder holder : lock.holders()) {
        int node = Integer.parseInt(holder.nodeName().substring(1));
        say(node, new Lower(lock.glock(), LockMode.UN, null));
      }
    }
  }

  private boolean isRingThere() {
    Map<String, Set<String>> waitsFor = new LinkedHashMap<>();
    for (LockInfo lock : manager.locks(SPACE, LockFilter.ALL, LockCursor.START, 100).locks()) {
      List<String> before = new ArrayList<>();
      for (LockInfo.Waiter waiter : lock.waiters()) {
        Set<String> blockers =
            waitsFor.computeIfAbsent(waiter.nodeName(), _ -> new HashSet<>(before));
        blockers.addAll(before);
        for (LockInfo.Holder holder : lock.holders()) {
          if (!holder.nodeName().equals(waiter.nodeName())
              && !holder.mode().compatible(waiter.mode())) {
            blockers.add(holder.nodeName());
          }
        }
        before.add(waiter.nodeName());
      }
    }
    return waitsFor.keySet().stream().anyMatch(start -> reaches(waitsFor, start, start));
  }

  private static boolean reaches(Map<String, Set<String>> edges, String from, String to) {
    Set<String> seen = new HashSet<>();
    List<String> next = new ArrayList<>(edges.getOrDefault(from, Set.of()));
    while (!next.isEmpty()) {
      String node = next.removeLast();
      if (node.equals(to)) {
        return true;
      }
      if (seen.add(node)) {
        next.addAll(edges.getOrDefault(node, Set.of()));
      }
    }
    return false;
  }
}
