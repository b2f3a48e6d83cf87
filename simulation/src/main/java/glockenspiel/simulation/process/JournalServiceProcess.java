package glockenspiel.simulation.process;

import glockenspiel.journal.core.Volume;
import glockenspiel.journal.core.VolumePort;
import glockenspiel.journal.device.ByteRange;
import glockenspiel.journal.device.PieceMemory;
import glockenspiel.protocol.storage.StorageException;
import glockenspiel.protocol.storage.StoragePort;
import glockenspiel.runtime.task.Promise;
import glockenspiel.runtime.task.deterministic.DeterministicOwner;
import glockenspiel.simulation.network.VolumeEndpoint;
import glockenspiel.simulation.observation.Observation;
import glockenspiel.simulation.observation.Observer;
import glockenspiel.simulation.observation.StorageCall;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** One life of a journal-service process: the volume on the shared disk. */
public final class JournalServiceProcess implements VolumeEndpoint {
  /** So little that a replay must read the larger part of a full journal twice. */
  private static final int PIECE_BYTES = 1 << 14;

  private static final int PIECES = 8;

  private final DeterministicOwner owner;
  private final SharedDisk disk;
  private final Observer observer;
  private final Promise<Volume> volume;
  private final Set<StorageCall> underWay = new LinkedHashSet<>();
  private boolean failed;

  /** A journal-service that has just begun: it opens the volume. */
  public JournalServiceProcess(DeterministicOwner owner, SharedDisk disk, Observer observer) {
    this.owner = owner;
    this.disk = disk;
    this.observer = observer;
    observer.observe(new Observation.VolumeStarted());
    this.volume =
        Volume.open(
            owner,
            disk.openDevice(owner),
            disk.openStore(owner),
            owner::nowNanos,
            PieceMemory.onHeap(PIECE_BYTES, PIECES));
  }

  @Override
  public DeterministicOwner owner() {
    return owner;
  }

  @Override
  public boolean isServing() {
    return !owner.isStopped() && volume.isDone() && !volume.isFailed();
  }

  @Override
  public StoragePort volume() {
    return new VolumePort(volume.get());
  }

  /** The bytes of the disk that a journal lies in; empty while the volume is not open. */
  public List<ByteRange> journalRanges(int jid) {
    return isServing() ? volume.get().journalRanges(jid) : List.of();
  }

  /** Whether it could not open the volume, or has told somebody that it takes no more writes. */
  public boolean hasFailed() {
    return failed || volume.isFailed();
  }

  /** A call has come. */
  public void called(StorageCall call) {
    if (!(call.body() instanceof StorageCall.AwaitClean)) {
      underWay.add(call);
    }
  }

  /** Whether it does nothing that somebody has asked for, whoever still waits for it. */
  public boolean isIdle() {
    return underWay.isEmpty();
  }

  /** A call was answered, perhaps with that failure. */
  public void answered(StorageCall call, @Nullable RuntimeException failure) {
    underWay.remove(call);
    failed |=
        failure instanceof StorageException storage
            && storage.reason() == StorageException.Reason.VOLUME_FAILED;
  }

  /** Its machine loses power. */
  public void crash() {
    observer.observe(new Observation.VolumeCrashed());
    owner.stop();
    disk.crash();
  }
}
