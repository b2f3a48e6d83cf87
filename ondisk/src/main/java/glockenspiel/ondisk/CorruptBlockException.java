package glockenspiel.ondisk;

/**
 * A block holds what GFS2 does not allow. Names the block, the structure, the field, the value
 * found and what was expected, for example {@code block 0x1a2 dinode di_height 12: expected 0..10}.
 */
public final class CorruptBlockException extends RuntimeException {
  private static final long serialVersionUID = 1;

  /** The block number of structures that are not read from a block of their own. */
  public static final long NO_BLOCK = -1;

  private final long block;
  private final String structure;
  private final String field;
  private final String value;
  private final String expected;

  /**
   * @param block file-system block number, or {@link #NO_BLOCK}
   * @param structure what the block should hold, for example {@code dinode}
   * @param field the field's name in {@code gfs2_ondisk.h}, or a few words
   * @param value what was found
   * @param expected what is allowed
   */
  public CorruptBlockException(
      long block, String structure, String field, String value, String expected) {
    this.block = block;
    this.structure = structure;
    this.field = field;
    this.value = value;
    this.expected = expected;
  }

  /** The same with a number, shown as unsigned decimal. */
  public CorruptBlockException(
      long block, String structure, String field, long value, String expected) {
    this(block, structure, field, Long.toUnsignedString(value), expected);
  }

  /** The same with a block number, a checksum or a bit set, shown in hex. */
  public static CorruptBlockException hex(
      long block, String structure, String field, long value, String expected) {
    return new CorruptBlockException(
        block, structure, field, "0x" + Long.toHexString(value), expected);
  }

  @Override
  public String getMessage() {
    String where = block == NO_BLOCK ? "" : "block 0x" + Long.toHexString(block) + " ";
    return where + structure + " " + field + " " + value + ": expected " + expected;
  }

  /** The block's number in the file system, or {@link #NO_BLOCK}. */
  public long block() {
    return block;
  }

  /** What the block should hold. */
  public String structure() {
    return structure;
  }

  /** The field that is wrong. */
  public String field() {
    return field;
  }

  /** What the field holds, as shown in the message. */
  public String value() {
    return value;
  }

  /** What the field may hold. */
  public String expected() {
    return expected;
  }
}
