package glockenspiel.journal.core;

import glockenspiel.journal.device.EpochStore;
import glockenspiel.journal.device.VolumeState;
import glockenspiel.protocol.storage.StorageException;
import glockenspiel.protocol.storage.StorageException.Reason;
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
    if (test.note('e')) {
      return Promise.failed(new StorageException(Reason.IO_ERROR, "injected fault: save"));
    }
    return test.spend() ? inner.save(state) : new Promise<>();
  }
}
