package glockenspiel.ondisk.directory;

import glockenspiel.ondisk.CorruptBlockException;
import glockenspiel.ondisk.FieldCheck;
import glockenspiel.ondisk.Geometry;
import glockenspiel.ondisk.Inum;
import glockenspiel.ondisk.MetaHeader;
import glockenspiel.ondisk.inode.Dinode;
import glockenspiel.ondisk.inode.FileType;
import java.nio.ByteBuffer;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * A view of the part of a block that holds directory entries: behind the dinode's header of a
 * linear directory, or behind a leaf's header. The entries' records fill it without gaps; the slack
 * of an entry follows its name.
 *
 * <pre>
 *   start                                                        end of block
 *   | entry, name | slack | entry, name | entry, name | slack ... |
 *   '---- de_rec_len -----'- de_rec_len-'------ de_rec_len -------'
 * </pre>
 *
 * <p>An entry is named by its byte offset in the block. Only the first may be unused (its inode
 * number 0): what is removed elsewhere becomes slack of the entry before. Every step is checked, so
 * every loop ends after at most block size / 40 steps. Accessors take an offset that this object
 * gave out since the last change.
 */
public final class EntryBlock {
  /**
   * What {@link #insert} answers when no slack is long enough; what {@link #find} answers when
   * there is none.
   */
  public static final int NO_ROOM = -1;

  /** What {@link #find}, {@link #first} and {@link #next} answer when there is none. */
  public static final int NONE = -1;

  private static final int FORMAL_INODE_AT = 0;
  private static final int ADDRESS_AT = 8;
  private static final int HASH_AT = 16;
  private static final int RECORD_LENGTH_AT = 20;
  private static final int NAME_LENGTH_AT = 22;
  private static final int TYPE_AT = 24;
  private static final int READAHEAD_AT = 26;
  private static final int NAME_AT = DirectoryEntry.HEADER_BYTES;

  private final ByteBuffer buffer;
  private final long block;
  private final int start;

  EntryBlock(ByteBuffer buffer, long block, int start) {
    this.buffer = buffer;
    this.block = block;
    this.start = start;
  }

  /**
   * The entries of a linear directory, in its dinode.
   *
   * @throws CorruptBlockException if the inode is no linear directory
   */
  public static EntryBlock linear(Dinode directory) {
    if (!directory.isDirectory()) {
      throw CorruptBlockException.hex(
          directory.block(), "dinode", "di_mode", directory.mode(), "a directory");
    }
    if (directory.isExhash()) {
      throw CorruptBlockException.hex(
          directory.block(), "dinode", "di_flags", directory.flags(), "no EXHASH");
    }
    FieldCheck.range(
        directory.block(), "dinode", "di_height of a linear directory", directory.height(), 0, 0);
    return new EntryBlock(directory.buffer(), directory.block(), Geometry.DINODE_HEADER_BYTES);
  }

  /** Makes the whole part one unused entry, as in a new leaf or directory. */
  public void clear() {
    MetaHeader.zero(buffer, start, buffer.limit());
    buffer.putShort(start + RECORD_LENGTH_AT, (short) (buffer.limit() - start));
  }

  /** Offset of the first record, used or not. */
  public int first() {
    check(start);
    return start;
  }

  /** Offset of the record after this one, or {@link #NONE}. */
  public int next(int offset) {
    int next = offset + recordLength(offset);
    if (next == buffer.limit()) {
      return NONE;
    }
    check(next);
    return next;
  }

  /** Whether the record holds an entry. */
  public boolean isUsed(int offset) {
    return formalInode(offset) != 0 && address(offset) != 0;
  }

  /** {@code no_formal_ino} of the entry. */
  public long formalInode(int offset) {
    return buffer.getLong(offset + FORMAL_INODE_AT);
  }

  /** {@code no_addr} of the entry: the dinode's block, not checked against the volume. */
  public long address(int offset) {
    return buffer.getLong(offset + ADDRESS_AT);
  }

  /** {@code de_hash} as found. */
  public int hash(int offset) {
    return buffer.getInt(offset + HASH_AT);
  }

  /** {@code de_type} as found; see {@link FileType#ofCode}. */
  public int typeCode(int offset) {
    return Short.toUnsignedInt(buffer.getShort(offset + TYPE_AT));
  }

  /** Bytes of the name, 1..255 of a used entry. */
  public int nameLength(int offset) {
    return Short.toUnsignedInt(buffer.getShort(offset + NAME_LENGTH_AT));
  }

  /** Whether this is the entry's name. */
  public boolean nameEquals(int offset, byte[] name) {
    if (nameLength(offset) != name.length) {
      return false;
    }
    for (int i = 0; i < name.length; i++) {
      if (buffer.get(offset + NAME_AT + i) != name[i]) {
        return false;
      }
    }
    return true;
  }

  /** A copy of a used entry. */
  public DirectoryEntry entry(int offset) {
    byte[] name = new byte[nameLength(offset)];
    buffer.get(offset + NAME_AT, name);
    return new DirectoryEntry(
        name, hash(offset), new Inum(formalInode(offset), address(offset)), typeCode(offset));
  }

  /**
   * Shows copies of all used entries, in the block's order.
   *
   * @throws CorruptBlockException at the first record that does not fit
   */
  public void forEach(Consumer<DirectoryEntry> visitor) {
    for (int at = first(); at != NONE; at = next(at)) {
      if (isUsed(at)) {
        visitor.accept(entry(at));
      }
    }
  }

  /** How many entries are in use. */
  public int count() {
    int count = 0;
    for (int at = first(); at != NONE; at = next(at)) {
      if (isUsed(at)) {
        count++;
      }
    }
    return count;
  }

  /**
   * Finds an entry by name.
   *
   * @param hash {@link NameHash#of} the name
   * @return its offset, or {@link #NONE}
   * @throws CorruptBlockException at the first record that does not fit
   */
  public int find(byte[] name, int hash) {
    for (int at = first(); at != NONE; at = next(at)) {
      if (hash(at) == hash && isUsed(at) && nameEquals(at, name)) {
        return at;
      }
    }
    return NONE;
  }

  /** The entry of this name, or null. */
  public @Nullable DirectoryEntry get(byte[] name) {
    int at = find(name, NameHash.of(name));
    return at == NONE ? null : entry(at);
  }

  /** Whether a name of this many bytes could be inserted. */
  public boolean hasRoom(int nameLength) {
    return findSlack(DirectoryEntry.bytesFor(nameLength)) != NONE;
  }

  /**
   * Inserts an entry into the first slack that is long enough. Does not look whether the name
   * exists, and does not count: {@code di_entries} of the directory and {@code lf_entries} of a
   * leaf are the caller's.
   *
   * @param name 1..255 bytes
   * @return its offset, or {@link #NO_ROOM}, with nothing changed
   * @throws CorruptBlockException at the first record that does not fit
   */
  public int insert(byte[] name, int hash, Inum inum, FileType type) {
    if (name.length == 0 || name.length > DirectoryEntry.NAME_BYTES_MAX) {
      throw new IllegalArgumentException("name of " + name.length + " bytes: expected 1..255");
    }
    if (inum.address() == 0 || inum.formalInode() == 0) {
      throw new IllegalArgumentException("inode " + inum);
    }
    int host = findSlack(DirectoryEntry.bytesFor(name.length));
    if (host == NONE) {
      return NO_ROOM;
    }
    int record = recordLength(host);
    int kept = usedBytes(host);
    int at = host + kept;
    if (kept > 0) {
      buffer.putShort(host + RECORD_LENGTH_AT, (short) kept);
    }
    MetaHeader.zero(buffer, at, at + DirectoryEntry.bytesFor(name.length));
    buffer.putShort(at + RECORD_LENGTH_AT, (short) (record - kept));
    buffer.putShort(at + NAME_LENGTH_AT, (short) name.length);
    buffer.putInt(at + HASH_AT, hash);
    buffer.putShort(at + TYPE_AT, (short) type.code());
    buffer.put(at + NAME_AT, name);
    setInum(at, inum);
    return at;
  }

  /** Points an entry at another inode, as a rename over it and {@code ..} do. */
  public void replace(int offset, Inum inum, FileType type) {
    buffer.putShort(offset + TYPE_AT, (short) type.code());
    buffer.putShort(offset + READAHEAD_AT, (short) 0);
    setInum(offset, inum);
  }

  /**
   * Removes an entry: it becomes slack of the record before, or, being the first, an unused record.
   * Does not count; see {@link #insert}.
   *
   * @param offset of a used entry
   */
  public void remove(int offset) {
    if (!isUsed(offset)) {
      throw new IllegalArgumentException("entry at " + offset + " is unused");
    }
    if (offset == start) {
      setInum(offset, Inum.NONE);
      return;
    }
    int before = first();
    for (int next = next(before); next != offset; next = next(before)) {
      if (next == NONE) {
        throw new IllegalArgumentException("no record at " + offset);
      }
      before = next;
    }
    buffer.putShort(
        before + RECORD_LENGTH_AT, (short) (recordLength(before) + recordLength(offset)));
  }

  private int findSlack(int needed) {
    for (int at = first(); at != NONE; at = next(at)) {
      if (recordLength(at) - usedBytes(at) >= needed) {
        return at;
      }
    }
    return NONE;
  }

  private int usedBytes(int offset) {
    return isUsed(offset) ? DirectoryEntry.bytesFor(nameLength(offset)) : 0;
  }

  private int recordLength(int offset) {
    return Short.toUnsignedInt(buffer.getShort(offset + RECORD_LENGTH_AT));
  }

  private void setInum(int offset, Inum inum) {
    buffer.putLong(offset + FORMAL_INODE_AT, inum.formalInode());
    buffer.putLong(offset + ADDRESS_AT, inum.address());
  }

  /** What gfs2_check_dirent checks, and that names are neither empty nor too long. */
  private void check(int offset) {
    int room = buffer.limit() - offset;
    if (room < DirectoryEntry.HEADER_BYTES) {
      throw wrong(offset, "offset", offset, "at least 40 bytes before the block's end");
    }
    int record = recordLength(offset);
    if (record < DirectoryEntry.HEADER_BYTES || record > room || record % Long.BYTES != 0) {
      throw wrong(offset, "de_rec_len", record, "a multiple of 8 in 40.." + room);
    }
    if (isUsed(offset)) {
      int nameLength = nameLength(offset);
      int nameMax = Math.min(record - DirectoryEntry.HEADER_BYTES, DirectoryEntry.NAME_BYTES_MAX);
      if (nameLength < 1 || nameLength > nameMax) {
        throw wrong(offset, "de_name_len", nameLength, "1.." + nameMax);
      }
    } else if (offset != start) {
      throw wrong(
          offset, "de_inum.no_addr", address(offset), "an inode, as the entry is not the first");
    }
  }

  private CorruptBlockException wrong(int offset, String field, long value, String expected) {
    return new CorruptBlockException(
        block, "directory entry at byte " + offset, field, value, expected);
  }
}
