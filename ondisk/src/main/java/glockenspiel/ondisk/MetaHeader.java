package glockenspiel.ondisk;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import org.jspecify.annotations.Nullable;

/**
 * The 24 bytes at the start of every metadata block ({@code gfs2_meta_header}).
 *
 * <pre>
 *   0               4               8
 *   +---------------+---------------+
 * 0 | mh_magic      | mh_type       |
 * 8 | 0             | 0             |
 * 16 | mh_format     | mh_jid        |
 *   +---------------+---------------+
 * </pre>
 *
 * <p>Linux checks magic and type on every read, and never the format; so does {@link #check}.
 */
public final class MetaHeader {
  /** {@code GFS2_MAGIC}. */
  public static final int MAGIC = 0x01161970;

  /** Bytes of the header. */
  public static final int BYTES = 24;

  private static final int MAGIC_AT = 0;
  private static final int TYPE_AT = 4;
  private static final int FORMAT_AT = 16;
  private static final int JID_AT = 20;

  private MetaHeader() {}

  /** Whether the block starts with the magic number. */
  public static boolean hasMagic(ByteBuffer buffer) {
    return buffer.getInt(MAGIC_AT) == MAGIC;
  }

  /** {@code mh_type} as found. */
  public static int typeCode(ByteBuffer buffer) {
    return buffer.getInt(TYPE_AT);
  }

  /** The block's type, or null if it has no magic number or an unknown type. */
  public static @Nullable MetaType type(ByteBuffer buffer) {
    return hasMagic(buffer) ? MetaType.ofCode(typeCode(buffer)) : null;
  }

  /** {@code mh_format} as found. */
  public static int format(ByteBuffer buffer) {
    return buffer.getInt(FORMAT_AT);
  }

  /**
   * {@code mh_jid} as found: the journal that logged the block last, where its writer kept account.
   */
  public static int jid(ByteBuffer buffer) {
    return buffer.getInt(JID_AT);
  }

  /** Whether the block has the magic number and this type. */
  public static boolean is(ByteBuffer buffer, MetaType type) {
    return hasMagic(buffer) && typeCode(buffer) == type.code();
  }

  /**
   * Checks magic and type ({@code gfs2_metatype_check}).
   *
   * @throws CorruptBlockException if they are not those of {@code type}
   */
  public static void check(ByteBuffer buffer, long block, MetaType type) {
    requireBigEndian(buffer);
    if (buffer.limit() < BYTES) {
      throw new IllegalArgumentException("buffer of " + buffer.limit() + " bytes");
    }
    if (buffer.getInt(MAGIC_AT) != MAGIC) {
      throw CorruptBlockException.hex(
          block,
          type.structure(),
          "mh_magic",
          Integer.toUnsignedLong(buffer.getInt(MAGIC_AT)),
          "0x1161970");
    }
    if (buffer.getInt(TYPE_AT) != type.code()) {
      throw new CorruptBlockException(
          block,
          type.structure(),
          "mh_type",
          Integer.toUnsignedLong(buffer.getInt(TYPE_AT)),
          Integer.toString(type.code()));
    }
  }

  /** Checks {@code mh_format} too; for checkers, as Linux does not mind. */
  public static void checkFormat(ByteBuffer buffer, long block, MetaType type) {
    check(buffer, block, type);
    FieldCheck.equal(
        block,
        type.structure(),
        "mh_format",
        Integer.toUnsignedLong(buffer.getInt(FORMAT_AT)),
        type.format());
  }

  /** Writes a whole header. */
  public static void write(ByteBuffer buffer, MetaType type) {
    requireBigEndian(buffer);
    buffer.putInt(MAGIC_AT, MAGIC);
    buffer.putInt(TYPE_AT, type.code());
    buffer.putLong(8, 0);
    buffer.putInt(FORMAT_AT, type.format());
    buffer.putInt(JID_AT, 0);
  }

  /** Sets the bytes {@code from..to-1} to zero. */
  public static void zero(ByteBuffer buffer, int from, int to) {
    int at = from;
    for (; at + Long.BYTES <= to; at += Long.BYTES) {
      buffer.putLong(at, 0);
    }
    for (; at < to; at++) {
      buffer.put(at, (byte) 0);
    }
  }

  private static void requireBigEndian(ByteBuffer buffer) {
    if (buffer.order() != ByteOrder.BIG_ENDIAN) {
      throw new IllegalArgumentException("buffer is little-endian");
    }
  }
}
