package glockenspiel.node.grpc;

import static glockenspiel.protocol.wire.FieldCheck.ARGUMENT;

import java.nio.charset.StandardCharsets;

/** Checks the fields of requests about files. Each throws {@link IllegalArgumentException}. */
final class FilePaths {
  private static final int PATH_BYTES_MAX = 4096;
  private static final int PERMISSIONS_MAX = 07777;

  /** What to make, and with which permission bits. */
  record ToMake(String path, int permissions) {}

  private FilePaths() {}

  /** A required path. Its names are the file system's to judge. */
  static String path(String field, String path) {
    ARGUMENT.present(field, !path.isEmpty());
    if (!path.startsWith("/")) {
      throw ARGUMENT.bad(field, "does not begin with /");
    }
    int bytes = path.getBytes(StandardCharsets.UTF_8).length;
    if (bytes > PATH_BYTES_MAX) {
      throw ARGUMENT.bad(field, bytes + " bytes, at most " + PATH_BYTES_MAX + " allowed");
    }
    return path;
  }

  static ToMake toMake(String path, int permissions, int otherwise) {
    ARGUMENT.range("permissions", permissions, 0, PERMISSIONS_MAX);
    return new ToMake(path("path", path), permissions == 0 ? otherwise : permissions);
  }
}
