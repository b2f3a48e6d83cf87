package glockenspiel.simulation.workload;

import glockenspiel.node.glock.GlockException;
import glockenspiel.node.glock.Glocks;
import glockenspiel.protocol.lock.GlockName;
import glockenspiel.protocol.lock.GlockType;
import glockenspiel.protocol.lock.LockFlags;
import glockenspiel.protocol.lock.LockMode;
import glockenspiel.runtime.task.SerialOwner;
import java.util.SplittableRandom;

/** Takes a few locks that protect no blocks, in all modes, and lets them go again. */
public final class LockWorker {
  private static final long HOLD_NANOS_MAX = 3_000_000;
  private static final LockMode[] MODES = {LockMode.SH, LockMode.DF, LockMode.EX};
  private static final int[] FLAGS = {
    0, 0, 0, LockFlags.TRY, LockFlags.TRY_1CB, LockFlags.PRIORITY, LockFlags.ANY, LockFlags.NOEXP
  };

  private final Glocks glocks;
  private final int locks;
  private final SerialOwner owner;
  private final SplittableRandom random;

  /** A worker of one mount that contends for so many locks. */
  public LockWorker(Glocks glocks, int locks, SerialOwner owner, SplittableRandom random) {
    this.glocks = glocks;
    this.locks = locks;
    this.owner = owner;
    this.random = random;
  }

  /**
   * Takes one lock and lets it go.
   *
   * @throws GlockException WITHDRAWN; the mount is of no use any more
   */
  public void work() {
    GlockName glock = new GlockName(GlockType.FLOCK, random.nextInt(locks));
    LockMode mode = MODES[random.nextInt(MODES.length)];
    int flags = FLAGS[random.nextInt(FLAGS.length)];
    if (flags == LockFlags.ANY && mode == LockMode.EX) {
      flags = 0;
    }
    try (Glocks.Holder holder = glocks.acquire(glock, mode, flags)) {
      if (holder.grantNumber() <= 0) {
        throw new IllegalStateException("a holder of " + glock + " without a grant number");
      }
      owner.pause(random.nextLong(HOLD_NANOS_MAX));
    } catch (GlockException failure) {
      if (failure.reason() == GlockException.Reason.WITHDRAWN) {
        throw failure;
      }
    }
  }
}
