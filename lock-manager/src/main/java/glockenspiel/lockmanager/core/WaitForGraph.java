package glockenspiel.lockmanager.core;

import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Queue;
import java.util.Set;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/**
 * Who waits for whom in a lockspace at one moment, by session. The first waiter of a glock waits
 * for every other holder that its mode does not fit beside, each other one for the waiter before
 * it. What the gate holds back waits for the gate, which is no member.
 *
 * <p>Is there a problem if a waiter that conflicts with the holders has no edge to them, but only
 * to the waiter before it? No: all holders hold the same mode, so the first waiter, or who stands
 * between, leads there.
 */
final class WaitForGraph {
  private record Edge(Request request, Session blocker, boolean holds) {}

  private final Map<Session, List<Edge>> waits =
      new TreeMap<>(Comparator.comparingLong((Session session) -> session.id));

  WaitForGraph(Lockspace lockspace) {
    for (Glock glock : lockspace.granting().contended()) {
      addWaiters(glock, lockspace.gate());
    }
  }

  private void addWaiters(Glock glock, RecoveryGate gate) {
    GrantQueue waiting = glock.waiting();
    Request before = null;
    for (Request request = waiting == null ? null : waiting.head();
        request != null;
        request = request.next) {
      if (gate.holdsBack(request.acquire)) {
        continue;
      }
      if (before == null) {
        addHolders(glock, request);
      } else if (before.session != request.session) {
        add(new Edge(request, before.session, false));
      }
      before = request;
    }
  }

  private void addHolders(Glock glock, Request request) {
    for (Hold hold = glock.firstHolder(); hold != null; hold = glock.holderAfter(hold)) {
      if (hold.session != request.session && !hold.mode.compatible(request.acquire.mode())) {
        add(new Edge(request, hold.session, true));
      }
    }
  }

  private void add(Edge edge) {
    waits.computeIfAbsent(edge.request.session, _ -> new ArrayList<>()).add(edge);
  }

  /**
   * A shortest ring through each session that is in one, without those whose sessions all stand in
   * rings before.
   */
  List<WaitCycle> cycles() {
    List<WaitCycle> cycles = new ArrayList<>();
    Set<Session> told = new LinkedHashSet<>();
    for (Session start : waits.keySet()) {
      if (!told.contains(start)) {
        List<Edge> ring = shortestRing(start);
        ring.forEach(edge -> told.add(edge.request.session));
        if (!ring.isEmpty()) {
          cycles.add(picture(ring));
        }
      }
    }
    return List.copyOf(cycles);
  }

  /** Breadth first from the session back to itself; empty when no way leads there. */
  private List<Edge> shortestRing(Session start) {
    Map<Session, Edge> reachedBy = new LinkedHashMap<>();
    Queue<Session> next = new ArrayDeque<>();
    next.add(start);
    while (!next.isEmpty()) {
      for (Edge edge : waits.getOrDefault(next.remove(), List.of())) {
        if (edge.blocker == start) {
          return ring(start, edge, reachedBy);
        }
        if (reachedBy.putIfAbsent(edge.blocker, edge) == null) {
          next.add(edge.blocker);
        }
      }
    }
    return List.of();
  }

  private static List<Edge> ring(Session start, Edge last, Map<Session, Edge> reachedBy) {
    List<Edge> ring = new ArrayList<>();
    for (@Nullable Edge edge = last; edge != null; edge = reachedBy.get(edge.request.session)) {
      ring.addFirst(edge);
      if (edge.request.session == start) {
        break;
      }
    }
    return ring;
  }

  private static WaitCycle picture(List<Edge> ring) {
    return new WaitCycle(
        ring.stream()
            .map(
                edge ->
                    new WaitCycle.Wait(
                        edge.request.session.id,
                        edge.request.session.nodeName,
                        edge.request.acquire.requestId(),
                        edge.request.glock.name(),
                        edge.request.acquire.mode(),
                        edge.request.sinceNanos,
                        edge.blocker.id,
                        edge.blocker.nodeName,
                        edge.holds))
            .toList());
  }
}
