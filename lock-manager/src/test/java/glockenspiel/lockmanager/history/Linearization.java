package glockenspiel.lockmanager.history;

import static glockenspiel.lockmanager.history.HistoryBreach.require;

import glockenspiel.lockmanager.history.LockOperations.Sequence;
import glockenspiel.protocol.lock.GlockName;
import glockenspiel.protocol.lock.LockFlags;
import glockenspiel.protocol.lock.LockMode;
import glockenspiel.protocol.lock.LockValue;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Collections;
import java.util.Deque;
import java.util.HashSet;
import java.util.List;
import java.util.Objects;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * Whether all that was done to one lock could have been done one after the other, each operation at
 * one moment between its two times, grants in the order of their numbers: the search of Wing and
 * Gong, which never looks at the same state twice (Lowe).
 *
 * <p>The sequential lock: it has holders whose modes are compatible, and a value. A grant is of a
 * mode that all other holders allow, and carries the value. A try fails when a holder is in the way
 * or it is excused. Lowering from EX may set the value; an empty one takes it away. What a session
 * that is over still holds is dropped at any time, and if that is EX, the value is marked as
 * possibly old. When the lock-manager is restarted, a value that nobody brings back is gone, and a
 * session holds what it brings back.
 */
final class Linearization {
  private static final LockValue NO_VALUE = LockValue.of();
  private static final int STATES_MAX = 2_000_000;

  /**
   * How far each session has come.
   *
   * @param next the place of the next operation of each
   * @param modes what each holds
   * @param grants how many of the grants that were heard have been made
   */
  private record State(
      List<Integer> next,
      List<LockMode> modes,
      int grants,
      @Nullable LockValue value,
      boolean valueValid) {}

  private final GlockName glock;
  private final List<Sequence> sequences;
  private final List<Long> grantNumbers = new ArrayList<>();

  /**
   * For each session, for each place of its sequence: the earliest end of what is still to come.
   */
  private final List<int[]> deadlines = new ArrayList<>();

  private final Deque<State> open = new ArrayDeque<>();
  private final Set<State> seen = new HashSet<>();

  private Linearization(GlockName glock, List<Sequence> sequences) {
    this.glock = glock;
    this.sequences = sequences;
    for (Sequence sequence : sequences) {
      for (LockOperation operation : sequence.operations()) {
        if (operation instanceof LockOperation.Grant grant) {
          grantNumbers.add(grant.answer().grantNumber());
        }
      }
    }
    Collections.sort(grantNumbers);
    sequences.forEach(sequence -> deadlines.add(deadlines(sequence.operations())));
  }

  private static int[] deadlines(List<LockOperation> operations) {
    int[] deadlines = new int[operations.size() + 1];
    deadlines[operations.size()] = RequestRecord.NEVER;
    for (int place = operations.size() - 1; place >= 0; place--) {
      deadlines[place] = Math.min(deadlines[place + 1], operations.get(place).respondedAt());
    }
    return deadlines;
  }

  static void check(GlockName glock, List<Sequence> sequences) {
    new Linearization(glock, sequences).search();
  }

  private void search() {
    int sessions = sequences.size();
    push(
        new State(
            Collections.nCopies(sessions, 0),
            Collections.nCopies(sessions, LockMode.UN),
            0,
            null,
            true));
    State farthest = open.getFirst();
    while (!open.isEmpty()) {
      State state = open.pop();
      int limit = limit(state);
      if (limit == RequestRecord.NEVER) {
        return; // All that is certain to have happened has its place.
      }
      farthest = state.grants >= farthest.grants ? state : farthest;
      require(seen.size() < STATES_MAX, glock + " has too many histories to look at");
      for (int session = 0; session < sessions; session++) {
        drop(state, session);
      }
      for (int session = 0; session < sessions; session++) {
        LockOperation operation = operation(state, session);
        if (operation != null && operation.invokedAt() <= limit) {
          apply(state, session, operation);
        }
      }
    }
    throw new HistoryBreach(
        "no order of what was done to "
            + glock
            + " explains what was heard; stuck at "
            + farthest
            + " before "
            + nextOf(farthest));
  }

  private List<String> nextOf(State state) {
    List<String> next = new ArrayList<>();
    for (int session = 0; session < sequences.size(); session++) {
      next.add(sequences.get(session).session() + ": " + operation(state, session));
    }
    return next;
  }

  private @Nullable LockOperation operation(State state, int session) {
    List<LockOperation> operations = sequences.get(session).operations();
    int next = state.next.get(session);
    return next < operations.size() ? operations.get(next) : null;
  }

  /** Some operation must happen before that time; what begins later does not come before it. */
  private int limit(State state) {
    int limit = RequestRecord.NEVER;
    for (int session = 0; session < sequences.size(); session++) {
      limit = Math.min(limit, deadline(state, session));
    }
    return limit;
  }

  /** Something of the session's that is still to happen has happened by then. */
  private int deadline(State state, int session) {
    return deadlines.get(session)[state.next.get(session)];
  }

  private void push(State state) {
    if (seen.add(state)) {
      open.push(state);
    }
  }

  private void apply(State state, int session, LockOperation operation) {
    LockMode own = state.modes.get(session);
    switch (operation) {
      case LockOperation.Grant grant -> {
        var answer = grant.answer();
        if (grantNumbers.get(state.grants) == answer.grantNumber()
            && othersAllow(state, session, answer.mode())
            && Objects.equals(answer.lockValue(), state.value)
            && answer.lockValueValid() == state.valueValid) {
          push(after(state, session, answer.mode(), 1, state.value, state.valueValid));
        }
      }
      case LockOperation.Unheard unheard -> {
        // Perhaps it never happened, and the session has gone on with another lock-manager.
        push(after(state, session, own, 0, state.value, state.valueValid));
        LockMode wanted = unheard.request().acquire.mode();
        for (LockMode mode : LockMode.values()) {
          boolean fits =
              mode == wanted
                  || (unheard.request().has(LockFlags.ANY)
                      && (mode == LockMode.SH || mode == LockMode.DF));
          if (fits && othersAllow(state, session, mode)) {
            push(after(state, session, mode, 0, state.value, state.valueValid));
          }
        }
      }
      case LockOperation.TryFailed failed -> {
        if (failed.excused() || isInTheWay(state, session, failed.request())) {
          push(after(state, session, own, 0, state.value, state.valueValid));
        }
      }
      case LockOperation.Lowered lowered -> {
        LockValue value = lowered.lower().lockValue();
        LockMode mode = lowered.lower().mode();
        if (value == null) {
          push(after(state, session, mode, 0, state.value, state.valueValid));
        } else if (own == LockMode.EX) {
          push(after(state, session, mode, 0, value.equals(NO_VALUE) ? null : value, true));
        }
      }
      case LockOperation.CameBack back ->
          push(after(state, session, back.mode(), 0, state.value, state.valueValid));
      case LockOperation.Restarted restarted -> {
        push(after(state, session, own, 0, state.value, state.valueValid));
        if (!restarted.broughtBack()) {
          push(after(state, session, own, 0, null, true));
        }
      }
      case LockOperation.Emptied emptied -> {
        push(after(state, session, own, 0, state.value, state.valueValid));
        push(after(state, session, own, 0, null, true));
      }
    }
  }

  /** What a session that is over still holds goes; what it has said besides was not heard. */
  private void drop(State state, int session) {
    boolean heardAll = deadline(state, session) == RequestRecord.NEVER;
    LockMode own = state.modes.get(session);
    if (sequences.get(session).ended() && heardAll && own != LockMode.UN) {
      boolean valid = state.valueValid && (own != LockMode.EX || state.value == null);
      List<Integer> next = new ArrayList<>(state.next);
      next.set(session, sequences.get(session).operations().size());
      push(
          new State(
              List.copyOf(next),
              with(state.modes, session, LockMode.UN),
              state.grants,
              state.value,
              valid));
    }
  }

  private static State after(
      State state,
      int session,
      LockMode mode,
      int grants,
      @Nullable LockValue value,
      boolean valueValid) {
    List<Integer> next = new ArrayList<>(state.next);
    next.set(session, next.get(session) + 1);
    return new State(
        List.copyOf(next),
        with(state.modes, session, mode),
        state.grants + grants,
        value,
        valueValid);
  }

  private static List<LockMode> with(List<LockMode> modes, int session, LockMode mode) {
    List<LockMode> changed = new ArrayList<>(modes);
    changed.set(session, mode);
    return List.copyOf(changed);
  }

  private boolean othersAllow(State state, int session, LockMode mode) {
    for (int other = 0; other < sequences.size(); other++) {
      if (other != session && !state.modes.get(other).compatible(mode)) {
        return false;
      }
    }
    return true;
  }

  private boolean isInTheWay(State state, int session, RequestRecord request) {
    for (int other = 0; other < sequences.size(); other++) {
      if (other != session && request.conflictsWith(state.modes.get(other))) {
        return true;
      }
    }
    return false;
  }
}
