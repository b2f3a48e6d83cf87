package glockenspiel.cli.demo;

import glockenspiel.cli.cluster.ClusterListener;
import glockenspiel.journal.core.JournalStatus;
import glockenspiel.lockmanager.core.Notice;
import glockenspiel.node.event.NodeEvent;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.BiConsumer;
import java.util.function.Predicate;

/**
 * All that was seen in a run, with the time, in the order in which it came. For several threads;
 * whoever waits for something is woken by what comes.
 */
final class Observations implements ClusterListener {
  /** Something that was seen, at a time of the monotonic clock. */
  sealed interface Seen {
    /** When. */
    long nanos();

    /** A node's event. */
    record OfNode(long nanos, int node, NodeEvent event) implements Seen {}

    /** A notice of the lock-manager. */
    record OfLockManager(long nanos, Notice notice) implements Seen {}

    /** A state of a journal at the journal-service. */
    record OfJournal(long nanos, JournalStatus status) implements Seen {}

    /** What the demonstration itself did or found. */
    record Told(long nanos, String who, String text, Tone tone) implements Seen {}
  }

  private final List<Seen> all = new ArrayList<>();
  private final Map<Integer, Integer> jids = new ConcurrentHashMap<>();
  private final BiConsumer<Integer, NodeEvent> early;

  /**
   * Sees everything from now on.
   *
   * @param early told of every event of a node, on the node's owner, before anything follows from
   *     it; must not wait
   */
  Observations(BiConsumer<Integer, NodeEvent> early) {
    this.early = early;
  }

  @Override
  public void nodeEvent(int node, NodeEvent event) {
    long now = System.nanoTime();
    early.accept(node, event);
    if (event instanceof NodeEvent.JournalOpened opened) {
      jids.put(node, opened.jid());
    }
    add(new Seen.OfNode(now, node, event));
  }

  @Override
  public void notice(Notice notice) {
    if (isAboutProbe(notice)) {
      return;
    }
    add(new Seen.OfLockManager(System.nanoTime(), notice));
  }

  private static boolean isAboutProbe(Notice notice) {
    return switch (notice) {
      case Notice.SessionJoined joined -> joined.nodeName().equals(GateProbe.NAME);
      case Notice.SessionLeft left -> left.nodeName().equals(GateProbe.NAME);
      case Notice.SessionDisconnected gone -> gone.nodeName().equals(GateProbe.NAME);
      default -> false;
    };
  }

  @Override
  public void journal(JournalStatus status) {
    add(new Seen.OfJournal(System.nanoTime(), status));
  }

  /** The demonstration says something. */
  void tell(String who, String text, Tone tone) {
    add(new Seen.Told(System.nanoTime(), who, text, tone));
  }

  private synchronized void add(Seen seen) {
    all.add(seen);
    notifyAll();
  }

  /** All so far, by time. */
  synchronized List<Seen> all() {
    List<Seen> sorted = new ArrayList<>(all);
    sorted.sort(java.util.Comparator.comparingLong(Seen::nanos));
    return sorted;
  }

  /** All from that time on. */
  List<Seen> since(long nanos) {
    return all().stream().filter(seen -> seen.nanos() - nanos >= 0).toList();
  }

  /** The events of that kind since then, by node; of each node the first. */
  <E extends NodeEvent> Map<Integer, E> first(Class<E> kind, long sinceNanos) {
    Map<Integer, E> found = new TreeMap<>();
    for (Seen seen : since(sinceNanos)) {
      if (seen instanceof Seen.OfNode of && kind.isInstance(of.event())) {
        found.putIfAbsent(of.node(), kind.cast(of.event()));
      }
    }
    return found;
  }

  /** The events of that kind since then, with node and time. */
  List<Seen.OfNode> events(Class<? extends NodeEvent> kind, long sinceNanos) {
    return since(sinceNanos).stream()
        .filter(Seen.OfNode.class::isInstance)
        .map(Seen.OfNode.class::cast)
        .filter(seen -> kind.isInstance(seen.event()))
        .toList();
  }

  /** The notices of that kind since then, with the time. */
  List<Seen.OfLockManager> notices(Class<? extends Notice> kind, long sinceNanos) {
    return since(sinceNanos).stream()
        .filter(Seen.OfLockManager.class::isInstance)
        .map(Seen.OfLockManager.class::cast)
        .filter(seen -> kind.isInstance(seen.notice()))
        .toList();
  }

  /** The journal that the node opened last; -1 for none. */
  int jidOf(int node) {
    return jids.getOrDefault(node, -1);
  }

  /**
   * Waits until what was seen satisfies the condition.
   *
   * @return false when it still does not after that time
   */
  synchronized boolean await(Predicate<List<Seen>> condition, long timeoutNanos)
      throws InterruptedException {
    long end = System.nanoTime() + timeoutNanos;
    while (!condition.test(all)) {
      long rest = (end - System.nanoTime()) / 1_000_000;
      if (rest <= 0) {
        return false;
      }
      wait(rest);
    }
    return true;
  }
}
