package glockenspiel.node.filesystem;

import glockenspiel.node.glock.GlockContents;
import glockenspiel.node.glock.GlockException;
import glockenspiel.node.glock.Glocks;
import glockenspiel.protocol.lock.GlockName;
import glockenspiel.protocol.lock.LockFlags;
import glockenspiel.protocol.lock.LockMode;
import glockenspiel.runtime.task.Promise;
import glockenspiel.runtime.task.SerialOwner;
import java.util.ArrayList;
import java.util.List;
import java.util.TreeMap;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * The glocks of a whole cluster without messages: grants in order, and asks nodes to give back what
 * others want.
 */
final class MemoryGlocks {
  /** One node's cache of one glock. */
  private static final class Cached {
    LockMode mode = LockMode.UN;
    int shared;
    boolean exclusive;
    boolean demoteWanted;
    boolean demoting;
    LockMode demoteTo = LockMode.UN;
  }

  private record Waiter(Node node, LockMode mode, Promise<Glocks.Holder> promise) {}

  private static final class Entry {
    final TreeMap<Integer, Cached> cached = new TreeMap<>();
    final List<Waiter> waiters = new ArrayList<>();

    Cached of(Node node) {
      return cached.computeIfAbsent(node.id, ignored -> new Cached());
    }
  }

  private final TreeMap<GlockName, Entry> entries = new TreeMap<>();
  private final List<Node> nodes = new ArrayList<>();
  private int demotes;
  private @Nullable RuntimeException demoteFailure;

  Node node(SerialOwner owner, Supplier<GlockContents> contents) {
    Node node = new Node(nodes.size(), owner, contents);
    nodes.add(node);
    return node;
  }

  int demotes() {
    return demotes;
  }

  /** Throws what a demote has thrown. */
  void check() {
    if (demoteFailure != null) {
      throw demoteFailure;
    }
  }

  /** Who waits for what, for messages. */
  String waiting() {
    StringBuilder all = new StringBuilder();
    entries.forEach(
        (glock, entry) -> {
          if (!entry.waiters.isEmpty()) {
            all.append(glock).append(" is wanted by");
            entry.waiters.forEach(
                waiter -> all.append(' ').append(waiter.node().id).append(waiter.mode()));
            entry.cached.forEach(
                (id, cached) ->
                    all.append(", ")
                        .append(id)
                        .append(" has ")
                        .append(cached.mode)
                        .append(cached.exclusive ? " holder EX" : " holders " + cached.shared)
                        .append(cached.demoteWanted ? " demote wanted" : "")
                        .append(cached.demoting ? " demoting" : ""));
            all.append('\n');
          }
        });
    return all.toString();
  }

  /** One node's glocks. */
  final class Node implements Glocks {
    private final int id;
    private final SerialOwner owner;
    private final Supplier<GlockContents> contents;
    private boolean gone;

    private Node(int id, SerialOwner owner, Supplier<GlockContents> contents) {
      this.id = id;
      this.owner = owner;
      this.contents = contents;
    }

    @Override
    public Holder acquire(GlockName glock, LockMode mode, int flags) {
      if (gone) {
        throw new GlockException(GlockException.Reason.WITHDRAWN, "node " + id + " is gone");
      }
      Entry entry = entries.computeIfAbsent(glock, ignored -> new Entry());
      if (entry.waiters.isEmpty() && mayGrant(entry, this, mode)) {
        return grant(entry, this, glock, mode);
      }
      if (LockFlags.isTry(flags)) {
        if (LockFlags.has(flags, LockFlags.TRY_1CB)) {
          askOthers(glock, entry, this, mode);
        }
        throw new GlockException(GlockException.Reason.TRY_FAILED, glock.toString());
      }
      Waiter waiter = new Waiter(this, mode, new Promise<>());
      entry.waiters.add(waiter);
      serve(glock, entry);
      return owner.await(waiter.promise());
    }

    /** The node was replayed: its locks are free. */
    void leave() {
      gone = true;
      entries.forEach(
          (glock, entry) -> {
            entry.cached.remove(id);
            entry.waiters.removeIf(waiter -> waiter.node() == this);
          });
      entries.forEach((glock, entry) -> serve(glock, entry));
    }
  }

  private static boolean mayGrant(Entry entry, Node node, LockMode mode) {
    Cached own = entry.of(node);
    if (own.demoteWanted || own.demoting || own.exclusive) {
      return false;
    }
    if (mode == LockMode.EX && own.shared > 0) {
      return false;
    }
    return own.mode.covers(mode)
        || entry.cached.entrySet().stream()
            .allMatch(other -> other.getKey() == node.id || other.getValue().mode.compatible(mode));
  }

  private Glocks.Holder grant(Entry entry, Node node, GlockName glock, LockMode mode) {
    Cached own = entry.of(node);
    if (!own.mode.covers(mode)) {
      own.mode = mode;
    }
    if (mode == LockMode.EX) {
      own.exclusive = true;
    } else {
      own.shared++;
    }
    return new Held(glock, mode, node);
  }

  private void serve(GlockName glock, Entry entry) {
    while (!entry.waiters.isEmpty()) {
      Waiter first = entry.waiters.getFirst();
      if (!mayGrant(entry, first.node(), first.mode())) {
        askOthers(glock, entry, first.node(), first.mode());
        return;
      }
      entry.waiters.removeFirst();
      Glocks.Holder holder = grant(entry, first.node(), glock, first.mode());
      first.node().owner.execute(() -> first.promise().complete(holder));
    }
  }

  private void askOthers(GlockName glock, Entry entry, Node node, LockMode mode) {
    for (Node other : nodes) {
      Cached cached = entry.of(other);
      if (other != node && !other.gone && !cached.mode.compatible(mode) && !cached.demoteWanted) {
        cached.demoteWanted = true;
        cached.demoteTo = mode == LockMode.EX ? LockMode.UN : LockMode.SH;
        startDemote(glock, entry, other);
      }
    }
  }

  private void startDemote(GlockName glock, Entry entry, Node node) {
    Cached cached = entry.of(node);
    if (!cached.demoteWanted || cached.demoting || cached.exclusive || cached.shared > 0) {
      return;
    }
    cached.demoting = true;
    demotes++;
    Promise<@Nullable Void> done =
        node.owner.<@Nullable Void>start(
            "demote " + glock,
            () -> {
              if (cached.mode == LockMode.EX) {
                node.contents.get().sync(glock, cached.demoteTo);
              }
              if (cached.demoteTo == LockMode.UN) {
                node.contents.get().invalidate(glock);
              }
              return null;
            });
    done.whenDone(
        (value, failure) -> {
          if (failure != null) {
            demoteFailure = demoteFailure == null ? failure : demoteFailure;
            return;
          }
          cached.mode = cached.demoteTo;
          cached.demoting = false;
          cached.demoteWanted = false;
          serve(glock, entry);
        });
  }

  private final class Held implements Glocks.Holder {
    private final GlockName glock;
    private final LockMode mode;
    private final Node node;
    private boolean closed;

    Held(GlockName glock, LockMode mode, Node node) {
      this.glock = glock;
      this.mode = mode;
      this.node = node;
    }

    @Override
    public GlockName glock() {
      return glock;
    }

    @Override
    public LockMode mode() {
      return mode;
    }

    @Override
    public long grantNumber() {
      return 1;
    }

    @Override
    public void close() {
      if (closed || node.gone) {
        return;
      }
      closed = true;
      Entry entry = entries.computeIfAbsent(glock, ignored -> new Entry());
      Cached own = entry.of(node);
      if (mode == LockMode.EX) {
        own.exclusive = false;
      } else {
        own.shared--;
      }
      startDemote(glock, entry, node);
      serve(glock, entry);
    }
  }
}
