package glockenspiel.journal.device;

import glockenspiel.protocol.storage.StorageException;
import glockenspiel.protocol.storage.StorageException.Reason;
import glockenspiel.runtime.task.Promise;
import glockenspiel.runtime.task.SerialOwner;
import java.nio.ByteBuffer;
import java.util.List;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * A device on a {@link MemoryDisk}. Operations are carried out in the order of the calls, each as a
 * piece of its own, so that anything may happen between them. Opening another one on the same disk,
 * or a crash, cuts this one off: what was not carried out by then never is, and never answers.
 */
public final class MemoryBlockDevice implements BlockDevice {
  private final SerialOwner owner;
  private final MemoryDisk disk;
  private final int connection;

  /** Opens the disk for this owner. */
  public MemoryBlockDevice(SerialOwner owner, MemoryDisk disk) {
    this.owner = owner;
    this.disk = disk;
    this.connection = disk.connect();
  }

  @Override
  public long size() {
    return disk.size();
  }

  @Override
  public Promise<ByteBuffer> read(long offset, int length) {
    return later(
        () -> {
          check("read", offset, length);
          return ByteBuffer.wrap(disk.bytes(offset, length));
        });
  }

  @Override
  public Promise<@Nullable Void> write(List<DeviceWrite> writes) {
    return this.<@Nullable Void>later(
        () -> {
          for (DeviceWrite write : writes) {
            check("write", write.offset(), write.bytes().remaining());
          }
          for (DeviceWrite write : writes) {
            disk.put(write.offset(), write.bytes());
          }
          return null;
        });
  }

  @Override
  public Promise<@Nullable Void> sync() {
    return this.<@Nullable Void>later(
        () -> {
          disk.sync();
          return null;
        });
  }

  private void check(String operation, long offset, long length) {
    if (offset < 0 || length < 0 || offset > disk.size() - length) {
      throw new StorageException(
          Reason.IO_ERROR,
          operation + " of " + length + " bytes at byte " + offset + ": the device has " + size());
    }
  }

  private <T extends @Nullable Object> Promise<T> later(Supplier<T> operation) {
    Promise<T> promise = new Promise<>();
    owner.execute(
        () -> {
          if (!disk.isConnected(connection)) {
            return;
          }
          try {
            promise.complete(operation.get());
          } catch (StorageException failure) {
            promise.fail(failure);
          }
        });
    return promise;
  }
}
