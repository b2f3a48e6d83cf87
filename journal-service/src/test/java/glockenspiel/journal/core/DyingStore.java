package glockenspiel.journal.core;

import glockenspiel.journal.device.EpochStore;
import glockenspiel.journal.device.VolumeState;
import glockenspiel.runtime.task.Promise;
import org.jspecify.annotations.Nullable;

/** A store whose saves count as operations of the test's device, and die with it. */
record DyingStore(TestVolume test, EpochStore inner) implements EpochStore {
  @Override
  public Promise<VolumeState> load() {
    return inner.load();
  }

  @Override
  public Promise<@Nullable Void> save(VolumeState state) {
    test.operations.append('e');
    return test.spend() ? inner.save(state) : new Promise<>();
  }
}
