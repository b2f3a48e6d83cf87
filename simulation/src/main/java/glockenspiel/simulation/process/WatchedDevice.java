package glockenspiel.simulation.process;

import glockenspiel.journal.device.BlockDevice;
import glockenspiel.journal.device.DeviceWrite;
import glockenspiel.runtime.task.Promise;
import glockenspiel.runtime.task.deterministic.DeterministicOwner;
import glockenspiel.simulation.network.Tampering;
import glockenspiel.simulation.observation.Observation;
import glockenspiel.simulation.observation.Observer;
import java.nio.ByteBuffer;
import java.util.List;
import java.util.SplittableRandom;
import java.util.function.LongSupplier;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * A device that takes its time, and tells what is done to it. Keeps the order of writes and syncs.
 */
final class WatchedDevice implements BlockDevice {
  private final BlockDevice inner;
  private final DeterministicOwner owner;
  private final SplittableRandom random;
  private final DeviceSettings settings;
  private final LongSupplier sequences;
  private final LongSupplier stalledUntil;
  private final Observer observer;
  private final Tampering tampering;
  private long newest;
  private long lastStartNanos;

  /**
   * Slows a device down.
   *
   * @param sequences numbers the writes of all lives
   * @param stalledUntil nothing is done before that time
   */
  WatchedDevice(
      BlockDevice inner,
      DeterministicOwner owner,
      SplittableRandom random,
      DeviceSettings settings,
      LongSupplier sequences,
      LongSupplier stalledUntil,
      Observer observer,
      Tampering tampering) {
    this.inner = inner;
    this.owner = owner;
    this.random = random;
    this.settings = settings;
    this.sequences = sequences;
    this.stalledUntil = stalledUntil;
    this.observer = observer;
    this.tampering = tampering;
  }

  @Override
  public long size() {
    return inner.size();
  }

  @Override
  public Promise<ByteBuffer> read(long offset, int length) {
    observer.observe(new Observation.DeviceRead(offset, length));
    long stall = Math.max(0, stalledUntil.getAsLong() - owner.nowNanos());
    return later(stall + settings.drawReadNanos(random), () -> inner.read(offset, length));
  }

  @Override
  public Promise<@Nullable Void> write(List<DeviceWrite> writes) {
    long sequence = sequences.getAsLong();
    newest = sequence;
    observer.observe(new Observation.DeviceWriteCalled(sequence, writes));
    Promise<@Nullable Void> written =
        later(inOrder(settings.drawWriteNanos(random)), () -> inner.write(writes));
    written.whenDone(
        (done, failure) -> {
          if (failure == null) {
            observer.observe(new Observation.DeviceWritten(sequence, writes));
          }
        });
    return written;
  }

  @Override
  public Promise<@Nullable Void> sync() {
    if (tampering.pretendsToSync()) {
      return later(inOrder(settings.drawSyncNanos(random)), () -> Promise.<@Nullable Void>of(null));
    }
    long sequence = newest;
    Promise<@Nullable Void> synced = later(inOrder(settings.drawSyncNanos(random)), inner::sync);
    synced.whenDone(
        (done, failure) -> {
          if (failure == null) {
            observer.observe(new Observation.DeviceSynced(sequence));
          }
        });
    return synced;
  }

  private long inOrder(long nanos) {
    long now = owner.nowNanos();
    long free = Math.max(lastStartNanos, stalledUntil.getAsLong());
    lastStartNanos = Math.max(free, now + nanos);
    return lastStartNanos - now;
  }

  private <T extends @Nullable Object> Promise<T> later(
      long nanos, Supplier<Promise<T>> operation) {
    Promise<T> late = new Promise<>();
    owner.after(
        nanos, () -> operation.get().whenDone((value, failure) -> pass(late, value, failure)));
    return late;
  }

  @SuppressWarnings("NullAway") // the value is null only where T allows it
  private static <T extends @Nullable Object> void pass(
      Promise<T> to, @Nullable T value, @Nullable RuntimeException failure) {
    if (failure != null) {
      to.fail(failure);
    } else {
      to.complete(value);
    }
  }
}
