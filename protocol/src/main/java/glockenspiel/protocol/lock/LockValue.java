package glockenspiel.protocol.lock;

import java.util.Arrays;
import java.util.HexFormat;

/** The lock value block of a glock: a few bytes that travel with its grants. Immutable. */
public final class LockValue {
  /** The most that a lock value holds, in bytes: the DLM's LVB. */
  public static final int BYTES_MAX = 32;

  private final byte[] bytes;

  private LockValue(byte[] bytes) {
    this.bytes = bytes;
  }

  /**
   * A value of these bytes, which are copied.
   *
   * @throws IllegalArgumentException when there are more than {@value #BYTES_MAX}
   */
  public static LockValue of(byte... bytes) {
    if (bytes.length > BYTES_MAX) {
      throw new IllegalArgumentException(
          "lock value of " + bytes.length + " bytes: expected at most " + BYTES_MAX);
    }
    return new LockValue(bytes.clone());
  }

  /** How many bytes it has. */
  public int size() {
    return bytes.length;
  }

  /** A copy of the bytes. */
  public byte[] toBytes() {
    return bytes.clone();
  }

  @Override
  public boolean equals(Object other) {
    return other instanceof LockValue value && Arrays.equals(bytes, value.bytes);
  }

  @Override
  public int hashCode() {
    return Arrays.hashCode(bytes);
  }

  /** The bytes in hex. */
  @Override
  public String toString() {
    return HexFormat.of().formatHex(bytes);
  }
}
