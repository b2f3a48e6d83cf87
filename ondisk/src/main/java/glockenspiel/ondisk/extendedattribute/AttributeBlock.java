package glockenspiel.ondisk.extendedattribute;

import glockenspiel.ondisk.CorruptBlockException;
import glockenspiel.ondisk.FieldCheck;
import glockenspiel.ondisk.Geometry;
import glockenspiel.ondisk.MetaHeader;
import glockenspiel.ondisk.MetaType;
import java.nio.ByteBuffer;

/**
 * A view of a block of extended attributes ({@code GFS2_METATYPE_EA}): records from byte 24 to the
 * end, without gaps.
 *
 * <pre>
 *    0               4               8
 *    +---------------+---------------+
 *  0 | ea_rec_len    | ea_data_len   |
 *  8 |nam|typ|flg|ptr| 0             |  u8 ea_name_len, ea_type, ea_flags, ea_num_ptrs
 * 16 | name, without a final zero    |
 *    | ea_num_ptrs = 0: the value    |  ea_data_len bytes
 *    | else, at the next multiple of |
 *    | 8: block numbers of the value |  ea_num_ptrs of them
 *    +-------------------------------+
 * </pre>
 *
 * <p>The last record carries a flag and ends where the block does. Records are named by their byte
 * offset; accessors take an offset that {@link #first} or {@link #next} gave out, which have
 * checked the record.
 */
public final class AttributeBlock {
  /** What {@link #next} answers behind the last record. */
  public static final int NONE = -1;

  /** Longest value, in bytes ({@code GFS2_EA_MAX_DATA_LEN}). */
  public static final int VALUE_BYTES_MAX = 65536;

  /** {@code ea_type} of a record that holds nothing. */
  public static final int TYPE_UNUSED = 0;

  /** Highest {@code ea_type}: user 1, system 2, security 3, trusted 4. */
  public static final int TYPE_MAX = 4;

  private static final int HEADER_BYTES = 16;
  private static final int LAST = 0x01;
  private static final int VALUE_LENGTH_AT = 4;
  private static final int NAME_LENGTH_AT = 8;
  private static final int TYPE_AT = 9;
  private static final int FLAGS_AT = 10;
  private static final int POINTERS_AT = 11;

  private final ByteBuffer buffer;
  private final long block;
  private final Geometry geometry;

  private AttributeBlock(ByteBuffer buffer, long block, Geometry geometry) {
    this.buffer = buffer;
    this.block = block;
    this.geometry = geometry;
  }

  /**
   * A view of a block that holds extended attributes.
   *
   * @throws CorruptBlockException if it does not
   */
  public static AttributeBlock of(ByteBuffer buffer, long block, Geometry geometry) {
    MetaHeader.check(buffer, block, MetaType.EXTENDED_ATTRIBUTE);
    return new AttributeBlock(buffer, block, geometry);
  }

  /** The block's number. */
  public long block() {
    return block;
  }

  /** Offset of the first record. */
  public int first() {
    check(MetaHeader.BYTES);
    return MetaHeader.BYTES;
  }

  /** Offset of the record after this one, or {@link #NONE}. */
  public int next(int offset) {
    if ((flags(offset) & LAST) != 0) {
      return NONE;
    }
    int next = offset + buffer.getInt(offset);
    check(next);
    return next;
  }

  /** Whether the record holds an attribute. */
  public boolean isUsed(int offset) {
    return typeCode(offset) != TYPE_UNUSED;
  }

  /** {@code ea_type}, 0..4. */
  public int typeCode(int offset) {
    return Byte.toUnsignedInt(buffer.get(offset + TYPE_AT));
  }

  /** A copy of the name's bytes, without the type's prefix ({@code user.} and so on). */
  public byte[] name(int offset) {
    byte[] name = new byte[nameLength(offset)];
    buffer.get(offset + HEADER_BYTES, name);
    return name;
  }

  /** Bytes of the value, 0..65536. */
  public int valueLength(int offset) {
    return buffer.getInt(offset + VALUE_LENGTH_AT);
  }

  /** Number of blocks that hold the value; 0 if it is stuffed. */
  public int pointers(int offset) {
    return Byte.toUnsignedInt(buffer.get(offset + POINTERS_AT));
  }

  /** A block of the value, as found: its reader checks it against the volume. */
  public long pointer(int offset, int index) {
    if (index < 0 || index >= pointers(offset)) {
      throw new IndexOutOfBoundsException("pointer " + index + " of " + pointers(offset));
    }
    return buffer.getLong(offset + pointersAt(offset) + index * Long.BYTES);
  }

  /**
   * A copy of a stuffed value.
   *
   * @throws IllegalArgumentException if it lies in blocks of its own
   */
  public byte[] stuffedValue(int offset) {
    if (pointers(offset) != 0) {
      throw new IllegalArgumentException("value at " + offset + " is not stuffed");
    }
    byte[] value = new byte[valueLength(offset)];
    buffer.get(offset + HEADER_BYTES + nameLength(offset), value);
    return value;
  }

  private int nameLength(int offset) {
    return Byte.toUnsignedInt(buffer.get(offset + NAME_LENGTH_AT));
  }

  private int flags(int offset) {
    return Byte.toUnsignedInt(buffer.get(offset + FLAGS_AT));
  }

  private int pointersAt(int offset) {
    return (HEADER_BYTES + nameLength(offset) + 7) & ~7;
  }

  private void check(int offset) {
    String record = "extended attribute";
    int room = buffer.limit() - offset;
    FieldCheck.range(
        block, record, "offset", offset, MetaHeader.BYTES, buffer.limit() - HEADER_BYTES);
    int length = buffer.getInt(offset);
    if (length < HEADER_BYTES || length > room || length % Long.BYTES != 0) {
      throw new CorruptBlockException(
          block,
          record,
          "ea_rec_len at byte " + offset,
          Integer.toUnsignedLong(length),
          "a multiple of 8 in 16.." + room);
    }
    boolean last = (flags(offset) & LAST) != 0;
    if (last != (length == room)) {
      throw new CorruptBlockException(
          block,
          record,
          "ea_flags at byte " + offset,
          flags(offset),
          "LAST in the record that ends the block, only");
    }
    FieldCheck.range(block, record, "ea_type", typeCode(offset), TYPE_UNUSED, TYPE_MAX);
    if (isUsed(offset)) {
      checkValue(offset, record, length);
    }
  }

  private void checkValue(int offset, String record, int length) {
    int value =
        FieldCheck.range(block, record, "ea_data_len", valueLength(offset), 0, VALUE_BYTES_MAX);
    int pointers = pointers(offset);
    if (pointers == 0) {
      int room = length - HEADER_BYTES - nameLength(offset);
      FieldCheck.range(block, record, "ea_data_len", value, 0, room);
    } else {
      int needed = Math.ceilDiv(value, geometry.journaledDataBytes());
      int room = (length - pointersAt(offset)) / Long.BYTES;
      FieldCheck.range(block, record, "ea_num_ptrs", pointers, needed, room);
    }
  }
}
