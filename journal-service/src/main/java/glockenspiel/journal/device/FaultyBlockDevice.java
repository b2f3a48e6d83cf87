package glockenspiel.journal.device;

import glockenspiel.journal.device.FaultPlan.Fault;
import glockenspiel.journal.device.FaultPlan.Operation;
import glockenspiel.protocol.storage.StorageException;
import glockenspiel.protocol.storage.StorageException.Reason;
import glockenspiel.runtime.task.Promise;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * A device that fails by plan: for tests, demonstrations and the simulation. Keeps the contract
 * otherwise.
 */
public final class FaultyBlockDevice implements BlockDevice {
  private final BlockDevice inner;
  private final FaultPlan plan;

  /** Done when the last write or sync that was stalled has gone to the device. */
  private Promise<@Nullable Void> stalled = Promise.of(null);

  /** Fails as the plan says, else does what the inner device does. */
  public FaultyBlockDevice(BlockDevice inner, FaultPlan plan) {
    this.inner = inner;
    this.plan = plan;
  }

  @Override
  public long size() {
    return inner.size();
  }

  @Override
  public Promise<ByteBuffer> read(long offset, int length) {
    return read(new ByteRange(offset, offset + length), () -> inner.read(offset, length));
  }

  @Override
  public Promise<@Nullable Void> read(long offset, ByteBuffer into) {
    return read(new ByteRange(offset, offset + into.remaining()), () -> inner.read(offset, into));
  }

  private <T extends @Nullable Object> Promise<T> read(ByteRange range, Supplier<Promise<T>> real) {
    List<ByteRange> touched = List.of(range);
    return run(plan.next(Operation.READ, touched), Operation.READ, touched, real);
  }

  @Override
  public Promise<@Nullable Void> write(List<DeviceWrite> writes) {
    List<ByteRange> touched = new ArrayList<>(writes.size());
    for (DeviceWrite write : writes) {
      touched.add(new ByteRange(write.offset(), write.end()));
    }
    Fault fault = plan.next(Operation.WRITE, touched);
    if (fault == Fault.TEAR) {
      Promise<@Nullable Void> torn = new Promise<>();
      inOrder(() -> inner.write(firstHalf(writes)))
          .whenDone((done, failure) -> torn.fail(injected(Operation.WRITE, touched)));
      return torn;
    }
    return change(fault, Operation.WRITE, touched, () -> inner.write(writes));
  }

  @Override
  public Promise<@Nullable Void> sync() {
    List<ByteRange> everywhere = List.of();
    return change(plan.next(Operation.SYNC, everywhere), Operation.SYNC, everywhere, inner::sync);
  }

  private Promise<@Nullable Void> change(
      @Nullable Fault fault,
      Operation operation,
      List<ByteRange> touched,
      Supplier<Promise<@Nullable Void>> real) {
    return fault == Fault.STALL
        ? holdingBack(real)
        : run(fault, operation, touched, () -> inOrder(real));
  }

  private <T extends @Nullable Object> Promise<T> run(
      @Nullable Fault fault,
      Operation operation,
      List<ByteRange> touched,
      Supplier<Promise<T>> real) {
    return switch (fault) {
      case null -> real.get();
      case FAIL, TEAR -> Promise.failed(injected(operation, touched));
      case FULL -> Promise.failed(failure("no space left on device", operation, touched));
      case STALL -> afterRelease(real);
      case ANSWER_LATE -> {
        Promise<T> early = real.get();
        yield afterRelease(() -> early);
      }
    };
  }

  /** Behind what is stalled: a sync must not go ahead of a write that was called before it. */
  private Promise<@Nullable Void> inOrder(Supplier<Promise<@Nullable Void>> real) {
    return stalled.isDone() ? real.get() : after(stalled, real);
  }

  /** Waits for the release; all writes and syncs that come meanwhile wait behind it. */
  private Promise<@Nullable Void> holdingBack(Supplier<Promise<@Nullable Void>> real) {
    Promise<@Nullable Void> before = stalled;
    Promise<@Nullable Void> gone = new Promise<>();
    stalled = gone;
    return after(
        plan.stall(),
        () ->
            after(
                before,
                () -> {
                  Promise<@Nullable Void> late = real.get();
                  gone.complete(null);
                  return late;
                }));
  }

  private <T extends @Nullable Object> Promise<T> afterRelease(Supplier<Promise<T>> real) {
    return after(plan.stall(), real);
  }

  private static <T extends @Nullable Object> Promise<T> after(
      Promise<@Nullable Void> before, Supplier<Promise<T>> real) {
    Promise<T> late = new Promise<>();
    before.whenDone(
        (done, never) -> real.get().whenDone((value, failure) -> pass(late, value, failure)));
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

  private static List<DeviceWrite> firstHalf(List<DeviceWrite> writes) {
    if (writes.size() > 1) {
      return writes.subList(0, writes.size() / 2);
    }
    DeviceWrite only = writes.getFirst();
    ByteBuffer half = only.bytes().duplicate();
    half.limit(half.position() + Math.max(1, half.remaining() / 2));
    return List.of(new DeviceWrite(only.offset(), half));
  }

  private static StorageException injected(Operation operation, List<ByteRange> touched) {
    return failure("injected fault", operation, touched);
  }

  private static StorageException failure(
      String what, Operation operation, List<ByteRange> touched) {
    String where = touched.isEmpty() ? "" : " at byte " + touched.getFirst().from();
    return new StorageException(
        Reason.IO_ERROR, what + ": " + operation.name().toLowerCase(Locale.ROOT) + where);
  }
}
