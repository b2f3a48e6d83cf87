package glockenspiel.simulation.checker;

import glockenspiel.lockmanager.core.Effect;
import glockenspiel.lockmanager.core.Notice;
import glockenspiel.node.event.NodeEvent;
import glockenspiel.protocol.lock.GlockName;
import glockenspiel.protocol.lock.GlockType;
import glockenspiel.protocol.lock.LockManagerMessage;
import glockenspiel.protocol.lock.LockMode;
import glockenspiel.protocol.lock.LockOutcome;
import glockenspiel.protocol.lock.NodeMessage;
import glockenspiel.simulation.observation.NodeId;
import glockenspiel.simulation.observation.Observation;
import glockenspiel.simulation.observation.Observer;
import glockenspiel.simulation.observation.SessionKey;
import glockenspiel.simulation.observation.StorageCall;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.function.Function;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;

/**
 * Rule 1: no two nodes hold incompatible modes of a glock. What counts is what nodes believe: from
 * the moment in which a grant reaches a node until the node sends that it lowers. The belief of a
 * node that is dead, hangs, withdraws or has no lease does not count, for it cannot use it; nor
 * does an I/O glock count after the node has closed its journal in order. While a node waits for a
 * conversion it may use only what the old and the new mode both allow. A restart of the
 * lock-manager changes no belief, until the node says what it still holds.
 */
public final class BeliefChecker implements Observer {
  /**
   * What a node has.
   *
   * @param asked the mode that it waits for; UN for none
   */
  private record Belief(LockMode mode, LockMode asked) {
    LockMode usable() {
      if (asked == LockMode.UN || asked == mode || asked == LockMode.EX) {
        return mode;
      }
      return mode == LockMode.EX ? asked : LockMode.UN;
    }
  }

  private final Judge judge;
  private final Predicate<NodeId> mayUseLocks;
  private final TreeMap<GlockName, Map<NodeId, Belief>> held = new TreeMap<>();

  /** Given up by the lock-manager; their nodes may not know yet. */
  private final Set<Long> lost = new LinkedHashSet<>();

  private long incarnation;

  /** What a node has told a restarted lock-manager so far. */
  private final Map<NodeId, Set<GlockName>> returned = new LinkedHashMap<>();

  /**
   * Tells the judge.
   *
   * @param mayUseLocks whether the node would use a lock now, by its own clock and state
   */
  public BeliefChecker(Judge judge, Predicate<NodeId> mayUseLocks) {
    this.judge = judge;
    this.mayUseLocks = mayUseLocks;
  }

  @Override
  public void observe(Observation observation) {
    switch (observation) {
      case Observation.Received(NodeId node, long session, LockManagerMessage message) ->
          received(node, session, message);
      case Observation.Sent(NodeId node, long session, NodeMessage message) -> sent(node, message);
      case Observation.Joined(NodeId node, var welcome) -> forget(node);
      case Observation.Reasserting(NodeId node, var welcome) -> returned.remove(node);
      case Observation.NodeCrashed(NodeId node) -> forget(node);
      // It has nothing cached and nothing left to write; its locks protect nothing any more.
      case Observation.CallAnswered(StorageCall call, var result, var failure)
          when call.body() instanceof StorageCall.Close && failure == null ->
          held.forEach(
              (glock, holders) -> {
                if (glock.isIo()) {
                  holders.remove(call.node());
                }
              });
      case Observation.LockManagerStarted(long number) -> incarnation = number;
      case Observation.LockManagerCrashed crashed ->
          held.keySet().removeIf(BeliefChecker::mayBeNeeded);
      case Observation.LockManagerStepped(var event, List<Effect> effects) ->
          effects.forEach(this::noticeLoss);
      case Observation.SessionDenied(NodeId node, long session) -> forget(node);
      case Observation.NodeTold(NodeId node, NodeEvent.SessionLost lost) -> forget(node);
      case Observation.NodeTold(NodeId node, NodeEvent.Withdrawn withdrawn) -> forget(node);
      case Observation.NodeTold(NodeId node, NodeEvent.Unmounted unmounted) -> forget(node);
      default -> {}
    }
  }

  private void received(NodeId node, long session, LockManagerMessage message) {
    switch (message) {
      // What was on its way when the session was given up is free since then.
      case LockManagerMessage.Answer answer
          when lost.contains(session) && mayBeNeeded(answer.glock()) ->
          change(node, answer.glock(), belief -> null);
      case LockManagerMessage.Answer answer when answer.outcome() == LockOutcome.GRANTED ->
          granted(node, answer.glock(), answer.mode());
      case LockManagerMessage.Answer answer ->
          change(node, answer.glock(), belief -> new Belief(belief.mode(), LockMode.UN));
      case LockManagerMessage.Left left -> forget(node);
      default -> {}
    }
  }

  private void granted(NodeId node, GlockName glock, LockMode mode) {
    Map<NodeId, Belief> holders = held.computeIfAbsent(glock, any -> new LinkedHashMap<>());
    boolean usable = mayUseLocks.test(node);
    holders.forEach(
        (other, theirs) -> {
          if (usable
              && !other.equals(node)
              && !theirs.usable().compatible(mode)
              && mayUseLocks.test(other)) {
            judge.violated(
                1,
                node
                    + " is granted "
                    + mode
                    + " of "
                    + glock
                    + ", and "
                    + other
                    + " has "
                    + theirs.usable());
          }
        });
    holders.put(node, new Belief(mode, LockMode.UN));
  }

  private void sent(NodeId node, NodeMessage message) {
    switch (message) {
      case NodeMessage.Acquire acquire ->
          change(node, acquire.glock(), belief -> new Belief(belief.mode(), acquire.mode()));
      case NodeMessage.Lower lower ->
          change(
              node,
              lower.glock(),
              belief -> lower.mode() == LockMode.UN ? null : new Belief(lower.mode(), LockMode.UN));
      case NodeMessage.Reassert reassert -> {
        returned.computeIfAbsent(node, any -> new TreeSet<>()).add(reassert.glock());
        held.computeIfAbsent(reassert.glock(), any -> new LinkedHashMap<>())
            .put(node, new Belief(reassert.mode(), LockMode.UN));
      }
      case NodeMessage.ReassertDone done -> {
        Set<GlockName> reasserted = returned.remove(node);
        held.forEach(
            (glock, holders) -> {
              if (reasserted == null || !reasserted.contains(glock)) {
                holders.remove(node);
              }
            });
      }
      case NodeMessage.Leave leave -> forget(node);
      default -> {}
    }
  }

  private void change(NodeId node, GlockName glock, Function<Belief, @Nullable Belief> change) {
    Map<NodeId, Belief> holders = held.get(glock);
    if (holders != null) {
      holders.computeIfPresent(node, (who, belief) -> change.apply(belief));
    }
  }

  private void noticeLoss(Effect effect) {
    if (effect instanceof Effect.Notify(var lockspace, Notice.SessionLost given)) {
      lost.add(SessionKey.of(incarnation, given.sessionId()));
      held.forEach(
          (glock, holders) -> {
            if (mayBeNeeded(glock)) {
              holders.keySet().removeIf(node -> node.nodeName().equals(given.nodeName()));
            }
          });
    }
  }

  /**
   * Whether recovery itself may need the glock: then it protects nothing by itself, and is free as
   * soon as its holder is given up.
   */
  private static boolean mayBeNeeded(GlockName glock) {
    return glock.type() == GlockType.JOURNAL
        || (glock.type() == GlockType.NONDISK
            && !glock.equals(GlockName.FREEZE)
            && !glock.equals(GlockName.RENAME));
  }

  private void forget(NodeId node) {
    held.values().forEach(holders -> holders.remove(node));
  }
}
