package glockenspiel.lockmanager.core;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import glockenspiel.protocol.lock.Batch;
import glockenspiel.protocol.lock.GlockName;
import glockenspiel.protocol.lock.GlockType;
import glockenspiel.protocol.lock.Hello;
import glockenspiel.protocol.lock.LockMode;
import glockenspiel.protocol.lock.NodeMessage;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import org.junit.jupiter.api.Test;

/** Listing the locks of a lockspace part by part, while others take and give back theirs. */
class LockListingTest {
  /** So many that no filter leaves few to look at. */
  private static final int LOCKS = 40_000;

  private static final String SPACE = "shop";

  private final LockManager manager = new LockManager(LockManagerConfig.of(1, 10_000));
  private final long[] newestRequest = new long[3];
  private final long[] newestMessage = new long[3];

  private LockListingTest() {
    join(1, "a");
    join(2, "b");
    for (int first = 1; first <= LOCKS; first += 1_000) {
      List<NodeMessage> batch = new ArrayList<>();
      for (int number = first; number < first + 1_000; number++) {
        batch.add(acquire(1, name(number)));
      }
      say(1, batch);
    }
    say(2, List.of(acquire(2, name(5)), acquire(2, name(LOCKS + 1))));
  }

  private void join(long stream, String node) {
    manager.step(
        new LockEvent.StreamOpened(stream, new Hello(SPACE, node, false, true, 0, 0, 0)),
        0,
        ignored -> {});
  }

  private static GlockName name(int number) {
    return GlockName.application("lock-" + number);
  }

  private NodeMessage acquire(int stream, GlockName name) {
    return new NodeMessage.Acquire(++newestRequest[stream], name, LockMode.EX, 0, "");
  }

  private void say(int stream, List<NodeMessage> messages) {
    long first = newestMessage[stream] + 1;
    newestMessage[stream] += messages.size();
    manager.step(
        new LockEvent.BatchReceived(stream, new Batch<>(first, 0, messages)), 0, ignored -> {});
  }

  /** Follows the cursors, through their texts, with something between any two parts. */
  private List<GlockName> list(LockFilter filter, int countMax, Runnable between) {
    List<GlockName> names = new ArrayList<>();
    LockCursor next = LockCursor.START;
    while (next != null) {
      LockPage page = manager.locks(SPACE, filter, LockCursor.parse(next.toString()), countMax);
      assertTrue(page.locks().size() <= countMax);
      page.locks().forEach(lock -> names.add(lock.glock()));
      next = page.next();
      between.run();
    }
    return names;
  }

  @Test
  void allAreListedOnce() {
    List<GlockName> names = list(LockFilter.ALL, 1_000, () -> {});
    assertEquals(LOCKS + 1, names.size());
    assertEquals(LOCKS + 1, new HashSet<>(names).size());
  }

  @Test
  void aFilterFindsItsOwnAmongMany() {
    assertEquals(LOCKS, list(new LockFilter(null, "a", false), 700, () -> {}).size());
    assertEquals(
        Set.of(name(5), name(LOCKS + 1)),
        Set.copyOf(list(new LockFilter(null, "b", false), 1, () -> {})));
    assertEquals(List.of(name(5)), list(new LockFilter(null, "a", true), 10, () -> {}));
    assertEquals(List.of(name(5)), list(new LockFilter(null, null, true), 10, () -> {}));
    assertEquals(List.of(), list(new LockFilter(GlockType.INODE, null, false), 10, () -> {}));
    assertEquals(List.of(), list(new LockFilter(null, "nobody", false), 10, () -> {}));
  }

  @Test
  void aMemberWithManyLocksIsListedWithWhatItWaitsForToo() {
    say(1, List.of(acquire(1, name(LOCKS + 1))));
    assertEquals(LOCKS + 1, list(new LockFilter(null, "a", false), 5_000, () -> {}).size());
  }

  /** The parts of the table grow and shrink meanwhile. */
  @Test
  void whatStaysIsListedOnceWhateverComesAndGoes() {
    int[] given = {LOCKS / 2};
    List<GlockName> names =
        list(
            LockFilter.ALL,
            900,
            () -> {
              List<NodeMessage> batch = new ArrayList<>();
              for (int i = 0; i < 400 && given[0] < LOCKS; i++) {
                batch.add(new NodeMessage.Lower(name(++given[0]), LockMode.UN, null));
              }
              say(1, batch);
            });
    assertEquals(names.size(), new HashSet<>(names).size());
    Set<GlockName> listed = new HashSet<>(names);
    for (int number = 1; number <= LOCKS / 2; number++) {
      assertTrue(listed.contains(name(number)), "lock-" + number);
    }
  }

  /** One part looks at a part of the table only. */
  @Test
  void noPartLooksAtEverything() {
    LockPage page =
        manager.locks(SPACE, new LockFilter(GlockType.INODE, null, false), LockCursor.START, 10);
    assertEquals(List.of(), page.locks());
    assertTrue(page.next() != null && page.next().segment() < 800, page::toString);
  }

  @Test
  void aCursorThatNobodyGaveIsRefused() {
    for (String bad : List.of("", "x", "-1", "1@", "1@x", "@2/1")) {
      assertThrows(IllegalArgumentException.class, () -> LockCursor.parse(bad), bad);
    }
  }
}
