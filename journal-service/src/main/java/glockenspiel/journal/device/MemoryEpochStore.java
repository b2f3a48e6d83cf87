package glockenspiel.journal.device;

import glockenspiel.runtime.task.Promise;
import glockenspiel.runtime.task.SerialOwner;
import org.jspecify.annotations.Nullable;

/** Keeps the state in memory: for tests and the simulation, which let it outlive its volumes. */
public final class MemoryEpochStore {
  private VolumeState saved = VolumeState.fresh(1);
  private int connection;

  /** What a crash would leave. */
  public VolumeState saved() {
    return saved;
  }

  /** A store of its own that holds the same. */
  public MemoryEpochStore copy() {
    MemoryEpochStore copy = new MemoryEpochStore();
    copy.saved = saved;
    return copy;
  }

  /** The store as one owner sees it; cuts off the one before, as a crash does. */
  public EpochStore open(SerialOwner owner) {
    int mine = ++connection;
    return new EpochStore() {
      @Override
      public Promise<VolumeState> load() {
        Promise<VolumeState> promise = new Promise<>();
        owner.execute(() -> promise.complete(saved));
        return promise;
      }

      @Override
      public Promise<@Nullable Void> save(VolumeState state) {
        Promise<@Nullable Void> promise = new Promise<>();
        owner.execute(
            () -> {
              if (connection == mine) {
                saved = state;
                promise.complete(null);
              }
            });
        return promise;
      }
    };
  }

  /** Cuts off whoever has it open. */
  public void crash() {
    connection++;
  }
}
