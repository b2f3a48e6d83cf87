package glockenspiel.simulation.process;

import glockenspiel.journal.device.EpochStore;
import glockenspiel.journal.device.VolumeState;
import glockenspiel.runtime.task.Promise;
import glockenspiel.runtime.task.deterministic.DeterministicOwner;
import glockenspiel.simulation.observation.Observation;
import glockenspiel.simulation.observation.Observer;
import java.util.SplittableRandom;
import org.jspecify.annotations.Nullable;

/**
 * What is kept beside the image. It outlives its volumes; of a save that was under way a crash
 * leaves the old state or the new one.
 */
final class SimulatedEpochStore {
  private static final long SAVE_NANOS = 300_000;

  private final SplittableRandom random;
  private final Observer observer;
  private VolumeState saved = VolumeState.fresh(1);
  private @Nullable VolumeState saving;

  SimulatedEpochStore(SplittableRandom random, Observer observer) {
    this.random = random;
    this.observer = observer;
  }

  /** What was saved last. */
  VolumeState saved() {
    return saved;
  }

  /** Ends the life of whoever has it open. */
  void crash() {
    VolumeState underWay = saving;
    saving = null;
    if (underWay != null && random.nextBoolean()) {
      become(underWay);
    }
  }

  private void become(VolumeState state) {
    saved = state;
    observer.observe(new Observation.StateSaved(state));
  }

  /** The store as one life of the volume sees it. */
  EpochStore open(DeterministicOwner owner) {
    return new EpochStore() {
      @Override
      public Promise<VolumeState> load() {
        Promise<VolumeState> promise = new Promise<>();
        owner.execute(() -> promise.complete(saved));
        return promise;
      }

      @Override
      public Promise<@Nullable Void> save(VolumeState state) {
        if (saving != null) {
          throw new IllegalStateException("two saves of the volume's state at a time");
        }
        saving = state;
        Promise<@Nullable Void> promise = new Promise<>();
        owner.after(
            random.nextLong(SAVE_NANOS / 4, SAVE_NANOS * 2),
            () -> {
              saving = null;
              become(state);
              promise.complete(null);
            });
        return promise;
      }
    };
  }
}
