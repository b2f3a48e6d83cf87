package glockenspiel.lockmanager.core;

/**
 * Numbers grants, upwards, over all lockspaces: a lockspace that was empty for a while does not
 * begin again.
 */
final class GrantNumbers {
  /**
   * No run gives out greater ones: a million a second for a hundred thousand years. A member that
   * claims one would leave none for others.
   */
  static final long MAX = 1L << 62;

  private long newest;

  GrantNumbers(long start) {
    newest = start;
  }

  /** A grant has that number, from a run before this. */
  void atLeast(long number) {
    newest = Math.max(newest, number);
  }

  long next() {
    return ++newest;
  }
}
