package glockenspiel.node.core;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import glockenspiel.node.event.NodeEvent;
import glockenspiel.protocol.storage.StorageException.Reason;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

class MountTest {
  private final SmallCluster cluster = SmallCluster.inOrder(3);

  @AfterEach
  void check() {
    cluster.requireNoViolations();
    cluster.close();
  }

  @Test
  void firstMounterReplaysAllJournalsThenOpensItsOwn() {
    cluster.storage.journal(1).dirty = true;
    SmallCluster.Member a = cluster.mounted("a");
    assertEquals(NodeState.MOUNTED, a.node.state());
    assertEquals(1, cluster.storage.journal(1).replays);
    assertEquals(1, cluster.storage.journal(2).replays);
    assertTrue(cluster.storage.journal(0).open);
    assertTrue(cluster.lockManager.gate().isOpen());
    assertEquals(0, a.node.status().jid());
    assertEquals(1, a.node.status().epoch());
  }

  @Test
  void firstMounterWaitsOneLeaseAfterFencingAnOpenEpoch() {
    cluster.storage.journal(2).open = true;
    SmallCluster.Member a = cluster.mounted("a");
    assertTrue(cluster.scheduler.nowNanos() > cluster.lockManager.leaseNanos);
    assertFalse(cluster.storage.journal(2).open);
    assertEquals(NodeState.MOUNTED, a.node.state());
  }

  /**
   * The owner of the open epoch may go on reading until its lease is over, whoever waits for it.
   */
  @Test
  void theNextFirstMounterWaitsTooWhenTheFirstOneLeavesDuringItsWait() {
    cluster.storage.journal(2).open = true;
    SmallCluster.Member a = cluster.add("a");
    SmallCluster.Member b = cluster.add("b");
    a.mount();
    cluster.runFor(SmallCluster.SECOND / 10);
    assertFalse(cluster.storage.journal(2).open);
    var second = b.mount();
    cluster.runFor(SmallCluster.SECOND / 10);
    a.withdraw();
    cluster.run(second);
    assertEquals(NodeState.MOUNTED, b.node.state());
    assertTrue(cluster.scheduler.nowNanos() > cluster.lockManager.leaseNanos);
  }

  @Test
  void secondNodeWaitsForTheOpenGateAndGetsTheNextSlot() {
    cluster.storage.replayNanos = SmallCluster.SECOND;
    SmallCluster.Member a = cluster.add("a");
    SmallCluster.Member b = cluster.add("b");
    var first = a.mount();
    cluster.runFor(SmallCluster.SECOND / 100);
    var second = b.mount();
    cluster.runFor(SmallCluster.SECOND);
    assertFalse(cluster.storage.journal(1).open);
    assertTrue(
        b.node.status().waitingFor().toString().contains("the first mounter"),
        b.node.status().waitingFor()::toString);
    cluster.run(first);
    cluster.run(second);
    assertEquals(1, b.node.status().jid());
    assertTrue(cluster.storage.journal(1).open);
  }

  @Test
  void nextMemberTakesOverWhenTheFirstMounterDies() {
    cluster.storage.replayNanos = SmallCluster.SECOND;
    SmallCluster.Member a = cluster.add("a");
    SmallCluster.Member b = cluster.add("b");
    a.mount();
    cluster.runFor(SmallCluster.SECOND / 100);
    var second = b.mount();
    cluster.runFor(SmallCluster.SECOND / 2);
    a.owner.stop();
    cluster.run(second);
    assertEquals(NodeState.MOUNTED, b.node.state());
  }

  @Test
  void nodeWithoutAJournalIsToldHowManyThereAre() {
    cluster.mounted("a");
    cluster.mounted("b");
    cluster.mounted("c");
    SmallCluster.Member d = cluster.add("d");
    NodeException refused = assertThrows(NodeException.class, () -> cluster.run(d.mount()));
    assertEquals(NodeException.Reason.NO_JOURNAL, refused.reason());
    assertTrue(String.valueOf(refused.getMessage()).contains("has 3 journals"));
    assertEquals(NodeState.UNMOUNTED, d.node.state());
    assertEquals(3, cluster.lockManager.sessions.size());
  }

  @Test
  void wrongVolumeIsRefused() {
    SmallCluster.Member a =
        cluster.add(
            "a",
            s ->
                new NodeSettings(
                    "c:other", "a", false, s.session(), s.glocks(), s.recovery(), s.withdraw()));
    NodeException refused = assertThrows(NodeException.class, () -> cluster.run(a.mount()));
    assertEquals(NodeException.Reason.WRONG_VOLUME, refused.reason());
  }

  @Test
  void dirtyOwnJournalIsReplayedBeforeItIsOpened() {
    cluster.mounted("a");
    SmallCluster.Member b = cluster.add("b");
    cluster.storage.journal(1).dirty = true;
    cluster.run(b.mount());
    assertEquals(2, cluster.storage.journal(1).replays);
    assertTrue(cluster.storage.journal(1).open);
  }

  @Test
  void corruptJournalFailsTheFirstMountAndSaysSo() {
    cluster.storage.journal(2).corrupt = true;
    SmallCluster.Member a = cluster.add("a");
    RuntimeException failed = assertThrows(RuntimeException.class, () -> cluster.run(a.mount()));
    assertTrue(failed.toString().contains("jid 2"), failed::toString);
    assertEquals(NodeState.UNMOUNTED, a.node.state());
    assertTrue(cluster.lockManager.sessions.isEmpty());
  }

  @Test
  void unmountWritesTheCleanHeaderGivesAllBackAndLeaves() {
    SmallCluster.Member a = cluster.mounted("a");
    a.change(30);
    cluster.run(a.unmount());
    assertEquals(NodeState.UNMOUNTED, a.node.state());
    assertTrue(cluster.storage.journal(0).isClean());
    assertEquals(1, cluster.storage.journal(0).replays);
    assertTrue(cluster.lockManager.sessions.isEmpty());
    assertEquals(List.of(), a.node.glockSnapshot());
    assertTrue(a.saw(NodeEvent.Unmounted.class));
    cluster.run(a.mount());
    assertEquals(2, a.node.status().epoch());
  }

  @Test
  void unmountDuringAMountEndsIt() {
    cluster.storage.failing.put("replay", Reason.UNAVAILABLE);
    SmallCluster.Member a = cluster.add("a");
    var mount = a.mount();
    cluster.runFor(SmallCluster.SECOND);
    assertEquals(NodeState.MOUNTING, a.node.state());
    assertTrue(
        a.node.status().waitingFor().toString().contains("journal-service must be reached"),
        a.node.status().waitingFor()::toString);
    cluster.run(a.unmount());
    assertEquals(NodeState.UNMOUNTED, a.node.state());
    assertTrue(mount.isFailed());
    assertTrue(cluster.lockManager.sessions.isEmpty());
  }

  @Test
  void unreachableLockManagerFailsTheMountAfterItsPatience() {
    SmallCluster.Member a = cluster.add("a");
    a.wire.refused = true;
    assertThrows(RuntimeException.class, () -> cluster.run(a.mount()));
    assertEquals(NodeState.UNMOUNTED, a.node.state());
    a.wire.refused = false;
    cluster.run(a.mount());
  }

  @Test
  void silentLockManagerFailsTheMountAfterItsPatience() {
    SmallCluster.Member a = cluster.add("a");
    a.wire.cut = true;
    assertThrows(RuntimeException.class, () -> cluster.run(a.mount()));
    assertEquals(NodeState.UNMOUNTED, a.node.state());
  }

  @Test
  void spectatorMountsWithoutAJournalWhenTheGateIsOpen() {
    SmallCluster.Member s = cluster.add("s", settings -> settings.withSpectator(true));
    var waiting = s.mount();
    cluster.runFor(SmallCluster.SECOND);
    assertFalse(waiting.isDone());
    cluster.mounted("a");
    cluster.run(waiting);
    assertEquals(-1, s.node.status().jid());
    cluster.run(s.unmount());
    assertEquals(NodeState.UNMOUNTED, s.node.state());
  }

  @Test
  void twoNodesHandAGlockToAndFro() {
    SmallCluster.Member a = cluster.mounted("a");
    SmallCluster.Member b = cluster.mounted("b");
    a.change(30);
    b.change(30);
    cluster.run(b.task(() -> b.files().look(30)));
    cluster.run(a.task(() -> a.files().look(30)));
    a.change(30);
    assertEquals(
        List.of(
            "changed 2/1e", "sync 2/1e to UN", "invalidate 2/1e", "looked 2/1e", "changed 2/1e"),
        a.files().calls);
    assertEquals(
        List.of("changed 2/1e", "looked 2/1e", "sync 2/1e to SH", "invalidate 2/1e"),
        b.files().calls);
  }
}
