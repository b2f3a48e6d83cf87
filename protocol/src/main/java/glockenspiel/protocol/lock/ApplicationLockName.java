package glockenspiel.protocol.lock;

import java.nio.charset.StandardCharsets;

/**
 * The name of an application lock. Its number is a hash of the text, always the same, so that
 * tables and listings treat it as any other lock; what two names with one hash lock is told apart
 * by the text. With compressed references it is 32 bytes, and its text 40 bytes and its characters.
 */
final class ApplicationLockName extends GlockName {
  /** The longest name, in bytes of UTF-8. */
  static final int BYTES_MAX = 64;

  private static final long FNV_OFFSET = 0xcbf29ce484222325L;
  private static final long FNV_PRIME = 0x100000001b3L;

  private final String name;

  private ApplicationLockName(String name, long hash) {
    super(hash);
    this.name = name;
  }

  static ApplicationLockName of(String name) {
    byte[] bytes = name.getBytes(StandardCharsets.UTF_8);
    if (bytes.length < 1 || bytes.length > BYTES_MAX) {
      throw new IllegalArgumentException(
          "a lock's name has " + bytes.length + " bytes, not 1 to " + BYTES_MAX);
    }
    for (int i = 0; i < name.length(); i++) {
      if (Character.isISOControl(name.charAt(i))) {
        throw new IllegalArgumentException("a lock's name has a control character at index " + i);
      }
    }
    if (!new String(bytes, StandardCharsets.UTF_8).equals(name)) {
      throw new IllegalArgumentException("a lock's name has half a character");
    }
    return new ApplicationLockName(name, hash(bytes));
  }

  /** FNV-1a with 64 bits, as its authors define it: draft-eastlake-fnv, section 2. */
  private static long hash(byte[] bytes) {
    long hash = FNV_OFFSET;
    for (byte octet : bytes) {
      hash = (hash ^ (octet & 0xff)) * FNV_PRIME;
    }
    return hash;
  }

  @Override
  public String applicationName() {
    return name;
  }
}
