package glockenspiel.cli.demo.late;

import glockenspiel.node.glock.Glocks;
import glockenspiel.protocol.lock.GlockName;
import glockenspiel.protocol.lock.LockMode;

/**
 * Glocks as a node finds them when another has released its own too early: everything is granted at
 * once.
 */
final class GrantEverything implements Glocks {
  private long grants;

  @Override
  public Holder acquire(GlockName glock, LockMode mode, int flags) {
    return new Granted(glock, mode, ++grants);
  }

  private record Granted(GlockName glock, LockMode mode, long grantNumber) implements Holder {
    @Override
    public void close() {}
  }
}
