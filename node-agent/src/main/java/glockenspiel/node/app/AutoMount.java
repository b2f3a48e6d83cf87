package glockenspiel.node.app;

import glockenspiel.node.recovery.GrowingPause;
import glockenspiel.runtime.task.OwnerStoppedException;
import glockenspiel.runtime.task.SerialOwner;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Mounts at start, and again after a withdraw that came from outside. Tries for as long as it
 * takes, since services start in any order and come back when they come back. {@link
 * LocalNode#mountsByItself} says when; it goes on until the node-agent ends.
 *
 * <p>Is there a problem if it mounts after every withdraw? Yes: what is broken on the device makes
 * the node withdraw again, its peers replay its journal each time, and the operator sees a node
 * that is mounted now and then.
 */
final class AutoMount {
  private static final Logger LOG = LoggerFactory.getLogger(AutoMount.class);
  private static final long PAUSE_MIN_NANOS = 100_000_000;
  private static final long PAUSE_MAX_NANOS = 5_000_000_000L;

  /** Who was mounted for so long has not failed at once: the pauses begin anew. */
  private static final long STEADY_NANOS = 60_000_000_000L;

  private final SerialOwner owner;
  private final LocalNode local;
  private final String nodeName;
  private final GrowingPause pauses = new GrowingPause(PAUSE_MIN_NANOS, PAUSE_MAX_NANOS);

  AutoMount(SerialOwner owner, LocalNode local, String nodeName) {
    this.owner = owner;
    this.local = local;
    this.nodeName = nodeName;
  }

  /** Ends with the node-agent. Only inside a task. */
  @Nullable Void run() {
    while (true) {
      if (local.mountsByItself()) {
        mount();
      } else {
        local.awaitChange();
      }
    }
  }

  /** One attempt, all of the mount that comes of it, and the pause before the next. */
  private void mount() {
    String failure = "withdrawn";
    try {
      owner.await(local.mountAgain());
      long begun = owner.nowNanos();
      awaitEndOfMount();
      if (owner.nowNanos() - begun >= STEADY_NANOS) {
        pauses.reset();
      }
    } catch (OwnerStoppedException stops) {
      throw stops;
    } catch (RuntimeException failed) {
      failure = String.valueOf(failed.getMessage());
    }
    if (local.mountsByItself()) {
      long nanos = pauses.next();
      LOG.warn(
          "event=MOUNT_FAILED node={} retryMillis={} reason={}",
          nodeName,
          nanos / 1_000_000,
          failure);
      owner.pause(nanos);
    }
  }

  private void awaitEndOfMount() {
    while (!local.node().state().mayMount()) {
      local.awaitChange();
    }
  }
}
