package glockenspiel.lockmanager.history;

import static glockenspiel.lockmanager.history.HistoryBreach.require;

import glockenspiel.protocol.lock.GlockName;
import glockenspiel.protocol.lock.LockFlags;
import glockenspiel.protocol.lock.LockManagerMessage.Answer;
import glockenspiel.protocol.lock.LockManagerMessage.Demote;
import glockenspiel.protocol.lock.LockMode;
import glockenspiel.protocol.lock.LockOutcome;
import glockenspiel.protocol.lock.NodeMessage.Acquire;
import glockenspiel.protocol.lock.NodeMessage.Lower;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;

/**
 * Rule 11, second half: a TRY_1CB that fails sends each conflicting holder exactly one demote
 * request, and nobody is asked to lower without a reason.
 *
 * <p>Waiters ask, too: once for a grant of SH or DF, twice at most for one of EX (to lower to SH,
 * then to UN). So a hold hears at least as many as there were tries against it for sure, and at
 * most as many as there were tries and waiters that may have been against it.
 */
final class DemoteRule {
  private record GrantKey(long session, GlockName glock, long grantNumber) {}

  /** One grant, as long as it stands. */
  private static final class Tenure {
    final GrantKey key;
    final LockMode granted;
    final int heardAt;

    /** When the node asked for something else or lowered: what it holds then is not certain. */
    int certainUntil = RequestRecord.NEVER;

    /** How many lock-managers may have had waiters against it. */
    int lockManagers = 1;

    final List<Integer> demotedAt = new ArrayList<>();

    Tenure(GrantKey key, LockMode granted, int heardAt) {
      this.key = key;
      this.granted = granted;
      this.heardAt = heardAt;
    }
  }

  private final Map<GrantKey, Tenure> tenures = new HashMap<>();
  private final Map<GlockName, Map<Long, Tenure>> present = new HashMap<>();
  private final Set<Long> stopped = new HashSet<>();

  private DemoteRule() {}

  static void check(List<HistoryEvent> events, List<RequestRecord> requests) {
    DemoteRule rule = new DemoteRule();
    for (int at = 0; at < events.size(); at++) {
      rule.look(at, events.get(at));
    }
    Map<GlockName, List<RequestRecord>> byGlock = new HashMap<>();
    for (RequestRecord request : requests) {
      byGlock.computeIfAbsent(request.glock(), any -> new ArrayList<>()).add(request);
    }
    for (Tenure tenure : rule.tenures.values()) {
      rule.check(tenure, Objects.requireNonNull(byGlock.get(tenure.key.glock)));
    }
  }

  private void look(int at, HistoryEvent event) {
    switch (event) {
      case HistoryEvent.Heard(long id, Answer answer)
          when answer.outcome() == LockOutcome.GRANTED -> {
        GrantKey key = new GrantKey(id, answer.glock(), answer.grantNumber());
        Tenure tenure = new Tenure(key, answer.mode(), at);
        tenures.put(key, tenure);
        present.computeIfAbsent(answer.glock(), any -> new HashMap<>()).put(id, tenure);
      }
      case HistoryEvent.Heard(long id, Demote demote) -> {
        Tenure tenure = tenures.get(new GrantKey(id, demote.glock(), demote.grantNumber()));
        require(tenure != null, "session " + id + " never had what it is to lower: " + demote);
        Objects.requireNonNull(tenure).demotedAt.add(at);
      }
      case HistoryEvent.Said(long id, Acquire acquire) -> change(at, id, acquire.glock());
      case HistoryEvent.Said(long id, Lower lower) -> change(at, id, lower.glock());
      case HistoryEvent.CameBack(long id, Map<GlockName, LockMode> held) ->
          present
              .values()
              .forEach(
                  tenures -> {
                    Tenure tenure = tenures.get(id);
                    if (tenure != null) {
                      tenure.lockManagers++;
                    }
                  });
      case HistoryEvent.Stopped(long id) -> stopped.add(id);
      default -> {}
    }
  }

  private void change(int at, long id, GlockName glock) {
    Tenure tenure = present.getOrDefault(glock, Map.of()).get(id);
    if (tenure != null) {
      tenure.certainUntil = Math.min(tenure.certainUntil, at);
    }
  }

  private void check(Tenure tenure, List<RequestRecord> requests) {
    int sure = 0;
    for (RequestRecord request : requests) {
      if (request.session != tenure.key.session
          && request.has(LockFlags.TRY_1CB)
          && request.hasEnded(LockOutcome.TRY_FAILED)
          && !request.heldBack
          && !request.acquire.mode().compatible(tenure.granted)
          && tenure.heardAt < request.askedAt
          && request.answeredAt < tenure.certainUntil) {
        sure++;
      }
    }
    require(
        stopped.contains(tenure.key.session)
            || tenure.lockManagers > 1 // Those of the one before may not have arrived.
            || tenure.demotedAt.size() >= sure,
        "rule 11: "
            + tenure.key
            + " heard demote requests at "
            + tenure.demotedAt
            + " from "
            + sure);
    if (tenure.key.glock.equals(GlockName.LIVE)) {
      return; // There each closing of the gate is a demote request, too.
    }
    for (int index = 0; index < tenure.demotedAt.size(); index++) {
      int possible = possible(tenure, requests, tenure.demotedAt.get(index));
      require(
          index < possible,
          "rule 11: "
              + tenure.key
              + " heard demote requests at "
              + tenure.demotedAt
              + " for "
              + possible);
    }
  }

  /** How many demote requests there may have been up to then. */
  private static int possible(Tenure tenure, List<RequestRecord> requests, int until) {
    int tries = 0;
    boolean waiter = false;
    for (RequestRecord request : requests) {
      if (request.session == tenure.key.session
          || request.askedAt > until
          || request.acquire.mode().compatible(tenure.granted)) {
        continue;
      }
      if (!request.isTry()) {
        waiter = true;
      } else if (request.has(LockFlags.TRY_1CB)
          && (request.answer == null || request.hasEnded(LockOutcome.TRY_FAILED))) {
        tries++;
      }
    }
    int fromWaiters = tenure.granted == LockMode.EX ? 2 : 1;
    return tries + (waiter ? tenure.lockManagers * fromWaiters : 0);
  }
}
