package glockenspiel.node.glock;

import glockenspiel.protocol.lock.GlockName;
import glockenspiel.runtime.task.SerialOwner;
import glockenspiel.runtime.task.Signal;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** The glocks that a node knows, how many of them it holds, and how much of them it may use. */
final class GlockTable {
  /** The longest unused first. */
  private final Map<GlockName, Glock> glocks = new LinkedHashMap<>(16, 0.75f, true);

  private final Signal lowered;
  private CachePhase phase = CachePhase.SERVING;
  private int heldCount;
  private int requestCount;

  GlockTable(SerialOwner owner) {
    this.lowered = new Signal(owner);
  }

  CachePhase phase() {
    return phase;
  }

  boolean is(CachePhase candidate) {
    return phase == candidate;
  }

  /** Only forward. */
  void become(CachePhase next) {
    phase = next;
    lowered.raise();
  }

  @Nullable Glock find(GlockName name) {
    return glocks.get(name);
  }

  Glock add(GlockName name) {
    Glock glock = new Glock(name);
    glocks.put(name, glock);
    return glock;
  }

  void forgetIfUnused(Glock glock) {
    if (glock.isForgettable()) {
      glocks.remove(glock.name);
    }
  }

  void clear() {
    glocks.clear();
  }

  int size() {
    return glocks.size();
  }

  int heldCount() {
    return heldCount;
  }

  /** A copy, the longest unused first. */
  List<Glock> all() {
    return new ArrayList<>(glocks.values());
  }

  /** Those among the longest unused that are held for later use only; looks at so many at most. */
  List<Glock> unusedAmongOldest(int lookAt) {
    List<Glock> unused = new ArrayList<>();
    int looked = 0;
    for (Glock glock : glocks.values()) {
      if (looked++ == lookAt) {
        break;
      }
      if (glock.isUnused() && glock.hasContents()) {
        unused.add(glock);
      }
    }
    return unused;
  }

  /** A glock is held that was not before. */
  void countHeld() {
    heldCount++;
  }

  /** A glock is held no more. */
  void countUnlocked() {
    heldCount--;
    lowered.raise();
  }

  /** A request is under way. */
  void countRequest() {
    requestCount++;
  }

  /** A request has its outcome. */
  void countOutcome() {
    requestCount--;
    lowered.raise();
  }

  /** Whether the node holds nothing, and nothing can be on its way to it. */
  boolean isEmptyHanded() {
    return heldCount == 0 && requestCount == 0;
  }

  /** Waits until something of that changes, or the phase does. Only inside a task. */
  void awaitChange() {
    lowered.await();
  }
}
