package glockenspiel.simulation.process;

import glockenspiel.journal.device.BlockDevice;
import glockenspiel.journal.device.EpochStore;
import glockenspiel.journal.device.FaultPlan;
import glockenspiel.journal.device.FaultyBlockDevice;
import glockenspiel.journal.device.MemoryBlockDevice;
import glockenspiel.journal.device.MemoryDisk;
import glockenspiel.journal.device.VolumeState;
import glockenspiel.runtime.task.deterministic.DeterministicOwner;
import glockenspiel.simulation.network.Tampering;
import glockenspiel.simulation.observation.Observation;
import glockenspiel.simulation.observation.Observer;
import java.util.SplittableRandom;

/**
 * What outlives a journal-service: the disk with the image, what is kept beside it, and the faults
 * that are planned for it.
 */
public final class SharedDisk {
  private final MemoryDisk disk;
  private final FaultPlan faults = new FaultPlan();
  private final SimulatedEpochStore store;
  private final SplittableRandom random;
  private final DiskPace pace;
  private final Observer observer;
  private final Tampering tampering;
  private long newestWrite;

  /** A disk with this content. */
  public SharedDisk(
      MemoryDisk disk,
      SplittableRandom random,
      DeviceSettings settings,
      Observer observer,
      Tampering tampering) {
    this.disk = disk;
    this.random = random;
    this.pace = new DiskPace(random, settings);
    this.observer = observer;
    this.tampering = tampering;
    this.store = new SimulatedEpochStore(random, observer);
  }

  /** The content. */
  public MemoryDisk disk() {
    return disk;
  }

  /** From now on some of its operations take far longer than usual. */
  public void becomeUnreliable() {
    pace.becomeCalm(false);
  }

  /** Takes back all that it does wrong or slowly. */
  public void heal() {
    faults.heal();
    pace.becomeCalm(true);
    pace.stallUntil(0);
  }

  /** What it does wrong. */
  public FaultPlan faults() {
    return faults;
  }

  /** Whether every journal was left in order or replayed. */
  public boolean isEveryJournalClosed() {
    return store.saved().journals().stream()
        .allMatch(journal -> journal.standing() == VolumeState.Standing.CLOSED);
  }

  /** It does nothing before that time. */
  public void stallUntil(long nanos) {
    pace.stallUntil(nanos);
  }

  BlockDevice openDevice(DeterministicOwner owner) {
    WatchedDevice watched =
        new WatchedDevice(
            new MemoryBlockDevice(owner, disk),
            owner,
            pace,
            () -> ++newestWrite,
            observer,
            tampering);
    return new FaultyBlockDevice(watched, faults);
  }

  EpochStore openStore(DeterministicOwner owner) {
    return store.open(owner);
  }

  /** Its machine has lost power: what was not synced is kept, lost or torn. */
  void crash() {
    disk.crash(random);
    store.crash();
    observer.observe(new Observation.DiskCrashed());
  }
}
