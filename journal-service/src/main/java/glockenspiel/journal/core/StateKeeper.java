package glockenspiel.journal.core;

import glockenspiel.journal.device.EpochStore;
import glockenspiel.journal.device.VolumeState;
import glockenspiel.runtime.task.Promise;
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

  StateKeeper(EpochStore store, VolumeState state) {
    this.store = store;
    this.state = state;
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
