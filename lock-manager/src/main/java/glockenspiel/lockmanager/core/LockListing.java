package glockenspiel.lockmanager.core;

import glockenspiel.protocol.lock.GlockName;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * Lists the locks of a lockspace part by part, so that no step looks at ten million of them: where
 * the filter leaves few to look at, those; else so many places of the table at most, and the next
 * step goes on from there. Reads only.
 */
final class LockListing {
  /** About a millisecond's work. */
  private static final int LOOKS_MAX = 1 << 14;

  private record Named(int segment, GlockName name, Glock glock) {}

  private static final Comparator<Named> ORDER =
      Comparator.comparingInt(Named::segment).thenComparing(Named::name);

  private final Lockspace lockspace;
  private final LockFilter filter;
  private final LockCursor from;
  private final int countMax;
  private final @Nullable Session session;
  private final List<LockInfo> found = new ArrayList<>();

  private LockListing(Lockspace lockspace, LockFilter filter, LockCursor from, int countMax) {
    this.lockspace = lockspace;
    this.filter = filter;
    this.from = from;
    this.countMax = countMax;
    this.session =
        filter.nodeName() == null ? null : lockspace.roster().findByName(filter.nodeName());
  }

  static LockPage page(Lockspace lockspace, LockFilter filter, LockCursor from, int countMax) {
    return new LockListing(lockspace, filter, from, countMax).page();
  }

  private LockPage page() {
    if (session == null && filter.nodeName() != null) {
      return new LockPage(List.of(), null);
    }
    if (session != null && session.holdCount() + session.waitingCount() <= LOOKS_MAX) {
      return pageOf(
          visitor -> {
            forEachHeld(session.coordinationHolds, visitor);
            forEachHeld(session.protectedHolds, visitor);
            session.waitingRequests().forEach(request -> visitor.accept(request.glock));
          });
    }
    if (filter.contended() && lockspace.granting().contended().size() <= LOOKS_MAX) {
      return pageOf(lockspace.granting().contended()::forEach);
    }
    return walk();
  }

  private static void forEachHeld(HoldRing holds, Consumer<Glock> visitor) {
    for (Hold hold = holds.first(); hold != null; hold = holds.after(hold)) {
      visitor.accept(hold.glock);
    }
  }

  private LockPage pageOf(Consumer<Consumer<Glock>> candidates) {
    LockCursor next = take(candidates);
    return new LockPage(List.copyOf(found), next);
  }

  private LockPage walk() {
    LockTable table = lockspace.table();
    int looks = 0;
    for (int segment = from.segment(); segment < table.segmentCount(); segment++) {
      if (looks >= LOOKS_MAX) {
        return new LockPage(List.copyOf(found), new LockCursor(segment, null));
      }
      int present = segment;
      int[] places = new int[1];
      LockCursor next = take(visitor -> places[0] = table.forEachIn(present, visitor));
      if (next != null) {
        return new LockPage(List.copyOf(found), next);
      }
      looks += places[0];
    }
    return new LockPage(List.copyOf(found), null);
  }

  /** Takes what fits, in order. Returns where to go on when the page is full; else null. */
  private @Nullable LockCursor take(Consumer<Consumer<Glock>> candidates) {
    List<Named> fitting = new ArrayList<>();
    candidates.accept(
        glock -> {
          if (fits(glock)) {
            GlockName name = glock.name();
            Named named = new Named(lockspace.table().segmentOf(name), name, glock);
            if (isBehind(named)) {
              fitting.add(named);
            }
          }
        });
    fitting.sort(ORDER);
    GlockName last = null;
    for (Named named : fitting) {
      if (named.name.equals(last)) {
        continue; // One that a member holds and, for another mode, waits for.
      }
      if (found.size() == countMax) {
        LockInfo newest = found.getLast();
        return new LockCursor(lockspace.table().segmentOf(newest.glock()), newest.glock());
      }
      found.add(Inspection.picture(lockspace, named.glock));
      last = named.name;
    }
    return null;
  }

  private boolean isBehind(Named named) {
    GlockName after = from.after();
    return named.segment > from.segment()
        || (named.segment == from.segment() && (after == null || named.name.compareTo(after) > 0));
  }

  private boolean fits(Glock glock) {
    return (filter.type() == null || filter.type() == glock.type())
        && (!filter.contended() || glock.waiting() != null)
        && (session == null || isOf(session, glock));
  }

  private static boolean isOf(Session session, Glock glock) {
    if (glock.holdOf(session) != null) {
      return true;
    }
    GrantQueue waiting = glock.waiting();
    Request request = waiting == null ? null : waiting.head();
    while (request != null && request.session != session) {
      request = request.next;
    }
    return request != null;
  }
}
