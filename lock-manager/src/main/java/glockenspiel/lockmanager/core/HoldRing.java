package glockenspiel.lockmanager.core;

import org.jspecify.annotations.Nullable;

/** Holds of one session, in the order of their first grant. */
final class HoldRing {
  private @Nullable Hold first;
  private int size;

  int size() {
    return size;
  }

  @Nullable Hold first() {
    return first;
  }

  /** The hold after this one; null after the last. */
  @Nullable Hold after(Hold hold) {
    return hold.sessionNext == first ? null : hold.sessionNext;
  }

  void add(Hold hold) {
    if (first == null) {
      first = hold;
    } else {
      Hold last = first.sessionPrevious;
      last.sessionNext = hold;
      hold.sessionPrevious = last;
      hold.sessionNext = first;
      first.sessionPrevious = hold;
    }
    size++;
  }

  void remove(Hold hold) {
    size--;
    if (hold.sessionNext == hold) {
      first = null;
      return;
    }
    hold.sessionPrevious.sessionNext = hold.sessionNext;
    hold.sessionNext.sessionPrevious = hold.sessionPrevious;
    if (first == hold) {
      first = hold.sessionNext;
    }
    hold.sessionNext = hold;
    hold.sessionPrevious = hold;
  }
}
