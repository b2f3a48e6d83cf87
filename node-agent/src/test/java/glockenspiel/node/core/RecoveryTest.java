package glockenspiel.node.core;

import static glockenspiel.node.core.SmallCluster.SECOND;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import glockenspiel.node.core.SmallCluster.Member;
import glockenspiel.node.event.NodeEvent;
import glockenspiel.protocol.storage.StorageException.Reason;
import glockenspiel.runtime.state.InvariantViolation;
import glockenspiel.runtime.task.Promise;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class RecoveryTest {
  private SmallCluster cluster = SmallCluster.inOrder(4);

  @AfterEach
  void check() {
    cluster.requireNoViolations();
    cluster.close();
  }

  @ParameterizedTest
  @ValueSource(longs = {1, 2, 3, 4, 5, 6, 7, 8, 9, 10})
  void deadNodeIsRecoveredByOneOfItsPeers(long seed) {
    cluster.close();
    cluster = SmallCluster.seeded(seed, 4);
    Member p = cluster.mounted("p");
    Member q = cluster.mounted("q");
    Member dead = cluster.mounted("dead");
    dead.change(30);
    var waits = p.task(() -> p.files().change(30));
    dead.owner.stop();
    cluster.run(waits);
    assertTrue(cluster.scheduler.nowNanos() >= cluster.lockManager.leaseNanos);
    assertEquals(2, cluster.storage.journal(2).replays);
    cluster.runFor(SECOND);
    assertTrue(p.saw(NodeEvent.StatfsFolded.class) || q.saw(NodeEvent.StatfsFolded.class));
  }

  @Test
  void peersTryAgainWhileTheJournalServiceIsAway() {
    Member p = cluster.mounted("p");
    Member dead = cluster.mounted("dead");
    dead.change(30);
    cluster.storage.failing.put("*", Reason.UNAVAILABLE);
    dead.owner.stop();
    cluster.runFor(20 * SECOND);
    assertFalse(cluster.lockManager.gate().isOpen());
    String waiting = p.node.status().waitingFor().toString();
    assertTrue(waiting.contains("jid=1: UNAVAILABLE"), waiting);
    assertTrue(waiting.contains("journals [1] wait for replay"), waiting);
    cluster.storage.failing.clear();
    cluster.runUntil(() -> cluster.lockManager.gate().isOpen(), "gate opens");
    cluster.runFor(SECOND);
    assertEquals(List.of(), p.node.status().waitingFor());
  }

  @Test
  void corruptJournalKeepsTheGateClosedAndIsNamed() {
    Member p = cluster.mounted("p");
    Member dead = cluster.mounted("dead");
    dead.change(30);
    cluster.storage.journal(1).corrupt = true;
    dead.owner.stop();
    cluster.runFor(20 * SECOND);
    assertFalse(cluster.lockManager.gate().isOpen());
    String waiting = p.node.status().waitingFor().toString();
    assertTrue(waiting.contains("fsck.gfs2"), waiting);
    assertEquals(NodeState.MOUNTED, p.node.state());
  }

  @Test
  void newGenerationDuringAReplayMeansAnotherLook() {
    Member p = cluster.mounted("p");
    Member first = cluster.mounted("first");
    Member second = cluster.mounted("second");
    first.change(30);
    second.change(31);
    cluster.storage.replayNanos = SECOND;
    first.owner.stop();
    cluster.runFor(SECOND / 2);
    second.owner.stop();
    cluster.runUntil(() -> cluster.storage.journal(2).isClean(), "both are clean");
    cluster.runUntil(() -> cluster.lockManager.gate().isOpen(), "gate opens");
    assertEquals(2, cluster.storage.journal(1).replays, "first mount, old generation");
    assertEquals(
        2,
        p.events.stream()
            .filter(event -> event instanceof NodeEvent.CleanReported clean && clean.jid() == 1)
            .count(),
        "found clean under the new generation");
    assertEquals(NodeState.MOUNTED, p.node.state());
  }

  /** Some of these replays end while another peer's request for the journal glock is on its way. */
  @Test
  void whatOnePeerHasReplayedNoOtherOneLooksAt() {
    for (int step = 0; step < 200; step++) {
      try (SmallCluster small = SmallCluster.seeded(step, 4)) {
        List<Member> peers = List.of(small.mounted("p"), small.mounted("q"), small.mounted("r"));
        Member dead = small.mounted("dead");
        small.storage.replayNanos = 1_000_000 + step * SmallStorage.CALL_NANOS;
        dead.change(30);
        dead.owner.stop();
        small.runUntil(() -> !small.lockManager.gate().isOpen(), "gate closes");
        small.runUntil(() -> small.lockManager.gate().isOpen(), "gate opens");
        small.runFor(SECOND);
        assertEquals(2, small.storage.journal(3).replays, "first mount, recovery");
        assertEquals(
            3,
            peers.stream()
                .flatMap(peer -> peer.events.stream())
                .filter(event -> event instanceof NodeEvent.JournalChecked seen && seen.jid() == 3)
                .count(),
            "fence and replay of the first mount, recovery; step " + step);
        small.requireNoViolations();
      }
    }
  }

  @Test
  void cleanJournalIsReportedAndNotReplayed() {
    Member p = cluster.mounted("p");
    Member dead = cluster.mounted("dead");
    Member q = cluster.add("q");
    dead.change(30);
    dead.owner.stop();
    cluster.runUntil(() -> cluster.storage.journal(1).replaying, "p has it replayed");
    p.owner.stop();
    cluster.runUntil(() -> cluster.storage.journal(1).isClean(), "nobody has reported it");
    assertFalse(cluster.lockManager.gate().isOpen());
    cluster.run(q.mount());
    assertEquals(NodeState.MOUNTED, q.node.state());
    assertEquals(2, cluster.storage.journal(1).replays, "first mount, p's");
  }

  @Test
  void lateReplayLeavesTheNextOwnerAlone() {
    Member p = cluster.mounted("p");
    Member dead = cluster.mounted("dead");
    dead.change(30);
    p.link.put("replay", Reason.UNAVAILABLE);
    dead.owner.stop();
    cluster.runUntil(() -> p.saw(NodeEvent.ReplayFailed.class), "p has asked in vain");
    long epoch = cluster.storage.journal(1).epoch;
    p.link.clear();
    cluster.runUntil(() -> cluster.lockManager.gate().isOpen(), "gate opens");
    Member next = cluster.mounted("next");
    var late = cluster.storage.port(p.owner, p.link).replay(1, epoch, false, "");
    cluster.runUntil(late::isDone, "refused");
    assertTrue(late.isFailed());
    next.change(31);
    assertEquals(NodeState.MOUNTED, next.node.state());
  }

  @Test
  void unmountWhileTheGateIsClosedOpensItFirst() {
    Member p = cluster.mounted("p");
    Member dead = cluster.mounted("dead");
    dead.change(SmallFileSystem.STATFS.number());
    dead.owner.stop();
    cluster.runFor(SECOND / 2);
    cluster.run(p.unmount());
    assertEquals(NodeState.UNMOUNTED, p.node.state());
    assertTrue(cluster.storage.journal(1).isClean());
  }

  @Test
  void mountingNodeHelpsBeforeItIsMounted() {
    Member p = cluster.mounted("p");
    Member w = cluster.mounted("w");
    p.link.put("replay", Reason.UNAVAILABLE);
    w.change(30);
    var withdraw = w.withdraw();
    cluster.runFor(SECOND / 10);
    Member m = cluster.add("m");
    cluster.run(m.mount());
    assertTrue(m.saw(NodeEvent.CleanReported.class));
    cluster.run(withdraw);
  }

  @Test
  void brokenStreamsDoNotDisturb() {
    Member p = cluster.mounted("p");
    Member q = cluster.mounted("q");
    for (int round = 0; round < 20; round++) {
      var one = p.task(() -> p.files().change(30));
      var other = q.task(() -> q.files().change(30));
      cluster.runFor(round * 37_000L);
      SmallLockManager.Link link = cluster.lockManager.session("p").link;
      if (link != null) {
        link.breakNow();
      }
      cluster.run(one);
      cluster.run(other);
    }
    assertTrue(p.saw(NodeEvent.SessionResumed.class));
    assertEquals(NodeState.MOUNTED, p.node.state());
    assertEquals(NodeState.MOUNTED, q.node.state());
  }

  @Test
  void nodeThatStoodStillForLongerThanItsLeaseUsesNothing() {
    Member p = cluster.mounted("p");
    Member w = cluster.mounted("w");
    w.change(30);
    var read = w.task(() -> w.owner.pause(SECOND / 2));
    cluster.runFor(1000);
    w.owner.hang();
    cluster.runFor(2 * SECOND);
    p.change(30);
    w.owner.wake();
    var late = w.task(() -> w.files().look(30));
    cluster.runUntil(late::isDone, "refused");
    assertTrue(late.isFailed());
    cluster.runUntil(() -> w.node.state() == NodeState.WITHDRAWN, "w is out");
    assertTrue(read.isDone());
  }

  @Test
  void brokenInvariantMakesTheNodeWithdraw() {
    cluster.mounted("p");
    Member w = cluster.mounted("w");
    w.owner.execute(() -> w.node.escaped("piece", new InvariantViolation("two and two is five")));
    cluster.runUntil(() -> w.node.state() == NodeState.WITHDRAWN, "w is out");
    assertTrue(w.lastWithdraw().reason().contains("two and two is five"));
  }

  @Test
  void ordersOfEventsDoNotMatter() {
    for (long seed = 0; seed < 30; seed++) {
      try (SmallCluster shuffled = SmallCluster.seeded(seed, 4)) {
        Member a = shuffled.mounted("a");
        Member b = shuffled.mounted("b");
        Member c = shuffled.mounted("c");
        List<Promise<?>> work = new ArrayList<>();
        for (Member member : List.of(a, b, c)) {
          for (int task = 0; task < 3; task++) {
            int inode = 30 + task;
            work.add(
                member.task(
                    () -> {
                      for (int round = 0; round < 10; round++) {
                        member.files().change(inode);
                        member.files().look(inode);
                      }
                    }));
          }
        }
        shuffled.runFor(seed * 1_000_000);
        var out = b.withdraw();
        shuffled.run(out);
        shuffled.runUntil(() -> work.stream().allMatch(Promise::isDone), "work is over");
        shuffled.run(b.mount());
        shuffled.run(a.unmount());
        shuffled.requireNoViolations();
      }
    }
  }

  /** Peers wait for the journal of a node that withdraws, whatever else is broken there. */
  @Test
  void aWithdrawGoesOnThoughTheFileSystemCannotBeAborted() {
    cluster.mounted("p");
    Member w = cluster.mounted("w");
    w.change(30);
    w.files().abortThrows = true;
    w.mayThrow = true;
    cluster.run(w.withdraw());
    assertEquals(NodeState.WITHDRAWN, w.node.state());
  }
}
