package glockenspiel.lockmanager.core;

/**
 * Takes the effects of a step, in the order in which they must happen. {@code list::add} will do.
 */
@FunctionalInterface
public interface Effects {
  /** Takes the next effect. Must not call the lock-manager back. */
  void add(Effect effect);
}
