package glockenspiel.lockmanager.core;

import org.jspecify.annotations.Nullable;

/**
 * Objects that were given up and wait to be used again, up to some.
 *
 * <p>With millions of locks each new object that stays would be copied to where the old ones are,
 * and each of its links noted for the collector: that cost twice as much as granting the lock.
 * Which of them is used next makes no difference to anybody.
 */
final class Spares<T> {
  private static final int COUNT_MAX = 1024;

  private final @Nullable Object[] spare = new @Nullable Object[COUNT_MAX];
  private int count;

  /** The one that was given up last; null when there is none. */
  @SuppressWarnings("unchecked") // nothing but T is ever put there
  @Nullable T take() {
    if (count == 0) {
      return null;
    }
    T taken = (T) spare[--count];
    spare[count] = null;
    return taken;
  }

  /** Nobody refers to it any more. */
  void giveBack(T unused) {
    if (count < COUNT_MAX) {
      spare[count++] = unused;
    }
  }
}
