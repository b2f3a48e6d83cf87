package glockenspiel.node.glock;

import glockenspiel.protocol.lock.GlockName;
import glockenspiel.protocol.lock.LockMode;
import org.jspecify.annotations.Nullable;

/**
 * One local user of a glock. Linked into its glock, so that taking and closing it costs this one
 * object.
 */
final class LocalHolder implements Glocks.Holder {
  private final GlockQueue queue;
  private final Glock glock;
  private final LockMode mode;
  private final long grantNumber;
  final int flags;
  @Nullable LocalHolder previous;
  @Nullable LocalHolder next;
  private boolean closed;

  LocalHolder(GlockQueue queue, Glock glock, LockMode mode, int flags) {
    this.queue = queue;
    this.glock = glock;
    this.mode = mode;
    this.flags = flags;
    this.grantNumber = glock.grantNumber;
  }

  @Override
  public GlockName glock() {
    return glock.name;
  }

  @Override
  public LockMode mode() {
    return mode;
  }

  @Override
  public long grantNumber() {
    return grantNumber;
  }

  @Override
  public void close() {
    if (!closed) {
      closed = true;
      glock.remove(this);
      if (glock.isAwaited()) {
        queue.run(glock);
      }
    }
  }
}
