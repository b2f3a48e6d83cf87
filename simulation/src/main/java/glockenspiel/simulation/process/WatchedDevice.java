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
import java.util.function.LongSupplier;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * A device that takes its time, and tells what is done to it. Keeps the order of writes and syncs.
 */
final class WatchedDevice implements BlockDevice {
  private final BlockDevice inner;
  private final DeterministicOwner owner;
  private final DiskPace pace;
  private final LongSupplier sequences;
  private final Observer observer;
  private final Tampering tampering;
  private long newest;
  private long lastStartNanos;

  /**
   * Slows a device down.
   *
   * @param sequences numbers the writes of all lives
   */
  WatchedDevice(
      BlockDevice inner,
      DeterministicOwner owner,
      DiskPace pace,
      LongSupplier sequences,
      Observer observer,
      Tampering tampering) {
    this.inner = inner;
    this.owner = owner;
    this.pace = pace;
    this.sequences = sequences;
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
    long stall = Math.max(0, pace.stalledUntilNanos() - owner.nowNanos());
    long nanos = pace.drawReadNanos();
    // What is read is what was there at some moment before the answer comes.
    long answer = pace.draw(nanos);
    Promise<ByteBuffer> late = new Promise<>();
    later(stall + nanos - answer, () -> inner.read(offset, length))
        .whenDone((read, failure) -> owner.after(answer, () -> pass(late, read, failure)));
    return late;
  }

  @Override
  public Promise<@Nullable Void> write(List<DeviceWrite> writes) {
    long sequence = sequences.getAsLong();
    newest = sequence;
    observer.observe(new Observation.DeviceWriteCalled(sequence, writes));
    Promise<@Nullable Void> written =
        later(inOrder(pace.drawWriteNanos()), () -> inner.write(writes));
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
      return later(inOrder(pace.drawSyncNanos()), () -> Promise.<@Nullable Void>of(null));
    }
    long sequence = newest;
    Promise<@Nullable Void> synced = later(inOrder(pace.drawSyncNanos()), inner::sync);
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
    long free = Math.max(lastStartNanos, pace.stalledUntilNanos());
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
