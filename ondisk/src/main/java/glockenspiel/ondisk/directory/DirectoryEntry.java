package glockenspiel.ondisk.directory;

import glockenspiel.ondisk.Inum;
import glockenspiel.ondisk.inode.FileType;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import org.jspecify.annotations.Nullable;

/**
 * A directory entry in use, copied out of its block ({@code gfs2_dirent}).
 *
 * <pre>
 *    0               4               8
 *    +---------------+---------------+
 *  0 | de_inum: formal inode         |
 *  8 |          address              |
 * 16 | de_hash       | rec   | name  |  u16 de_rec_len, de_name_len
 * 24 | type  | rahead| 0             |  u16 de_type, de_rahead
 * 32 | 0                             |
 * 40 | the name, then unused bytes   |  to de_rec_len, a multiple of 8
 *    +-------------------------------+
 * </pre>
 *
 * <p>Equal if the name is, and all else.
 */
public final class DirectoryEntry {
  /** Bytes before the name. */
  public static final int HEADER_BYTES = 40;

  /** Longest name, in bytes ({@code GFS2_FNAMESIZE}). */
  public static final int NAME_BYTES_MAX = 255;

  private final byte[] name;
  private final int hash;
  private final Inum inum;
  private final int typeCode;

  DirectoryEntry(byte[] name, int hash, Inum inum, int typeCode) {
    this.name = name;
    this.hash = hash;
    this.inum = inum;
    this.typeCode = typeCode;
  }

  /** The least {@code de_rec_len} of a name ({@code GFS2_DIRENT_SIZE}). */
  public static int bytesFor(int nameLength) {
    return (HEADER_BYTES + nameLength + 7) & ~7;
  }

  /** A copy of the name's bytes. */
  public byte[] name() {
    return name.clone();
  }

  /** The name as UTF-8; bytes that are none are replaced. */
  public String nameText() {
    return new String(name, StandardCharsets.UTF_8);
  }

  /** {@code de_hash} as found. */
  public int hash() {
    return hash;
  }

  /** The inode. */
  public Inum inum() {
    return inum;
  }

  /** {@code de_type} as found. */
  public int typeCode() {
    return typeCode;
  }

  /** The inode's type, or null if {@code de_type} is none. */
  public @Nullable FileType type() {
    return FileType.ofCode(typeCode);
  }

  @Override
  public boolean equals(@Nullable Object other) {
    return other instanceof DirectoryEntry that
        && Arrays.equals(name, that.name)
        && hash == that.hash
        && inum.equals(that.inum)
        && typeCode == that.typeCode;
  }

  @Override
  public int hashCode() {
    return hash;
  }

  @Override
  public String toString() {
    return nameText() + " -> " + inum.formalInode() + "/0x" + Long.toHexString(inum.address());
  }
}
