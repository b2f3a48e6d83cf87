package glockenspiel.node.glock;

import glockenspiel.protocol.lock.GlockName;
import glockenspiel.protocol.lock.LockMode;
import glockenspiel.runtime.state.InvariantViolation;
import org.jspecify.annotations.Nullable;

/**
 * One local user of a glock, linked into its glock. A glock keeps the object of the last user that
 * has gone for the next one, so that taking and closing a cached glock allocates nothing.
 */
final class LocalHolder implements Glocks.Holder {
  private final GlockQueue queue;
  private final Glock glock;
  private LockMode mode = LockMode.UN;
  private int flags;
  private long grantNumber;
  private boolean open;
  @Nullable LocalHolder previous;
  @Nullable LocalHolder next;

  LocalHolder(GlockQueue queue, Glock glock) {
    this.queue = queue;
    this.glock = glock;
  }

  /** A user has come. */
  void begin(LockMode wanted, int with) {
    mode = wanted;
    flags = with;
    grantNumber = glock.grantNumber;
    open = true;
  }

  @Override
  public GlockName glock() {
    return glock.name;
  }

  @Override
  public LockMode mode() {
    return mode;
  }

  /** Bits of {@link glockenspiel.protocol.lock.LockFlags}. */
  int flags() {
    return flags;
  }

  @Override
  public long grantNumber() {
    return grantNumber;
  }

  @Override
  public void close() {
    if (!open) {
      throw new InvariantViolation(
          "rule 1: a holder of glock " + glock.name + " was closed twice; it may be another's now");
    }
    open = false;
    glock.remove(this);
    if (glock.isAwaited()) {
      queue.run(glock);
    }
  }
}
