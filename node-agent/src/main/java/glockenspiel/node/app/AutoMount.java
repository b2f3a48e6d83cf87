package glockenspiel.node.app;

import glockenspiel.node.core.NodeException;
import glockenspiel.node.recovery.GrowingPause;
import glockenspiel.node.recovery.RecoveryStoppedException;
import glockenspiel.runtime.task.OwnerStoppedException;
import glockenspiel.runtime.task.SerialOwner;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Mounts at start. Tries again for as long as it takes, since services start in any order. Ends
 * with the first mount, whatever becomes of it later, and when somebody ends the attempt: a node
 * that has withdrawn is mounted again by an operator's word alone.
 */
final class AutoMount {
  private static final Logger LOG = LoggerFactory.getLogger(AutoMount.class);
  private static final long PAUSE_MIN_NANOS = 100_000_000;
  private static final long PAUSE_MAX_NANOS = 5_000_000_000L;

  private final SerialOwner owner;
  private final LocalNode local;
  private final String nodeName;
  private boolean stopped;

  AutoMount(SerialOwner owner, LocalNode local, String nodeName) {
    this.owner = owner;
    this.local = local;
    this.nodeName = nodeName;
  }

  /** No further attempt. On the owner. */
  void stop() {
    stopped = true;
  }

  /** Returns when there is nothing more to try. Only inside a task. */
  @Nullable Void run() {
    GrowingPause pauses = new GrowingPause(PAUSE_MIN_NANOS, PAUSE_MAX_NANOS);
    while (!stopped) {
      try {
        return owner.await(local.mount(false));
      } catch (OwnerStoppedException stops) {
        throw stops;
      } catch (RecoveryStoppedException ended) {
        return null;
      } catch (NodeException refused) {
        if (refused.reason() == NodeException.Reason.ALREADY_MOUNTED
            || refused.reason() == NodeException.Reason.WITHDRAWN) {
          return null;
        }
        pause(pauses.next(), refused);
      } catch (RuntimeException failure) {
        pause(pauses.next(), failure);
      }
    }
    return null;
  }

  private void pause(long nanos, RuntimeException failure) {
    LOG.warn(
        "event=MOUNT_FAILED node={} retryMillis={} reason={}",
        nodeName,
        nanos / 1_000_000,
        failure.getMessage());
    owner.pause(nanos);
  }
}
