package glockenspiel.journal.device;

import glockenspiel.runtime.task.Promise;
import java.nio.ByteBuffer;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * The device that holds one volume. Calls return at once and never throw for what the device does;
 * promises are completed on the owner that the device was made for, in any order, and fail with
 * {@link glockenspiel.protocol.storage.StorageException} {@code IO_ERROR}, naming operation, offset
 * and length.
 *
 * <p><b>Order.</b> Writes reach the device in the order of the calls, and the parts of one write in
 * the order of its list. A read sees every write whose promise was done before the read was called;
 * of one that is under way it may see any part.
 *
 * <p><b>Durability.</b> A write whose promise is done may be lost, wholly or in part, in any order,
 * by a crash. After a {@link #sync} is done, every write that was <em>called</em> before that sync
 * was called, and did not itself fail, survives every crash. So a caller may call write and sync
 * back to back; it then has to look at both results.
 *
 * <p><b>Failure.</b> Of a write that failed any part may have reached the device. After a failed
 * sync nothing is known about any write since the sync before, and a later sync that succeeds
 * proves nothing about them: the caller must not go on.
 */
public interface BlockDevice {
  /** Bytes of the device; does not change. */
  long size();

  /**
   * Reads bytes.
   *
   * @param offset first byte, not negative
   * @param length bytes, at least 1; {@code offset + length} at most {@link #size}
   * @return the caller's own buffer, big-endian, position 0, limit = length
   */
  Promise<ByteBuffer> read(long offset, int length);

  /**
   * Reads bytes into a buffer, from its position to its limit; they are not changed. What is in it
   * means nothing until the promise is done, and it must not be used for anything else before.
   *
   * @param offset first byte, not negative
   * @param into big-endian; at least 1 byte, and no more than the device has from {@code offset} on
   */
  default Promise<@Nullable Void> read(long offset, ByteBuffer into) {
    return this.read(offset, into.remaining())
        .map(
            content -> {
              into.duplicate().put(content);
              return null;
            });
  }

  /**
   * Writes bytes, from each buffer's position to its limit. The buffers are not copied and their
   * positions not changed: they must not change until the promise is done.
   *
   * @param writes inside the device; not overlapping
   * @return done when all of it would be seen by a read; says nothing about crashes
   */
  Promise<@Nullable Void> write(List<DeviceWrite> writes);

  /** Makes everything durable that was written by calls before this one. */
  Promise<@Nullable Void> sync();
}
