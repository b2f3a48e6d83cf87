package glockenspiel.node.glock;

import glockenspiel.protocol.lock.GlockName;
import glockenspiel.protocol.lock.LockMode;

/**
 * What a node caches under its glocks: the port through which demotion reaches transactions and
 * blocks.
 */
public interface GlockContents {
  /**
   * Whether {@link #sync} has nothing to do and {@link #invalidate} would not fail: neither the
   * blocks of the glock nor the journal hold anything of it that is not in place. False when in
   * doubt. Does not wait; may be called outside a task.
   */
  boolean isClean(GlockName glock);

  /**
   * Before EX is lowered: flushes the log, writes the glock's blocks in place, revokes them in the
   * journal and makes that durable, so that rule 6 holds when it returns. Called in a task, with no
   * holder of the glock left and none admitted meanwhile.
   *
   * @throws RuntimeException the glock is then not lowered and the node withdraws
   */
  void sync(GlockName glock, LockMode to);

  /**
   * Drops all that is cached under the glock: the node is about to lose the right to trust it. Does
   * not wait. Called after {@link #sync}, or when the glock is clean.
   */
  void invalidate(GlockName glock);

  /** Contents of a node that caches nothing. */
  GlockContents NONE =
      new GlockContents() {
        @Override
        public boolean isClean(GlockName glock) {
          return true;
        }

        @Override
        public void sync(GlockName glock, LockMode to) {}

        @Override
        public void invalidate(GlockName glock) {}
      };
}
