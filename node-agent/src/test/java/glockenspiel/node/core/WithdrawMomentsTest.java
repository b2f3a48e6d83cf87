package glockenspiel.node.core;

import static glockenspiel.node.core.SmallCluster.SECOND;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import glockenspiel.node.core.SmallCluster.Member;
import glockenspiel.node.event.NodeEvent;
import glockenspiel.node.withdraw.WithdrawKind;
import glockenspiel.protocol.lock.GlockName;
import glockenspiel.protocol.storage.StorageException.Reason;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Consumer;
import java.util.stream.Stream;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestFactory;

/**
 * A withdraw at each moment of a node's life, as the table in docs/protocols/withdraw.md has it,
 * under many orders of events.
 */
class WithdrawMomentsTest {
  private static final int SEEDS = 12;
  private static final Path DOCUMENT = Path.of("../docs/protocols/withdraw.md");

  private final Map<String, Consumer<SmallCluster>> moments = new LinkedHashMap<>();

  WithdrawMomentsTest() {
    moments.put("joining", WithdrawMomentsTest::joining);
    moments.put("waiting-for-gate", WithdrawMomentsTest::waitingForGate);
    moments.put("first-mount", WithdrawMomentsTest::firstMount);
    moments.put("own-replay", WithdrawMomentsTest::ownReplay);
    moments.put("opening", WithdrawMomentsTest::opening);
    moments.put("making-files", WithdrawMomentsTest::makingFiles);
    moments.put("mounted", WithdrawMomentsTest::mounted);
    moments.put("secondary", WithdrawMomentsTest::secondary);
    moments.put("last-node", WithdrawMomentsTest::lastNode);
    moments.put("spectator", WithdrawMomentsTest::spectator);
    moments.put("peer-replay", WithdrawMomentsTest::peerReplay);
    moments.put("unmount-flushing", WithdrawMomentsTest::unmountFlushing);
    moments.put("unmount-closed", WithdrawMomentsTest::unmountClosed);
    moments.put("session-lost", WithdrawMomentsTest::sessionLost);
    moments.put("lock-manager-restart", WithdrawMomentsTest::lockManagerRestart);
    moments.put("storm", WithdrawMomentsTest::storm);
    moments.put("peer-dies", WithdrawMomentsTest::peerDies);
    moments.put("storage-cut-off", WithdrawMomentsTest::storageCutOff);
    moments.put("only-spectators", WithdrawMomentsTest::onlySpectators);
    moments.put("freezing", FreezeMomentsTest::withdrawFreezing);
    moments.put("frozen", FreezeMomentsTest::withdrawFrozen);
    moments.put("freezer-freezing", FreezeMomentsTest::withdrawFreezerFreezing);
    moments.put("freezer", FreezeMomentsTest::withdrawFreezer);
  }

  @TestFactory
  Stream<DynamicTest> everyMoment() {
    return moments.entrySet().stream()
        .map(moment -> DynamicTest.dynamicTest(moment.getKey(), () -> play(moment.getValue())));
  }

  private static void play(Consumer<SmallCluster> moment) {
    for (long seed = 0; seed < SEEDS; seed++) {
      try (SmallCluster cluster = SmallCluster.seeded(seed, 4)) {
        moment.accept(cluster);
        cluster.requireNoViolations();
      } catch (AssertionError | RuntimeException failed) {
        throw new AssertionError("seed " + seed + ": " + failed.getMessage(), failed);
      }
    }
  }

  @Test
  void documentAndTestNameTheSameMoments() throws IOException {
    List<String> documented = new ArrayList<>();
    boolean inTable = false;
    for (String line : Files.readAllLines(DOCUMENT)) {
      if (line.startsWith("| moment |")) {
        inTable = true;
      } else if (inTable && !line.startsWith("|")) {
        inTable = false;
      } else if (inTable && !line.startsWith("|---")) {
        documented.add(line.split("\\|", -1)[1].strip());
      }
    }
    assertEquals(documented, List.copyOf(moments.keySet()));
  }

  private static void assertOut(SmallCluster cluster, Member member) {
    assertEquals(NodeState.WITHDRAWN, member.node.state());
    assertTrue(
        cluster.lockManager.sessions.values().stream()
            .noneMatch(session -> session.nodeName.equals(member.name)));
    assertEquals(List.of(), member.node.glockSnapshot());
  }

  /** A node that is out can come back, and everybody can work. */
  private static void assertComesBack(SmallCluster cluster, Member member) {
    cluster.run(member.mount());
    member.change(99);
    for (Member other : cluster.members.values()) {
      boolean alive = !other.owner.isStopped() && other.node.state() == NodeState.MOUNTED;
      if (alive && !other.node.status().spectator()) {
        other.change(99);
      }
    }
    assertTrue(cluster.lockManager.gate().isOpen());
  }

  private static void joining(SmallCluster cluster) {
    Member w = cluster.add("w");
    w.wire.cut = true;
    var mount = w.mount();
    cluster.runFor(SECOND);
    cluster.run(w.withdraw());
    assertTrue(mount.isFailed());
    assertOut(cluster, w);
    w.wire.cut = false;
    assertComesBack(cluster, w);
  }

  private static void waitingForGate(SmallCluster cluster) {
    cluster.storage.replayNanos = SECOND;
    cluster.add("f").mount();
    cluster.runFor(SECOND / 100);
    Member w = cluster.add("w");
    var mount = w.mount();
    cluster.runFor(SECOND / 2);
    cluster.run(w.withdraw());
    cluster.runUntil(mount::isFailed, "mount fails");
    assertFalse(w.saw(NodeEvent.LiveRefused.class));
    assertOut(cluster, w);
    cluster.runUntil(() -> cluster.lockManager.gate().isOpen(), "gate opens");
    assertComesBack(cluster, w);
  }

  private static void firstMount(SmallCluster cluster) {
    cluster.storage.replayNanos = SECOND;
    cluster.storage.journal(2).dirty = true;
    Member w = cluster.add("w");
    w.mount();
    cluster.runFor(SECOND / 2);
    Member p = cluster.add("p");
    var next = p.mount();
    cluster.run(w.withdraw());
    assertFalse(w.saw(NodeEvent.FirstMountReported.class));
    assertOut(cluster, w);
    cluster.run(next);
    assertComesBack(cluster, w);
  }

  private static void ownReplay(SmallCluster cluster) {
    cluster.mounted("p");
    cluster.storage.journal(1).dirty = true;
    cluster.storage.replayNanos = SECOND;
    Member w = cluster.add("w");
    w.mount();
    cluster.runFor(SECOND / 2);
    cluster.run(w.withdraw());
    assertFalse(w.saw(NodeEvent.LiveRefused.class));
    assertOut(cluster, w);
    assertComesBack(cluster, w);
  }

  private static void opening(SmallCluster cluster) {
    cluster.mounted("p");
    Member w = cluster.add("w");
    w.mount();
    cluster.runUntil(
        () -> cluster.storage.journal(1).open && w.node.status().epoch() == 0, "opening");
    cluster.run(w.withdraw());
    assertTrue(w.saw(NodeEvent.LiveRefused.class));
    assertOut(cluster, w);
    assertTrue(cluster.storage.journal(1).isClean());
    assertComesBack(cluster, w);
  }

  private static void makingFiles(SmallCluster cluster) {
    cluster.mounted("p");
    Member w = cluster.add("w");
    var mount = w.mount();
    cluster.runUntil(() -> w.node.status().epoch() > 0, "opened");
    cluster.run(w.withdraw());
    cluster.runUntil(mount::isDone, "mount is over");
    assertOut(cluster, w);
    assertTrue(cluster.storage.journal(1).isClean());
    assertComesBack(cluster, w);
  }

  private static void mounted(SmallCluster cluster) {
    Member p = cluster.mounted("p");
    Member q = cluster.mounted("q");
    Member w = cluster.mounted("w");
    w.change(30);
    w.change(31);
    var blocked = p.task(() -> p.files().change(30));
    cluster.run(blocked);
    var waits = w.task(() -> w.files().change(30));
    cluster.run(w.withdraw());
    assertOut(cluster, w);
    assertTrue(waits.isDone());
    assertTrue(w.saw(NodeEvent.LiveRefused.class));
    assertTrue(p.saw(NodeEvent.DemoteRequestSeen.class));
    assertTrue(q.saw(NodeEvent.DemoteRequestSeen.class));
    assertTrue(cluster.storage.journal(2).isClean());
    assertTrue(w.lastWithdraw().releasesHeldBack() >= 1);
    cluster.runUntil(
        () -> p.saw(NodeEvent.StatfsFolded.class) || q.saw(NodeEvent.StatfsFolded.class),
        "somebody folds");
    assertComesBack(cluster, w);
  }

  private static void secondary(SmallCluster cluster) {
    cluster.mounted("p");
    Member w = cluster.mounted("w");
    w.change(30);
    cluster.storage.replayNanos = SECOND / 10;
    var first = w.withdraw();
    var second = w.withdraw();
    cluster.runFor(1_000_000);
    var third = w.withdraw();
    assertFalse(third.isDone());
    cluster.run(first);
    cluster.run(second);
    cluster.run(third);
    assertEquals(2, w.lastWithdraw().secondaryWithdraws());
    assertOut(cluster, w);
    assertComesBack(cluster, w);
  }

  private static void lastNode(SmallCluster cluster) {
    Member w = cluster.mounted("w");
    w.change(30);
    cluster.run(w.withdraw());
    assertTrue(w.saw(NodeEvent.LiveGranted.class));
    assertTrue(w.saw(NodeEvent.CleanReported.class));
    assertTrue(cluster.storage.journal(0).isClean());
    assertOut(cluster, w);
    assertComesBack(cluster, w);
  }

  private static void spectator(SmallCluster cluster) {
    Member p = cluster.mounted("p");
    Member w = cluster.add("w", settings -> settings.withSpectator(true));
    cluster.run(w.mount());
    cluster.run(w.withdraw());
    assertFalse(w.saw(NodeEvent.LiveRefused.class));
    assertFalse(p.saw(NodeEvent.DemoteRequestSeen.class));
    assertOut(cluster, w);
    cluster.run(w.mount());
  }

  private static void peerReplay(SmallCluster cluster) {
    Member p = cluster.mounted("p");
    Member w = cluster.mounted("w");
    Member dead = cluster.mounted("dead");
    dead.change(30);
    p.link.put("replay", Reason.UNAVAILABLE);
    cluster.storage.replayNanos = SECOND / 2;
    dead.owner.stop();
    cluster.runUntil(() -> cluster.storage.journal(2).replaying, "w replays");
    p.link.clear();
    cluster.run(w.withdraw());
    assertFalse(
        w.events.stream().anyMatch(e -> e instanceof NodeEvent.CleanReported && e.jid() == 2));
    assertOut(cluster, w);
    cluster.runUntil(() -> cluster.lockManager.gate().isOpen(), "gate opens");
    assertTrue(cluster.storage.journal(2).isClean());
    assertComesBack(cluster, w);
  }

  private static void unmountFlushing(SmallCluster cluster) {
    cluster.mounted("p");
    Member w = cluster.mounted("w");
    w.change(30);
    cluster.storage.failing.put("append", Reason.IO_ERROR);
    var unmount = w.unmount();
    cluster.runUntil(unmount::isDone, "unmount over");
    cluster.storage.failing.clear();
    assertTrue(unmount.isFailed());
    assertEquals(WithdrawKind.JOURNAL_IO_ERROR, w.lastWithdraw().kind());
    assertOut(cluster, w);
    assertTrue(cluster.storage.journal(1).isClean());
    assertComesBack(cluster, w);
  }

  private static void unmountClosed(SmallCluster cluster) {
    cluster.mounted("p");
    Member w = cluster.mounted("w");
    w.change(30);
    var unmount = w.unmount();
    cluster.runUntil(() -> cluster.storage.journal(1).isClean(), "closed");
    var withdraw = w.withdraw();
    cluster.runUntil(unmount::isDone, "unmount over");
    cluster.runUntil(withdraw::isDone, "withdraw over");
    assertFalse(w.saw(NodeEvent.LiveGranted.class));
    assertTrue(w.node.state().mayMount());
    assertComesBack(cluster, w);
  }

  private static void sessionLost(SmallCluster cluster) {
    Member p = cluster.mounted("p");
    Member w = cluster.mounted("w");
    w.change(30);
    w.wire.cut = true;
    cluster.runUntil(() -> w.node.state() == NodeState.WITHDRAWING, "w notices");
    assertTrue(
        cluster.lockManager.session("w").holds.containsKey(GlockName.inode(30)),
        "the node stops before the lock-manager gives up");
    var read = w.task(() -> w.files().look(30));
    cluster.runUntil(read::isDone, "refused");
    assertTrue(read.isFailed());
    cluster.runUntil(() -> w.node.state() == NodeState.WITHDRAWN, "w is out");
    assertTrue(p.saw(NodeEvent.ReplayDone.class));
    assertTrue(w.saw(NodeEvent.JournalClean.class));
    w.wire.cut = false;
    assertComesBack(cluster, w);
  }

  private static void lockManagerRestart(SmallCluster cluster) {
    Member a = cluster.mounted("a");
    Member b = cluster.mounted("b");
    a.change(30);
    b.change(31);
    cluster.lockManager.restart();
    cluster.runUntil(() -> a.node.state() == NodeState.WITHDRAWN, "a is out");
    cluster.runUntil(() -> b.node.state() == NodeState.WITHDRAWN, "b is out");
    assertTrue(cluster.storage.journal(0).isClean());
    assertTrue(cluster.storage.journal(1).isClean());
    cluster.run(a.mount());
    assertComesBack(cluster, b);
  }

  private static void storm(SmallCluster cluster) {
    List<Member> all = new ArrayList<>();
    for (String name : List.of("a", "b", "c")) {
      Member member = cluster.mounted(name);
      member.change(30 + all.size());
      all.add(member);
    }
    all.forEach(Member::withdraw);
    for (int jid = 0; jid < all.size(); jid++) {
      Member member = all.get(jid);
      cluster.runUntil(() -> member.node.state() == NodeState.WITHDRAWN, member.name + " is out");
      assertTrue(cluster.storage.journal(jid).isClean());
    }
    all.forEach(member -> cluster.run(member.mount()));
    assertTrue(cluster.lockManager.gate().isOpen());
  }

  private static void peerDies(SmallCluster cluster) {
    Member p = cluster.mounted("p");
    Member w = cluster.mounted("w");
    w.change(30);
    cluster.storage.failing.put("replay", Reason.UNAVAILABLE);
    var withdraw = w.withdraw();
    cluster.runFor(SECOND / 10);
    p.owner.stop();
    cluster.runFor(SECOND / 10);
    cluster.storage.failing.clear();
    cluster.run(withdraw);
    assertOut(cluster, w);
    assertTrue(cluster.storage.journal(1).isClean());
    assertComesBack(cluster, w);
  }

  private static void storageCutOff(SmallCluster cluster) {
    Member p = cluster.mounted("p");
    Member w = cluster.mounted("w");
    w.change(30);
    w.link.put("*", Reason.UNAVAILABLE);
    var withdraw = w.withdraw();
    cluster.runUntil(() -> p.saw(NodeEvent.StatfsFolded.class), "p has recovered");
    cluster.run(withdraw);
    assertTrue(cluster.lockManager.gate().isOpen());
    assertOut(cluster, w);
    w.link.clear();
    assertComesBack(cluster, w);
  }

  private static void onlySpectators(SmallCluster cluster) {
    Member w = cluster.mounted("w");
    Member s = cluster.add("s", settings -> settings.withSpectator(true));
    cluster.run(s.mount());
    w.change(30);
    var withdraw = w.withdraw();
    cluster.runFor(5 * SECOND);
    assertFalse(withdraw.isDone());
    assertFalse(cluster.lockManager.gate().isOpen());
    assertTrue(s.node.status().waitingFor().toString().contains("no spectator"));
    assertTrue(w.node.status().waitingFor().toString().contains("waits for a peer"));
    Member next = cluster.mounted("next");
    cluster.run(withdraw);
    assertTrue(next.saw(NodeEvent.ReplayDone.class));
    assertComesBack(cluster, w);
  }
}
