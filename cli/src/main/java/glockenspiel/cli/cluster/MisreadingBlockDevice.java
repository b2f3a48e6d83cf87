package glockenspiel.cli.cluster;

import glockenspiel.journal.device.BlockDevice;
import glockenspiel.journal.device.DeviceWrite;
import glockenspiel.runtime.task.Promise;
import java.nio.ByteBuffer;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * A device that, when it is told to, gets one block wrong on its way back, once. What is on it
 * stays as it is.
 */
final class MisreadingBlockDevice implements BlockDevice {
  /** Where the type of a metadata block stands. */
  private static final int TYPE_BYTE = 7;

  private final BlockDevice inner;
  private long misreadAt = -1;

  MisreadingBlockDevice(BlockDevice inner) {
    this.inner = inner;
  }

  /**
   * The next read of the block that begins at this byte finds another type of metadata there. On
   * the owner.
   */
  void misreadOnce(long blockOffset) {
    misreadAt = blockOffset;
  }

  @Override
  public long size() {
    return inner.size();
  }

  @Override
  public Promise<ByteBuffer> read(long offset, int length) {
    Promise<ByteBuffer> read = inner.read(offset, length);
    long at = misreadAt;
    if (at < offset || at >= offset + length) {
      return read;
    }
    misreadAt = -1;
    return read.map(
        content -> {
          int type = (int) (at - offset) + TYPE_BYTE;
          content.put(type, (byte) (content.get(type) ^ 0x40));
          return content;
        });
  }

  @Override
  public Promise<@Nullable Void> write(List<DeviceWrite> writes) {
    return inner.write(writes);
  }

  @Override
  public Promise<@Nullable Void> sync() {
    return inner.sync();
  }
}
