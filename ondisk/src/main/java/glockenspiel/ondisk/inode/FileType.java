package glockenspiel.ondisk.inode;

import org.jspecify.annotations.Nullable;

/**
 * What an inode is: the upper four bits of {@code di_mode}, and {@code de_type} of directory
 * entries.
 */
public enum FileType {
  /** Named pipe. */
  FIFO(1),
  /** Character device. */
  CHARACTER_DEVICE(2),
  /** Directory. */
  DIRECTORY(4),
  /** Block device. */
  BLOCK_DEVICE(6),
  /** Regular file. */
  REGULAR(8),
  /** Symbolic link. */
  SYMLINK(10),
  /** Socket. */
  SOCKET(12);

  private static final int CODE_MAX = 12;
  private static final int MODE_SHIFT = 12;
  private static final @Nullable FileType[] BY_CODE = byCode();

  private final int code;

  FileType(int code) {
    this.code = code;
  }

  private static @Nullable FileType[] byCode() {
    @Nullable FileType[] types = new @Nullable FileType[CODE_MAX + 1];
    for (FileType type : values()) {
      types[type.code] = type;
    }
    return types;
  }

  /** The value of {@code de_type} ({@code DT_*}). */
  public int code() {
    return code;
  }

  /** The bits of {@code di_mode} ({@code S_IF*}). */
  public int modeBits() {
    return code << MODE_SHIFT;
  }

  /** The type with this {@code de_type}, or null. */
  public static @Nullable FileType ofCode(int code) {
    return code < 0 || code > CODE_MAX ? null : BY_CODE[code];
  }

  /** The type in a {@code di_mode}, or null. */
  public static @Nullable FileType ofMode(int mode) {
    return ofCode(mode >>> MODE_SHIFT);
  }
}
