package glockenspiel.simulation.checker;

/** Takes down what a checker has found. */
@FunctionalInterface
public interface Judge {
  /** The number for what breaks the contract of a port, and none of the rules by itself. */
  int CONTRACT = 0;

  /**
   * A rule was broken.
   *
   * @param rule its number in docs/architecture.md
   * @param what in one line: who, which block or glock, and what should have been
   */
  void violated(int rule, String what);
}
