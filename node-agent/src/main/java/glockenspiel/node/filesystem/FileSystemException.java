package glockenspiel.node.filesystem;

/**
 * An operation could not be done. Except for WITHDRAWN nothing was changed, or what was changed is
 * whole.
 */
public final class FileSystemException extends RuntimeException {
  private static final long serialVersionUID = 1L;

  /** Why, as callers decide by it. */
  public enum Code {
    /** A name on the path does not exist (ENOENT). */
    NOT_FOUND,
    /** The name exists already (EEXIST). */
    EXISTS,
    /** Something before the last name is no directory, or a directory was needed (ENOTDIR). */
    NOT_A_DIRECTORY,
    /** A directory where a file was needed (EISDIR). */
    IS_A_DIRECTORY,
    /** The directory has entries (ENOTEMPTY). */
    NOT_EMPTY,
    /** No resource group has enough free blocks (ENOSPC). */
    NO_SPACE,
    /** The place in the directory where the name belongs is full (ENOSPC). */
    NO_ROOM_IN_DIRECTORY,
    /** A name is longer than 255 bytes (ENAMETOOLONG). */
    NAME_TOO_LONG,
    /** An argument that can never be right (EINVAL). */
    INVALID,
    /** The file would be longer than the volume's geometry allows (EFBIG). */
    FILE_TOO_LARGE,
    /** The inode has as many links as fit (EMLINK). */
    TOO_MANY_LINKS,
    /** The inode must not be changed (EPERM). */
    READ_ONLY,
    /** File data could not be read (EIO). */
    IO,
    /** The node withdraws or has withdrawn. */
    WITHDRAWN
  }

  private final Code code;
  private final String detail;

  /** With what is wrong; the operation adds the path. */
  public FileSystemException(Code code, String detail) {
    this(code, detail, "", null);
  }

  private FileSystemException(
      Code code, String detail, String path, @org.jspecify.annotations.Nullable Throwable cause) {
    super(code + (path.isEmpty() ? "" : " path=" + path) + ": " + detail, cause);
    this.code = code;
    this.detail = detail;
  }

  /** The same, naming the path. */
  FileSystemException at(String path) {
    return new FileSystemException(code, detail, path, this);
  }

  /** An operation on the path failed because of something else. */
  static FileSystemException of(Code code, String path, RuntimeException cause) {
    String message = cause.getMessage();
    return new FileSystemException(code, message == null ? cause.toString() : message, path, cause);
  }

  /** Why. */
  public Code code() {
    return code;
  }
}
