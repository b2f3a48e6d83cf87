package glockenspiel.cli.demo.workload;

import glockenspiel.cli.cluster.FileAccess;
import glockenspiel.node.filesystem.FileSystemException;
import glockenspiel.node.filesystem.FileSystemException.Code;
import glockenspiel.ondisk.directory.DirectoryEntry;
import glockenspiel.ondisk.inode.FileType;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;
import java.util.SplittableRandom;
import org.jspecify.annotations.Nullable;

/** The directories and shared files of a workload. */
final class Places {
  /** Sectors of a board. */
  static final int BOARD_SECTORS = 16;

  private static final int BOARDS = 3;
  private static final int LOGS = 3;
  private static final int ATTEMPTS = 100;

  private final String top;

  private Places(String top) {
    this.top = top;
  }

  /** The id of a shared file, for its sectors. */
  static long id(String path) {
    return path.substring(path.lastIndexOf('/') + 1).hashCode() & 0xFFFFFFFFL;
  }

  /**
   * Makes a directory for the run, in the root or, when that has no room, below it, and all that
   * the clients expect there.
   *
   * @param nodes how many nodes there are
   */
  static Places make(FileAccess files, int nodes, Sectors sectors, SharedFiles shared) {
    Places places = new Places(makeTop(files));
    files.call(fs -> fs.createDirectory(places.top + "/shared", 0755));
    for (int node = 0; node < nodes; node++) {
      String directory = places.own(node);
      files.call(fs -> fs.createDirectory(directory, 0755));
    }
    for (int number = 0; number < BOARDS; number++) {
      String board = places.top + "/shared/b" + number;
      long version = shared.beginWrite(board, 0, System.nanoTime());
      ByteBuffer content = sectors.make(id(board), 0, BOARD_SECTORS, version);
      files.call(fs -> fs.create(board, 0644));
      files.call(fs -> fs.write(board, 0, content));
      shared.endWrite(board, version, System.nanoTime());
    }
    for (int number = 0; number < LOGS; number++) {
      String log = places.top + "/shared/l" + number;
      files.call(fs -> fs.create(log, 0644));
    }
    files.call(
        fs -> {
          fs.sync();
          return "";
        });
    return places;
  }

  private static String makeTop(FileAccess files) {
    List<String> parents = new ArrayList<>(List.of(""));
    for (DirectoryEntry entry : files.call(fs -> fs.list("/"))) {
      if (entry.type() == FileType.DIRECTORY) {
        parents.add("/" + entry.nameText());
      }
    }
    FileSystemException last = null;
    for (String parent : parents) {
      for (int attempt = 0; attempt < ATTEMPTS; attempt++) {
        String path = parent + "/demo" + (attempt == 0 ? "" : attempt);
        try {
          files.call(fs -> fs.createDirectory(path, 0755));
          return path;
        } catch (FileSystemException refused) {
          last = refused;
          if (refused.code() != Code.EXISTS) {
            break;
          }
        }
      }
    }
    throw noPlace(last);
  }

  private static RuntimeException noPlace(@Nullable FileSystemException last) {
    return last == null ? new IllegalStateException("no directory") : last;
  }

  /** The directory of a node. */
  String own(int node) {
    return top + "/n" + node;
  }

  /** The directory of the run. */
  String top() {
    return top;
  }

  String board(SplittableRandom random) {
    return top + "/shared/b" + random.nextInt(BOARDS);
  }

  String log(SplittableRandom random) {
    return top + "/shared/l" + random.nextInt(LOGS);
  }

  /** All boards. */
  List<String> boards() {
    return numbered("b", BOARDS);
  }

  /** All logs. */
  List<String> logs() {
    return numbered("l", LOGS);
  }

  private List<String> numbered(String prefix, int count) {
    List<String> paths = new ArrayList<>();
    for (int number = 0; number < count; number++) {
      paths.add(top + "/shared/" + prefix + number);
    }
    return paths;
  }
}
