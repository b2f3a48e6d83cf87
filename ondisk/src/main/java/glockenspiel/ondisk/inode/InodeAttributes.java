package glockenspiel.ondisk.inode;

import glockenspiel.ondisk.CorruptBlockException;
import glockenspiel.ondisk.FieldCheck;
import java.nio.ByteBuffer;

/**
 * The part of a {@link Dinode} that every file system has: mode, owner, links, times, device
 * numbers. The layout is drawn there. Times are seconds since the epoch and nanoseconds.
 */
public abstract sealed class InodeAttributes permits Dinode {
  static final String STRUCTURE = "dinode";
  private static final int MODE_AT = 40;
  private static final int UID_AT = 44;
  private static final int GID_AT = 48;
  private static final int LINKS_AT = 52;
  private static final int ATIME_AT = 72;
  private static final int MTIME_AT = 80;
  private static final int CTIME_AT = 88;
  private static final int MAJOR_AT = 96;
  private static final int MINOR_AT = 100;
  private static final int ATIME_NANOS_AT = 176;
  private static final int MTIME_NANOS_AT = 180;
  private static final int CTIME_NANOS_AT = 184;
  private static final int NANOS_MAX = 999_999_999;

  final ByteBuffer buffer;
  final long block;

  InodeAttributes(ByteBuffer buffer, long block) {
    this.buffer = buffer;
    this.block = block;
  }

  /** {@code di_mode}: file type and permissions, 16 bits. */
  public int mode() {
    int mode = buffer.getInt(MODE_AT);
    if (mode >>> 16 != 0 || FileType.ofMode(mode) == null) {
      throw CorruptBlockException.hex(
          block, STRUCTURE, "di_mode", Integer.toUnsignedLong(mode), "a file type and 12 bits");
    }
    return mode;
  }

  /** The file type in {@link #mode}. */
  public FileType type() {
    int mode = mode();
    FileType type = FileType.ofMode(mode);
    if (type == null) {
      throw CorruptBlockException.hex(block, STRUCTURE, "di_mode", mode, "a file type");
    }
    return type;
  }

  /** Whether it is a directory. */
  public boolean isDirectory() {
    return type() == FileType.DIRECTORY;
  }

  /** Owner, as unsigned 32 bits. */
  public int uid() {
    return buffer.getInt(UID_AT);
  }

  /** Group, as unsigned 32 bits. */
  public int gid() {
    return buffer.getInt(GID_AT);
  }

  /** {@code di_nlink}, 0..2^31-1. */
  public int links() {
    return FieldCheck.range(
        block, STRUCTURE, "di_nlink", buffer.getInt(LINKS_AT), 0, Integer.MAX_VALUE);
  }

  /** Last access, seconds. */
  public long atime() {
    return buffer.getLong(ATIME_AT);
  }

  /** Nanoseconds of {@link #atime}, 0..999,999,999. */
  public int atimeNanos() {
    return FieldCheck.range(
        block, STRUCTURE, "di_atime_nsec", buffer.getInt(ATIME_NANOS_AT), 0, NANOS_MAX);
  }

  /** Last change of content, seconds. */
  public long mtime() {
    return buffer.getLong(MTIME_AT);
  }

  /** Nanoseconds of {@link #mtime}, 0..999,999,999. */
  public int mtimeNanos() {
    return FieldCheck.range(
        block, STRUCTURE, "di_mtime_nsec", buffer.getInt(MTIME_NANOS_AT), 0, NANOS_MAX);
  }

  /** Last change of the inode, seconds. */
  public long ctime() {
    return buffer.getLong(CTIME_AT);
  }

  /** Nanoseconds of {@link #ctime}, 0..999,999,999. */
  public int ctimeNanos() {
    return FieldCheck.range(
        block, STRUCTURE, "di_ctime_nsec", buffer.getInt(CTIME_NANOS_AT), 0, NANOS_MAX);
  }

  /** Device major number. */
  public int major() {
    return buffer.getInt(MAJOR_AT);
  }

  /** Device minor number. */
  public int minor() {
    return buffer.getInt(MINOR_AT);
  }

  /** Sets file type and permissions. */
  public void setMode(int mode) {
    buffer.putInt(MODE_AT, mode);
  }

  /** Sets the owner. */
  public void setUid(int uid) {
    buffer.putInt(UID_AT, uid);
  }

  /** Sets the group. */
  public void setGid(int gid) {
    buffer.putInt(GID_AT, gid);
  }

  /** Sets the number of links. */
  public void setLinks(int links) {
    buffer.putInt(LINKS_AT, links);
  }

  /** Sets the access time. */
  public void setAtime(long seconds, int nanos) {
    buffer.putLong(ATIME_AT, seconds).putInt(ATIME_NANOS_AT, nanos);
  }

  /** Sets the time of the last change of content. */
  public void setMtime(long seconds, int nanos) {
    buffer.putLong(MTIME_AT, seconds).putInt(MTIME_NANOS_AT, nanos);
  }

  /** Sets the time of the last change of the inode. */
  public void setCtime(long seconds, int nanos) {
    buffer.putLong(CTIME_AT, seconds).putInt(CTIME_NANOS_AT, nanos);
  }

  /** Sets the device numbers. */
  public void setDevice(int major, int minor) {
    buffer.putInt(MAJOR_AT, major).putInt(MINOR_AT, minor);
  }
}
