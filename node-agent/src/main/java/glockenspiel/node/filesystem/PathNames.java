package glockenspiel.node.filesystem;

import glockenspiel.node.filesystem.FileSystemException.Code;
import glockenspiel.ondisk.directory.DirectoryEntry;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;

/**
 * The names of an absolute path, as the bytes that directories hold. {@code .} and {@code ..} are
 * resolved in the text, which is right because symbolic links are not followed.
 */
record PathNames(List<byte[]> names) {
  static PathNames parse(String path) {
    if (!path.startsWith("/") || path.indexOf('\0') >= 0) {
      throw new FileSystemException(Code.INVALID, "a path begins with / and has no zero character");
    }
    List<byte[]> names = new ArrayList<>();
    for (String name : path.split("/", -1)) {
      if (name.equals("..")) {
        if (!names.isEmpty()) {
          names.removeLast();
        }
      } else if (!name.isEmpty() && !name.equals(".")) {
        names.add(bytes(name));
      }
    }
    return new PathNames(List.copyOf(names));
  }

  private static byte[] bytes(String name) {
    byte[] bytes = name.getBytes(StandardCharsets.UTF_8);
    if (bytes.length > DirectoryEntry.NAME_BYTES_MAX) {
      throw new FileSystemException(
          Code.NAME_TOO_LONG, "a name of " + bytes.length + " bytes: at most 255");
    }
    return bytes;
  }

  /** The directory that holds the last name. */
  PathNames parent() {
    requireName();
    return new PathNames(names.subList(0, names.size() - 1));
  }

  /** The last name. */
  byte[] last() {
    requireName();
    return names.getLast();
  }

  private void requireName() {
    if (names.isEmpty()) {
      throw new FileSystemException(Code.INVALID, "the root directory is meant");
    }
  }
}
