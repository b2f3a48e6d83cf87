package glockenspiel.lockmanager.history;

import static glockenspiel.lockmanager.history.HistoryBreach.require;

import glockenspiel.protocol.lock.GlockName;
import glockenspiel.protocol.lock.GlockType;
import glockenspiel.protocol.lock.LockFlags;
import glockenspiel.protocol.lock.LockManagerMessage.Answer;
import glockenspiel.protocol.lock.LockMode;
import glockenspiel.protocol.lock.LockOutcome;
import glockenspiel.protocol.lock.NodeMessage.Acquire;
import glockenspiel.protocol.lock.NodeMessage.Lower;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/**
 * Rule 1, as nodes may believe: from the hearing of a grant to the saying that it is lowered. While
 * a conversion waits, a node uses only what the old and the new mode both allow.
 */
final class ExclusionRule {
  private record Belief(LockMode mode, @Nullable Acquire asked) {
    LockMode usable() {
      if (asked == null || asked.mode() == LockMode.EX || asked.mode() == mode) {
        return mode;
      }
      boolean eitherMode = LockFlags.has(asked.flags(), LockFlags.ANY);
      return mode == LockMode.EX && !eitherMode ? asked.mode() : LockMode.UN;
    }
  }

  private final Map<GlockName, Map<Long, Belief>> beliefs = new TreeMap<>();
  private final Set<Long> suspended = new HashSet<>();

  private ExclusionRule() {}

  static void check(List<HistoryEvent> events) {
    ExclusionRule rule = new ExclusionRule();
    for (int at = 0; at < events.size(); at++) {
      rule.look(at, events.get(at));
    }
  }

  private void look(int at, HistoryEvent event) {
    switch (event) {
      case HistoryEvent.Said(long id, Acquire acquire) -> {
        Map<Long, Belief> holders = holders(acquire.glock());
        holders.computeIfPresent(id, (who, belief) -> new Belief(belief.mode, acquire));
      }
      case HistoryEvent.Said(long id, Lower lower) -> {
        if (lower.mode() == LockMode.UN) {
          holders(lower.glock()).remove(id);
        } else {
          holders(lower.glock()).put(id, new Belief(lower.mode(), null));
        }
      }
      case HistoryEvent.Heard(long id, Answer answer) -> {
        Map<Long, Belief> holders = holders(answer.glock());
        if (answer.outcome() == LockOutcome.GRANTED) {
          holders.put(id, new Belief(answer.mode(), null));
        } else {
          holders.computeIfPresent(id, (who, belief) -> new Belief(belief.mode, null));
        }
        checkHolders(at, answer.glock(), holders);
      }
      case HistoryEvent.CameBack(long id, Map<GlockName, LockMode> held) -> {
        beliefs.values().forEach(holders -> holders.remove(id));
        held.forEach((glock, mode) -> holders(glock).put(id, new Belief(mode, null)));
      }
      case HistoryEvent.Suspended(long id) -> suspended.add(id);
      case HistoryEvent.Resumed(long id) -> {
        suspended.remove(id);
        beliefs.forEach((glock, holders) -> checkHolders(at, glock, holders));
      }
      case HistoryEvent.Stopped(long id) -> beliefs.values().forEach(holders -> holders.remove(id));
      default -> {}
    }
  }

  private Map<Long, Belief> holders(GlockName glock) {
    return beliefs.computeIfAbsent(glock, any -> new TreeMap<>());
  }

  private void checkHolders(int at, GlockName glock, Map<Long, Belief> holders) {
    if (isFreedAtOnce(glock)) {
      return;
    }
    LockMode seen = LockMode.UN;
    for (Map.Entry<Long, Belief> holder : holders.entrySet()) {
      LockMode mode =
          suspended.contains(holder.getKey()) ? LockMode.UN : holder.getValue().usable();
      require(
          seen.compatible(mode),
          "rule 1: at " + at + " incompatible modes of " + glock + " are in use: " + holders);
      seen = mode == LockMode.UN ? seen : mode;
    }
  }

  /** Recovery itself may need it, so that the lock of a lost session is given to others at once. */
  private static boolean isFreedAtOnce(GlockName glock) {
    return glock.type() == GlockType.JOURNAL
        || (glock.type() == GlockType.NONDISK
            && !glock.equals(GlockName.FREEZE)
            && !glock.equals(GlockName.RENAME));
  }
}
