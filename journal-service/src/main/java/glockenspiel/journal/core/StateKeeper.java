package glockenspiel.journal.core;

import glockenspiel.journal.device.EpochStore;
import glockenspiel.journal.device.VolumeState;
import glockenspiel.protocol.storage.StorageException;
import glockenspiel.protocol.storage.StorageException.Reason;
import glockenspiel.runtime.task.Promise;
import java.util.UUID;
import java.util.function.UnaryOperator;
import org.jspecify.annotations.Nullable;

/**
 * The volume's state beside the image: changed at once in memory, durable when the promise is done.
 * Changes that come while a save runs are saved together by the next one.
 */
final class StateKeeper {
  private final EpochStore store;
  private VolumeState state;
  private @Nullable Promise<@Nullable Void> waiting;
  private boolean running;

  private StateKeeper(EpochStore store, VolumeState state) {
    this.store = store;
    this.state = state;
  }

  /**
   * Keeps the state of a volume.
   *
   * @param loaded from the store
   * @throws StorageException INVALID_ARGUMENT when it is another volume's
   */
  static StateKeeper of(EpochStore store, VolumeState loaded, VolumeLayout layout) {
    return new StateKeeper(store, identified(loaded, layout));
  }

  private static VolumeState identified(VolumeState state, VolumeLayout layout) {
    String name = layout.superblock().lockTable();
    UUID uuid = layout.superblock().uuid();
    boolean sameVolume =
        uuid.equals(new UUID(0, 0)) ? state.volume().equals(name) : state.uuid().equals(uuid);
    if (!state.isFresh() && !sameVolume) {
      throw new StorageException(
          Reason.INVALID_ARGUMENT,
          "the state beside the image is of volume %s uuid %s, the image is %s uuid %s: if the image was made anew, and no node has it mounted, delete the state"
              .formatted(state.volume(), state.uuid(), name, uuid));
    }
    return state.withIdentity(name, uuid);
  }

  /** As it is now; perhaps not durable yet. */
  VolumeState state() {
    return state;
  }

  /** Changes the state; done when the change is durable. */
  Promise<@Nullable Void> change(UnaryOperator<VolumeState> change) {
    state = change.apply(state);
    if (waiting == null) {
      waiting = new Promise<>();
    }
    Promise<@Nullable Void> mine = waiting;
    if (!running) {
      begin();
    }
    return mine;
  }

  private void begin() {
    Promise<@Nullable Void> served = waiting;
    if (served == null) {
      return;
    }
    waiting = null;
    running = true;
    store
        .save(state)
        .whenDone(
            (done, cause) -> {
              running = false;
              if (cause != null) {
                served.fail(cause);
              } else {
                served.complete(null);
              }
              if (!running) {
                begin();
              }
            });
  }
}
