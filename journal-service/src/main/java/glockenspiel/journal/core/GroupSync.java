package glockenspiel.journal.core;

import glockenspiel.journal.device.BlockDevice;
import glockenspiel.protocol.storage.StorageException;
import glockenspiel.protocol.storage.StorageException.Reason;
import glockenspiel.runtime.task.Promise;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * One device sync for all who wait for one.
 *
 * <pre>
 *   node A   write ─┐sync 1────┐ answer
 *   node B       write ─ waits ┤sync 2────┐ answer
 *   node C           write ─ ──┘          ┘ answer
 * </pre>
 *
 * <p>A sync serves what was written before it began; who comes while it runs waits for the next,
 * which begins as soon as this one ends, and before its own are told. A sync that fails ends the
 * volume: nobody can know what of the writes before it is on the device, and a second one that
 * succeeds would only hide that.
 */
final class GroupSync {
  private final BlockDevice device;
  private @Nullable Promise<@Nullable Void> waiting;
  private boolean running;
  private @Nullable StorageException failure;
  private final Promise<StorageException> failed = new Promise<>();
  private long syncs;

  GroupSync(BlockDevice device) {
    this.device = device;
  }

  /** Done when every write that was handed to the device before this call is durable. */
  Promise<@Nullable Void> sync() {
    if (failure != null) {
      return Promise.failed(failure);
    }
    if (waiting == null) {
      waiting = new Promise<>();
    }
    Promise<@Nullable Void> mine = waiting;
    if (!running) {
      begin();
    }
    return mine;
  }

  /**
   * Done when this write is done and durable; the write was handed to the device just now. Fails
   * with the write's failure, if it has one, else with the sync's.
   */
  Promise<@Nullable Void> durable(Promise<@Nullable Void> write) {
    Promise<@Nullable Void> sync = sync();
    Promise<@Nullable Void> result = new Promise<>();
    write.whenDone(
        (written, failure) -> {
          if (failure != null) {
            result.fail(failure);
          } else {
            sync.whenDone((synced, syncFailure) -> end(result, syncFailure));
          }
        });
    return result;
  }

  private static void end(Promise<@Nullable Void> promise, @Nullable RuntimeException cause) {
    if (cause == null) {
      promise.complete(null);
    } else {
      promise.fail(cause);
    }
  }

  private void begin() {
    Promise<@Nullable Void> served = waiting;
    if (served == null) {
      return;
    }
    waiting = null;
    running = true;
    syncs++;
    device
        .sync()
        .whenDone(
            (done, cause) -> {
              if (cause != null) {
                running = false;
                fail(cause);
                served.fail(failure());
              } else {
                tell(served);
              }
            });
  }

  private void tell(Promise<@Nullable Void> served) {
    if (waiting != null) {
      // The device is busy while those who were served are told.
      begin();
      served.complete(null);
      return;
    }
    try {
      served.complete(null);
    } finally {
      // Not before: those who were served may hand over more in there, and the first of them would
      // begin a sync that the others come too late for.
      running = false;
      begin();
    }
  }

  private void fail(RuntimeException cause) {
    failure =
        new StorageException(
            Reason.VOLUME_FAILED,
            "a device sync failed, so that nobody knows what was written: open the volume again ("
                + cause.getMessage()
                + ")",
            cause);
    failed.complete(failure);
    Promise<@Nullable Void> others = waiting;
    waiting = null;
    if (others != null) {
      others.fail(failure);
    }
  }

  private StorageException failure() {
    return Objects.requireNonNull(failure);
  }

  /** Done when a sync has failed, with what everybody is told from then on. */
  Promise<StorageException> failed() {
    return failed;
  }

  /** Throws VOLUME_FAILED if a sync has failed. */
  void requireHealthy() {
    if (failure != null) {
      throw failure;
    }
  }

  /** How many device syncs were begun. */
  long syncs() {
    return syncs;
  }
}
