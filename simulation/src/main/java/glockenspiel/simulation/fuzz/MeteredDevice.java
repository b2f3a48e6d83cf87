package glockenspiel.simulation.fuzz;

import glockenspiel.journal.device.BlockDevice;
import glockenspiel.journal.device.ByteRange;
import glockenspiel.journal.device.DeviceWrite;
import glockenspiel.protocol.storage.StorageException;
import glockenspiel.protocol.storage.StorageException.Reason;
import glockenspiel.runtime.task.Promise;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** Counts what is read and takes down where is written; reading for ever comes to an end. */
final class MeteredDevice implements BlockDevice {
  private final BlockDevice inner;
  private final long bytesReadMax;
  private final List<ByteRange> written = new ArrayList<>();
  private long bytesRead;

  /**
   * A meter.
   *
   * @param bytesReadMax what is read beyond fails
   */
  MeteredDevice(BlockDevice inner, long bytesReadMax) {
    this.inner = inner;
    this.bytesReadMax = bytesReadMax;
  }

  long bytesRead() {
    return bytesRead;
  }

  boolean isExhausted() {
    return bytesRead > bytesReadMax;
  }

  /** What was written since the last call. */
  List<ByteRange> takeWritten() {
    List<ByteRange> taken = List.copyOf(written);
    written.clear();
    return taken;
  }

  @Override
  public long size() {
    return inner.size();
  }

  @Override
  public Promise<ByteBuffer> read(long offset, int length) {
    bytesRead += length;
    return isExhausted()
        ? Promise.failed(new StorageException(Reason.IO_ERROR, "too much was read"))
        : inner.read(offset, length);
  }

  @Override
  public Promise<@Nullable Void> write(List<DeviceWrite> writes) {
    for (DeviceWrite write : writes) {
      written.add(new ByteRange(write.offset(), write.end()));
    }
    return inner.write(writes);
  }

  @Override
  public Promise<@Nullable Void> sync() {
    return inner.sync();
  }
}
