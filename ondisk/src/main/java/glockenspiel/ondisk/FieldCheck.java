package glockenspiel.ondisk;

/**
 * The checks of fields read from disk. Each returns the value, or throws {@link
 * CorruptBlockException}.
 */
public final class FieldCheck {
  private FieldCheck() {}

  /** The value, if it lies in {@code min..max} (inclusive). */
  public static int range(long block, String structure, String field, int value, int min, int max) {
    if (value < min || value > max) {
      throw new CorruptBlockException(
          block, structure, field, Integer.toString(value), min + ".." + max);
    }
    return value;
  }

  /** The value, if it lies in {@code min..max} (inclusive, signed). */
  public static long range(
      long block, String structure, String field, long value, long min, long max) {
    if (value < min || value > max) {
      throw new CorruptBlockException(block, structure, field, value, min + ".." + max);
    }
    return value;
  }

  /** The value, if it is {@code expected}. */
  public static long equal(long block, String structure, String field, long value, long expected) {
    if (value != expected) {
      throw new CorruptBlockException(
          block, structure, field, value, Long.toUnsignedString(expected));
    }
    return value;
  }

  /**
   * A pointer to a block that may belong to an inode or a resource group.
   *
   * @param first the lowest block that may be pointed at
   * @param limit the first block behind the volume
   */
  public static long pointer(
      long block, String structure, String field, long value, long first, long limit) {
    if (value < first || value >= limit) {
      throw CorruptBlockException.hex(
          block,
          structure,
          field,
          value,
          "a block in 0x" + Long.toHexString(first) + "..0x" + Long.toHexString(limit - 1));
    }
    return value;
  }
}
