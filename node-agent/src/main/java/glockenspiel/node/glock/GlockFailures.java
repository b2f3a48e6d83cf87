package glockenspiel.node.glock;

import glockenspiel.protocol.lock.GlockName;

/**
 * Told of what a glock cannot mend itself. Whoever implements it asks for a withdraw; it must not
 * wait and not call back.
 */
@FunctionalInterface
public interface GlockFailures {
  /** Making a glock ready for a lower mode has failed; the glock is not lowered. */
  void syncFailed(GlockName glock, RuntimeException cause);
}
