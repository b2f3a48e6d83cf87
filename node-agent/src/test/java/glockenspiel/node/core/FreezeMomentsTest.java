package glockenspiel.node.core;

import static glockenspiel.node.core.SmallCluster.SECOND;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import glockenspiel.node.core.SmallCluster.Member;
import glockenspiel.node.event.NodeEvent;
import glockenspiel.node.freeze.FreezeException;
import glockenspiel.node.freeze.FreezeState;
import glockenspiel.node.freeze.FreezeStatus;
import glockenspiel.runtime.task.Promise;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.function.Consumer;
import java.util.stream.Stream;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestFactory;

/**
 * Freeze and thaw at the moments of a cluster's life, as the table in docs/protocols/freeze.md has
 * them, under many orders of events. The small file system refuses to write while it is frozen.
 */
class FreezeMomentsTest {
  private static final int SEEDS = 12;
  private static final Path DOCUMENT = Path.of("../docs/protocols/freeze.md");

  private final Map<String, Consumer<SmallCluster>> moments = new LinkedHashMap<>();

  FreezeMomentsTest() {
    moments.put("mounted", FreezeMomentsTest::mounted);
    moments.put("alone", FreezeMomentsTest::alone);
    moments.put("change-under-way", FreezeMomentsTest::changeUnderWay);
    moments.put("read", FreezeMomentsTest::read);
    moments.put("frozen-already", FreezeMomentsTest::frozenAlready);
    moments.put("two-at-once", FreezeMomentsTest::twoAtOnce);
    moments.put("thaw-of-nothing", FreezeMomentsTest::thawOfNothing);
    moments.put("thaw-elsewhere", FreezeMomentsTest::thawElsewhere);
    moments.put("thaw-while-freezing", FreezeMomentsTest::thawWhileFreezing);
    moments.put("caller-gone", FreezeMomentsTest::callerGone);
    moments.put("again-at-once", FreezeMomentsTest::againAtOnce);
    moments.put("mount", FreezeMomentsTest::mount);
    moments.put("spectator", FreezeMomentsTest::spectator);
    moments.put("unmount-frozen", FreezeMomentsTest::unmountFrozen);
    moments.put("unmount-freezer", FreezeMomentsTest::unmountFreezer);
    moments.put("unmount-under-way", FreezeMomentsTest::unmountUnderWay);
    moments.put("withdraw-freezing", FreezeMomentsTest::withdrawFreezing);
    moments.put("withdraw-frozen", FreezeMomentsTest::withdrawFrozen);
    moments.put("withdraw-freezer-freezing", FreezeMomentsTest::withdrawFreezerFreezing);
    moments.put("withdraw-freezer", FreezeMomentsTest::withdrawFreezer);
    moments.put("withdraw-thawing", FreezeMomentsTest::withdrawThawing);
    moments.put("frozen-dies", FreezeMomentsTest::frozenDies);
    moments.put("freezer-dies", FreezeMomentsTest::freezerDies);
    moments.put("dead-before", FreezeMomentsTest::deadBefore);
    moments.put("cut-off", FreezeMomentsTest::cutOff);
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

  private static List<Member> three(SmallCluster cluster) {
    List<Member> all = List.of(cluster.mounted("f"), cluster.mounted("p"), cluster.mounted("q"));
    all.forEach(member -> member.change(30));
    return all;
  }

  private static void assertRefused(
      FreezeException.Reason reason, SmallCluster cluster, Promise<?> call) {
    FreezeException refused =
        assertThrows(FreezeException.class, () -> cluster.run(call), "refused");
    assertEquals(reason, refused.reason(), refused.getMessage());
  }

  /** Nobody writes: a change begun by each waits, and the journals stay as they are. */
  private static List<Promise<?>> assertFrozen(SmallCluster cluster, List<Member> all) {
    List<Promise<?>> waiting = new ArrayList<>();
    long appends = cluster.storage.appends;
    for (Member member : all) {
      waiting.add(member.task(() -> member.files().change(30)));
    }
    cluster.runFor(3 * SECOND);
    waiting.forEach(change -> assertFalse(change.isDone(), "a change while frozen"));
    assertEquals(appends, cluster.storage.appends, "appends while frozen");
    return waiting;
  }

  private static void assertGoesOn(
      SmallCluster cluster, List<Member> all, List<Promise<?>> waiting) {
    waiting.forEach(cluster::run);
    for (Member member : all) {
      member.change(31);
      cluster.runUntil(() -> member.freezeState() == FreezeState.THAWED, member.name + " thaws");
    }
  }

  private static FreezeStatus status(Member member) {
    return Objects.requireNonNull(member.node.status().freeze());
  }

  private static void mounted(SmallCluster cluster) {
    List<Member> all = three(cluster);
    cluster.run(all.getFirst().freeze());
    assertEquals(FreezeState.FREEZER, all.getFirst().freezeState());
    assertEquals("f", status(all.get(1)).freezer());
    assertTrue(all.get(2).node.status().waitingFor().toString().contains("frozen by node f"));
    List<Promise<?>> waiting = assertFrozen(cluster, all);
    cluster.run(all.getFirst().thaw());
    assertGoesOn(cluster, all, waiting);
    assertEquals("", status(all.get(1)).freezer());
  }

  private static void alone(SmallCluster cluster) {
    Member f = cluster.mounted("f");
    cluster.run(f.freeze());
    List<Promise<?>> waiting = assertFrozen(cluster, List.of(f));
    cluster.run(f.thaw());
    assertGoesOn(cluster, List.of(f), waiting);
    Member p = cluster.mounted("p");
    assertEquals(FreezeState.THAWED, p.freezeState());
  }

  private static void changeUnderWay(SmallCluster cluster) {
    List<Member> all = three(cluster);
    Member p = all.get(1);
    var change = p.task(() -> p.files().change(40, SECOND));
    cluster.runFor(SECOND / 10);
    var freeze = all.getFirst().freeze();
    cluster.runFor(SECOND / 2);
    assertEquals(FreezeState.FREEZING, p.freezeState());
    assertFalse(freeze.isDone());
    cluster.run(freeze);
    assertTrue(change.isDone());
    List<Promise<?>> waiting = assertFrozen(cluster, all);
    cluster.run(all.getFirst().thaw());
    assertGoesOn(cluster, all, waiting);
  }

  private static void read(SmallCluster cluster) {
    List<Member> all = three(cluster);
    Member p = all.get(1);
    Member q = all.get(2);
    p.change(40);
    cluster.run(all.getFirst().freeze());
    List<Promise<?>> waiting = assertFrozen(cluster, all);
    cluster.run(q.task(() -> q.files().look(40)));
    cluster.run(p.task(() -> p.files().look(40)));
    cluster.run(all.getFirst().thaw());
    assertGoesOn(cluster, all, waiting);
  }

  private static void frozenAlready(SmallCluster cluster) {
    List<Member> all = three(cluster);
    cluster.run(all.getFirst().freeze());
    assertRefused(FreezeException.Reason.FROZEN, cluster, all.getFirst().freeze());
    assertRefused(FreezeException.Reason.FROZEN, cluster, all.get(1).freeze());
    List<Promise<?>> waiting = assertFrozen(cluster, all);
    cluster.run(all.getFirst().thaw());
    assertGoesOn(cluster, all, waiting);
  }

  private static void twoAtOnce(SmallCluster cluster) {
    List<Member> all = three(cluster);
    Promise<?> first = all.get(0).freeze();
    Promise<?> second = all.get(1).freeze();
    cluster.runUntil(() -> first.isDone() || second.isDone(), "one has frozen");
    Member winner = all.get(first.isDone() ? 0 : 1);
    Member other = all.get(first.isDone() ? 1 : 0);
    Promise<?> othersFreeze = first.isDone() ? second : first;
    assertEquals(FreezeState.FREEZER, winner.freezeState());
    List<Promise<?>> waiting = assertFrozen(cluster, all);
    cluster.run(winner.thaw());
    cluster.runUntil(othersFreeze::isDone, "the other has frozen, or was refused");
    if (!othersFreeze.isFailed()) {
      assertEquals(FreezeState.FREEZER, other.freezeState());
      cluster.run(other.thaw());
    }
    assertGoesOn(cluster, all, waiting);
  }

  private static void thawOfNothing(SmallCluster cluster) {
    List<Member> all = three(cluster);
    assertRefused(FreezeException.Reason.NOT_FROZEN, cluster, all.getFirst().thaw());
    assertGoesOn(cluster, all, List.of());
  }

  private static void thawElsewhere(SmallCluster cluster) {
    List<Member> all = three(cluster);
    cluster.run(all.getFirst().freeze());
    assertRefused(FreezeException.Reason.FROZEN_ELSEWHERE, cluster, all.get(1).thaw());
    List<Promise<?>> waiting = assertFrozen(cluster, all);
    cluster.run(all.getFirst().thaw());
    assertGoesOn(cluster, all, waiting);
  }

  private static void thawWhileFreezing(SmallCluster cluster) {
    List<Member> all = three(cluster);
    Member p = all.get(1);
    var change = p.task(() -> p.files().change(40, SECOND));
    cluster.runFor(SECOND / 10);
    var freeze = all.getFirst().freeze();
    cluster.runFor(SECOND / 10);
    cluster.run(all.getFirst().thaw());
    assertRefused(FreezeException.Reason.GIVEN_UP, cluster, freeze);
    assertFalse(change.isDone());
    all.getFirst().change(41);
    assertGoesOn(cluster, all, List.of(change));
  }

  private static void callerGone(SmallCluster cluster) {
    List<Member> all = three(cluster);
    Member f = all.getFirst();
    for (long nanos = 0; nanos < 1_000_000; nanos += 60_000) {
      Promise<Boolean> frozen = new Promise<>();
      long pause = nanos;
      cluster.run(
          f.task(
              () -> {
                var attempt = f.node.freeze().freeze();
                attempt.done().whenDone((value, failure) -> frozen.complete(failure == null));
                f.owner.pause(pause);
                attempt.giveUp();
              }));
      cluster.runUntil(frozen::isDone, "answered");
      if (frozen.get()) {
        cluster.run(f.thaw());
      }
      assertGoesOn(cluster, all, List.of());
    }
  }

  private static void againAtOnce(SmallCluster cluster) {
    List<Member> all = three(cluster);
    for (int i = 0; i < 4; i++) {
      Member f = all.get(i % 3);
      cluster.runUntil(() -> f.freezeState() == FreezeState.THAWED, "may freeze");
      cluster.run(f.freeze());
      cluster.run(f.thaw());
    }
    assertGoesOn(cluster, all, List.of());
  }

  private static void mount(SmallCluster cluster) {
    List<Member> all = new ArrayList<>(three(cluster));
    cluster.run(all.getFirst().freeze());
    Member late = cluster.mounted("late");
    all.add(late);
    assertEquals(FreezeState.FROZEN, late.freezeState());
    cluster.run(late.task(() -> late.files().look(40)));
    List<Promise<?>> waiting = assertFrozen(cluster, all);
    cluster.run(all.getFirst().thaw());
    assertGoesOn(cluster, all, waiting);
  }

  private static void spectator(SmallCluster cluster) {
    List<Member> all = three(cluster);
    Member s = cluster.add("s", settings -> settings.withSpectator(true));
    cluster.run(s.mount());
    assertRefused(FreezeException.Reason.SPECTATOR, cluster, s.freeze());
    cluster.run(all.getFirst().freeze());
    cluster.run(s.task(() -> s.files().look(30)));
    cluster.run(s.unmount());
    List<Promise<?>> waiting = assertFrozen(cluster, all);
    cluster.run(all.getFirst().thaw());
    assertGoesOn(cluster, all, waiting);
  }

  private static void unmountFrozen(SmallCluster cluster) {
    List<Member> all = three(cluster);
    cluster.run(all.getFirst().freeze());
    var unmount = all.get(1).unmount();
    List<Member> others = List.of(all.get(0), all.get(2));
    List<Promise<?>> waiting = assertFrozen(cluster, others);
    assertFalse(unmount.isDone());
    cluster.run(all.getFirst().thaw());
    cluster.run(unmount);
    assertGoesOn(cluster, others, waiting);
  }

  private static void unmountFreezer(SmallCluster cluster) {
    List<Member> all = three(cluster);
    cluster.run(all.getFirst().freeze());
    List<Member> others = all.subList(1, 3);
    List<Promise<?>> waiting = assertFrozen(cluster, others);
    cluster.run(all.getFirst().unmount());
    assertGoesOn(cluster, others, waiting);
  }

  private static void unmountUnderWay(SmallCluster cluster) {
    List<Member> all = three(cluster);
    Member p = all.get(1);
    var unmount = p.unmount();
    cluster.runFor(60_000);
    var freeze = all.getFirst().freeze();
    cluster.runUntil(() -> unmount.isDone() || freeze.isDone(), "one of them");
    boolean frozenFirst = freeze.isDone();
    cluster.run(freeze);
    assertEquals(!frozenFirst, unmount.isDone());
    cluster.run(all.getFirst().thaw());
    cluster.run(unmount);
    assertGoesOn(cluster, List.of(all.get(0), all.get(2)), List.of());
  }

  static void withdrawFreezing(SmallCluster cluster) {
    List<Member> all = three(cluster);
    Member p = all.get(1);
    var change = p.task(() -> p.files().change(40, 2 * SECOND));
    cluster.runFor(SECOND / 10);
    var freeze = all.getFirst().freeze();
    cluster.runUntil(() -> p.freezeState() == FreezeState.FREEZING, "p is asked");
    cluster.storage.replayNanos = SECOND;
    var withdraw = p.withdraw();
    cluster.runFor(SECOND / 2);
    assertFalse(freeze.isDone(), "frozen although a journal waits for replay");
    cluster.run(withdraw);
    cluster.run(freeze);
    cluster.runUntil(change::isDone, "the change has failed");
    List<Member> others = List.of(all.get(0), all.get(2));
    List<Promise<?>> waiting = assertFrozen(cluster, others);
    cluster.run(all.getFirst().thaw());
    assertGoesOn(cluster, others, waiting);
    cluster.run(p.mount());
    assertGoesOn(cluster, all, List.of());
  }

  static void withdrawFrozen(SmallCluster cluster) {
    List<Member> all = three(cluster);
    Member p = all.get(1);
    cluster.run(all.getFirst().freeze());
    var blocked = p.task(() -> p.files().change(40));
    cluster.runFor(SECOND / 10);
    cluster.run(p.withdraw());
    cluster.runUntil(blocked::isDone, "the change has failed");
    assertTrue(blocked.isFailed());
    cluster.runUntil(() -> cluster.lockManager.gate().isOpen(), "gate opens");
    List<Member> others = List.of(all.get(0), all.get(2));
    List<Promise<?>> waiting = assertFrozen(cluster, others);
    cluster.run(p.mount());
    assertEquals(FreezeState.FROZEN, p.freezeState());
    cluster.run(all.getFirst().thaw());
    assertGoesOn(cluster, all, waiting);
  }

  static void withdrawFreezerFreezing(SmallCluster cluster) {
    List<Member> all = three(cluster);
    Member p = all.get(1);
    var change = p.task(() -> p.files().change(40, SECOND));
    cluster.runFor(SECOND / 10);
    var freeze = all.getFirst().freeze();
    cluster.runUntil(() -> p.freezeState() == FreezeState.FREEZING, "p is asked");
    cluster.run(all.getFirst().withdraw());
    assertRefused(FreezeException.Reason.WITHDRAWN, cluster, freeze);
    assertGoesOn(cluster, all.subList(1, 3), List.of(change));
  }

  static void withdrawFreezer(SmallCluster cluster) {
    List<Member> all = three(cluster);
    cluster.run(all.getFirst().freeze());
    List<Member> others = all.subList(1, 3);
    List<Promise<?>> waiting = assertFrozen(cluster, others);
    cluster.run(all.getFirst().withdraw());
    assertGoesOn(cluster, others, waiting);
    cluster.run(all.getFirst().mount());
    assertGoesOn(cluster, all, List.of());
  }

  private static void withdrawThawing(SmallCluster cluster) {
    List<Member> all = three(cluster);
    cluster.run(all.getFirst().freeze());
    var thaw = all.getFirst().thaw();
    var withdraw = all.getFirst().withdraw();
    cluster.run(withdraw);
    assertTrue(thaw.isDone());
    assertGoesOn(cluster, all.subList(1, 3), List.of());
  }

  private static void frozenDies(SmallCluster cluster) {
    List<Member> all = three(cluster);
    Member p = all.get(1);
    cluster.run(all.getFirst().freeze());
    p.owner.stop();
    cluster.runUntil(() -> !cluster.lockManager.gate().isOpen(), "noticed");
    cluster.runUntil(() -> cluster.lockManager.gate().isOpen(), "replayed while frozen");
    assertTrue(cluster.storage.journal(1).isClean());
    List<Member> others = List.of(all.get(0), all.get(2));
    List<Promise<?>> waiting = assertFrozen(cluster, others);
    cluster.run(all.getFirst().thaw());
    assertGoesOn(cluster, others, waiting);
    cluster.runUntil(
        () -> others.stream().anyMatch(member -> member.saw(NodeEvent.StatfsFolded.class)),
        "folded after the thaw");
  }

  private static void freezerDies(SmallCluster cluster) {
    List<Member> all = three(cluster);
    cluster.run(all.getFirst().freeze());
    List<Member> others = all.subList(1, 3);
    List<Promise<?>> waiting = new ArrayList<>();
    others.forEach(member -> waiting.add(member.task(() -> member.files().change(30))));
    all.getFirst().owner.stop();
    cluster.runUntil(() -> !cluster.lockManager.gate().isOpen(), "noticed");
    others.forEach(member -> assertEquals(FreezeState.FROZEN, member.freezeState()));
    assertGoesOn(cluster, others, waiting);
    assertTrue(cluster.storage.journal(0).isClean());
  }

  private static void deadBefore(SmallCluster cluster) {
    List<Member> all = three(cluster);
    all.get(1).owner.stop();
    var freeze = all.getFirst().freeze();
    cluster.run(freeze);
    assertTrue(cluster.lockManager.gate().isOpen());
    assertTrue(cluster.storage.journal(1).isClean());
    List<Member> others = List.of(all.get(0), all.get(2));
    List<Promise<?>> waiting = assertFrozen(cluster, others);
    cluster.run(all.getFirst().thaw());
    assertGoesOn(cluster, others, waiting);
  }

  private static void cutOff(SmallCluster cluster) {
    List<Member> all = three(cluster);
    Member f = all.getFirst();
    cluster.run(f.freeze());
    f.wire.cut = true;
    cluster.runUntil(() -> f.node.state() == NodeState.WITHDRAWN, "f is out");
    List<Member> others = all.subList(1, 3);
    assertGoesOn(cluster, others, List.of());
    f.wire.cut = false;
    cluster.run(f.mount());
    assertGoesOn(cluster, all, List.of());
  }
}
