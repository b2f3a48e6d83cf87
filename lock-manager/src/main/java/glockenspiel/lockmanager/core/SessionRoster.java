package glockenspiel.lockmanager.core;

import java.util.Collection;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.TreeMap;
import java.util.function.IntPredicate;
import org.jspecify.annotations.Nullable;

/** The members of one lockspace, oldest first, with their names and slots. */
final class SessionRoster {
  private final Map<Long, Session> members = new LinkedHashMap<>();
  private final Map<String, Session> byName = new LinkedHashMap<>();
  private final TreeMap<Integer, Session> bySlot = new TreeMap<>();

  void add(Session session) {
    members.put(session.id, session);
    byName.put(session.nodeName, session);
    if (!session.isSpectator()) {
      bySlot.put(session.slot, session);
    }
  }

  void remove(Session session) {
    members.remove(session.id);
    byName.remove(session.nodeName);
    if (!session.isSpectator()) {
      bySlot.remove(session.slot);
    }
  }

  /** All members, oldest first. */
  Collection<Session> members() {
    return Collections.unmodifiableCollection(members.values());
  }

  boolean isEmpty() {
    return members.isEmpty();
  }

  /** Whether a member has a slot, hence a journal. */
  boolean hasMounter() {
    return !bySlot.isEmpty();
  }

  @Nullable Session findByName(String nodeName) {
    return byName.get(nodeName);
  }

  @Nullable Session findBySlot(int slot) {
    return bySlot.get(slot);
  }

  /** The lowest slot that no member has and that is not reserved. */
  int lowestFreeSlot(IntPredicate reserved) {
    int slot = 0;
    while (bySlot.containsKey(slot) || reserved.test(slot)) {
      slot++;
    }
    return slot;
  }

  /** The oldest member that may see to every journal; null for none. */
  @Nullable Session oldestThatCanRecover() {
    for (Session session : members.values()) {
      if (session.canRecover()) {
        return session;
      }
    }
    return null;
  }
}
