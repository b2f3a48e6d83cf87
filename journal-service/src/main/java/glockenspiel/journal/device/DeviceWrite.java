package glockenspiel.journal.device;

import java.nio.ByteBuffer;

/**
 * Bytes that go to one place of the device.
 *
 * @param offset of the first byte
 * @param bytes from position to limit; not copied
 */
public record DeviceWrite(long offset, ByteBuffer bytes) {
  /** The first byte behind it. */
  public long end() {
    return offset + bytes.remaining();
  }
}
