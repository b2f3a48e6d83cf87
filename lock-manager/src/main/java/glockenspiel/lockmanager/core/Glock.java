package glockenspiel.lockmanager.core;

import glockenspiel.protocol.lock.GlockName;
import glockenspiel.protocol.lock.GlockType;
import glockenspiel.protocol.lock.LockMode;
import glockenspiel.protocol.lock.LockValue;
import glockenspiel.runtime.state.InvariantViolation;
import java.util.LinkedHashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * One glock: its holders, and, only where there is more to know, its {@link Extra}. The common
 * glock has one holder and nothing else: 40 bytes here, its name included, 56 for the {@link Hold},
 * and a place in the {@link LockTable}.
 *
 * <p>All holders of a glock hold the same mode (rule 1: SH goes with SH, DF with DF, EX is alone),
 * so the first one answers for all of them, and no grant looks at a thousand holders.
 */
final class Glock {
  /** From how many holders on they are also found by session. */
  private static final int INDEXED_HOLDERS_MIN = 8;

  private static final LockValue NO_VALUE = LockValue.of();

  /** What most glocks never need. */
  private static final class Extra {
    final GrantQueue queue = new GrantQueue();
    @Nullable Map<Session, Hold> holdersBySession;
    @Nullable LockValue lockValue;
    boolean lockValueInvalid;
    @Nullable Contention contention;

    boolean isNeeded() {
      return !queue.isEmpty() || holdersBySession != null || lockValue != null;
    }
  }

  private long number;
  private GlockType type;

  /** Of an application lock only: a glock's name is its type and number. */
  private @Nullable GlockName applicationName;

  private @Nullable Hold firstHolder;
  private @Nullable Extra extra;
  private int holderCount;

  private Glock(GlockName name) {
    type = name.type();
    become(name);
  }

  /**
   * A glock that nobody holds or wants.
   *
   * @param spare one to use again; null to make one
   */
  static Glock of(@Nullable Glock spare, GlockName name) {
    if (spare == null) {
      return new Glock(name);
    }
    spare.become(name);
    return spare;
  }

  private void become(GlockName name) {
    type = name.type();
    number = name.number();
    applicationName = type == GlockType.APPLICATION ? name : null;
  }

  /** Makes it spare: it is unused. */
  void giveUp() {
    extra = null;
    applicationName = null;
  }

  /** Its name; made for the call, but for an application lock. */
  GlockName name() {
    return applicationName == null ? new GlockName(type, number) : applicationName;
  }

  /** Whether that is its name; makes none. */
  boolean isNamed(GlockName name) {
    return number == name.number()
        && type == name.type()
        && (applicationName == null || applicationName.equals(name));
  }

  /** The kind of lock. */
  GlockType type() {
    return type;
  }

  /** What it locks. */
  long number() {
    return number;
  }

  /** The mode that all holders hold; UN when there is none. */
  LockMode heldMode() {
    return firstHolder == null ? LockMode.UN : firstHolder.mode;
  }

  int holderCount() {
    return holderCount;
  }

  @Nullable Hold firstHolder() {
    return firstHolder;
  }

  /** The holder after this one, in the order of their first grants; null after the last. */
  @Nullable Hold holderAfter(Hold hold) {
    return hold.glockNext == firstHolder ? null : hold.glockNext;
  }

  /** What the session holds of it; null for nothing. */
  @Nullable Hold holdOf(Session session) {
    if (extra != null && extra.holdersBySession != null) {
      return extra.holdersBySession.get(session);
    }
    for (Hold hold = firstHolder; hold != null; hold = holderAfter(hold)) {
      if (hold.session == session) {
        return hold;
      }
    }
    return null;
  }

  /**
   * Whether others than the owner of that hold leave room for the mode.
   *
   * @param own what the asking session holds itself; null for nothing
   */
  boolean othersAllow(@Nullable Hold own, LockMode mode) {
    int others = holderCount - (own == null ? 0 : 1);
    return others == 0 || heldMode().compatible(mode);
  }

  /** Takes a new holder. */
  void add(Hold hold) {
    requireRoomFor(null, hold.mode);
    if (firstHolder == null) {
      firstHolder = hold;
    } else {
      Hold last = firstHolder.glockPrevious;
      last.glockNext = hold;
      hold.glockPrevious = last;
      hold.glockNext = firstHolder;
      firstHolder.glockPrevious = hold;
    }
    holderCount++;
    if (extra != null && extra.holdersBySession != null) {
      extra.holdersBySession.put(hold.session, hold);
    } else if (holderCount == INDEXED_HOLDERS_MIN) {
      indexHolders();
    }
  }

  /** Changes the mode of a holder. */
  void convert(Hold hold, LockMode mode) {
    requireRoomFor(hold, mode);
    hold.mode = mode;
  }

  /** Takes a holder away. */
  void remove(Hold hold) {
    holderCount--;
    if (hold.glockNext == hold) {
      firstHolder = null;
    } else {
      hold.glockPrevious.glockNext = hold.glockNext;
      hold.glockNext.glockPrevious = hold.glockPrevious;
      if (firstHolder == hold) {
        firstHolder = hold.glockNext;
      }
    }
    hold.glockNext = hold;
    hold.glockPrevious = hold;
    if (extra != null && extra.holdersBySession != null) {
      extra.holdersBySession.remove(hold.session);
      if (holderCount < INDEXED_HOLDERS_MIN / 2) {
        extra.holdersBySession = null;
        forgetExtraIfEmpty();
      }
    }
  }

  private void indexHolders() {
    Map<Session, Hold> index = LinkedHashMap.newLinkedHashMap(INDEXED_HOLDERS_MIN * 2);
    for (Hold hold = firstHolder; hold != null; hold = holderAfter(hold)) {
      index.put(hold.session, hold);
    }
    obtainExtra().holdersBySession = index;
  }

  /** Rule 1, before every grant and every lowering. */
  private void requireRoomFor(@Nullable Hold own, LockMode mode) {
    if (mode == LockMode.UN || !othersAllow(own, mode)) {
      throw new InvariantViolation(
          "rule 1: "
              + mode
              + " of "
              + name()
              + " beside "
              + (holderCount - (own == null ? 0 : 1))
              + " other holders of "
              + heldMode());
    }
  }

  /** The waiting requests; null when nobody waits. */
  @Nullable GrantQueue waiting() {
    return extra == null || extra.queue.isEmpty() ? null : extra.queue;
  }

  /** The queue, to put a request into it. */
  GrantQueue obtainQueue() {
    return obtainExtra().queue;
  }

  @Nullable LockValue lockValue() {
    return extra == null ? null : extra.lockValue;
  }

  /** Whether the value, if there is one, is what the last EX holder left. */
  boolean lockValueValid() {
    return extra == null || !extra.lockValueInvalid;
  }

  /** Sets the value, or with an empty one takes it away. */
  void setLockValue(LockValue value) {
    if (!value.equals(NO_VALUE)) {
      obtainExtra().lockValue = value;
      obtainExtra().lockValueInvalid = false;
    } else if (extra != null) {
      extra.lockValue = null;
      extra.lockValueInvalid = false;
      forgetExtraIfEmpty();
    }
  }

  /** An EX holder has died, which may have known a newer value. */
  void invalidateLockValue() {
    if (extra != null && extra.lockValue != null) {
      extra.lockValueInvalid = true;
    }
  }

  /** Drops what nobody needs any more. */
  void forgetExtraIfEmpty() {
    if (extra != null && extra.contention == null && !extra.isNeeded()) {
      extra = null;
    }
  }

  /** Whether nothing would be lost if it were forgotten. */
  boolean isUnused() {
    return holderCount == 0 && (extra == null || !extra.isNeeded());
  }

  /** How it was waited for; null when it never was. */
  @Nullable Contention contention() {
    return extra == null ? null : extra.contention;
  }

  /** The same, to count. */
  Contention obtainContention() {
    Extra known = obtainExtra();
    Contention counted = known.contention;
    if (counted == null) {
      counted = new Contention();
      known.contention = counted;
    }
    return counted;
  }

  private Extra obtainExtra() {
    if (extra == null) {
      extra = new Extra();
    }
    return extra;
  }
}
