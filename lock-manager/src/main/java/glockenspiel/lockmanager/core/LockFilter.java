package glockenspiel.lockmanager.core;

import glockenspiel.protocol.lock.GlockType;
import org.jspecify.annotations.Nullable;

/**
 * Which glocks to list; all that is set must fit.
 *
 * @param type only this type; null for all
 * @param nodeName only what this member holds or waits for; null for all. What a lost node has left
 *     behind is listed by no name
 * @param contended only those that somebody waits for
 */
public record LockFilter(@Nullable GlockType type, @Nullable String nodeName, boolean contended) {
  /** Lets everything pass. */
  public static final LockFilter ALL = new LockFilter(null, null, false);
}
