package glockenspiel.runtime.state;

import java.util.EnumMap;
import java.util.EnumSet;
import java.util.Map;
import java.util.Set;

/**
 * One state out of an enum, a table of legal transitions, and one method that changes the state.
 *
 * @param <S> the states; each constant says in one sentence what is true in it
 */
public final class StateMachine<S extends Enum<S>> {
  /** Told of every change, after it. */
  @FunctionalInterface
  public interface Listener<S> {
    /** The state was {@code from}, is now {@code to}, because of {@code reason}. */
    void changed(S from, S to, String reason);
  }

  /**
   * The legal transitions. Shared by all machines of a kind.
   *
   * @param <S> the states
   */
  public static final class Table<S extends Enum<S>> {
    private final Map<S, Set<S>> legal;
    private final Class<S> type;

    private Table(Class<S> type) {
      this.type = type;
      this.legal = new EnumMap<>(type);
    }

    /** An empty table: nothing is legal. */
    public static <S extends Enum<S>> Table<S> of(Class<S> type) {
      return new Table<>(type);
    }

    /** Makes the transitions from one state to each of the others legal. */
    @SafeVarargs
    public final Table<S> allow(S from, S... to) {
      Set<S> targets = legal.computeIfAbsent(from, ignored -> EnumSet.noneOf(type));
      for (S target : to) {
        targets.add(target);
      }
      return this;
    }

    /** Whether the table has this transition. */
    public boolean allows(S from, S to) {
      Set<S> targets = legal.get(from);
      return targets != null && targets.contains(to);
    }
  }

  private final String name;
  private final Table<S> table;
  private final Listener<? super S> listener;
  private S state;

  /** A machine that starts in the given state, without telling the listener of it. */
  public StateMachine(String name, Table<S> table, S initial, Listener<? super S> listener) {
    this.name = name;
    this.table = table;
    this.state = initial;
    this.listener = listener;
  }

  /** The present state. */
  public S state() {
    return state;
  }

  /** Whether the present state is this one. */
  public boolean is(S candidate) {
    return state == candidate;
  }

  /**
   * The only way to another state.
   *
   * @throws InvariantViolation when the table does not have the transition
   */
  public void become(S next, String reason) {
    if (!table.allows(state, next)) {
      throw new InvariantViolation(
          name + ": illegal transition " + state + " -> " + next + " (" + reason + ")");
    }
    S previous = state;
    state = next;
    listener.changed(previous, next, reason);
  }
}
