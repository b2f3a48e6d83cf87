package glockenspiel.lockmanager.grpc;

import glockenspiel.lock.v1.WatchLockResponse;
import glockenspiel.protocol.lock.GlockName;
import glockenspiel.runtime.grpc.ServerStream;

/**
 * Shows one lock to one reader: as it is now, then when its holders or waiters change, with a pause
 * after each picture. So a lock that changes all the time, or a slow reader, costs the
 * lock-manager's owner a hundred pictures a second at most, and the newest is never missed.
 */
final class LockWatch {
  private static final long PAUSE_NANOS = 10_000_000;

  private final LockManagerShell shell;
  private final ServerStream<WatchLockResponse> stream;
  private final String lockspace;
  private final GlockName glock;
  private boolean due = true;
  private boolean paused;

  LockWatch(
      LockManagerShell shell,
      ServerStream<WatchLockResponse> stream,
      String lockspace,
      GlockName glock) {
    this.shell = shell;
    this.stream = stream;
    this.lockspace = lockspace;
    this.glock = glock;
  }

  /** Holders or waiters have changed. */
  void changed() {
    due = true;
    show();
  }

  /** Shows what is due, if the reader takes it. */
  void show() {
    if (!due || paused || !stream.isReady()) {
      return;
    }
    due = false;
    paused = true;
    stream.send(
        WatchLockResponse.newBuilder()
            .setLock(
                InspectionWire.lock(shell.core().lock(lockspace, glock), shell.owner().nowNanos()))
            .build());
    var _ =
        shell
            .owner()
            .after(
                PAUSE_NANOS,
                () -> {
                  paused = false;
                  show();
                });
  }
}
