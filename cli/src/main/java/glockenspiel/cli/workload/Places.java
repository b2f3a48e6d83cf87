package glockenspiel.cli.workload;

import glockenspiel.cli.cluster.FileAccess;
import glockenspiel.cli.cluster.VolumeFiles;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;
import java.util.SplittableRandom;
import java.util.function.Consumer;

/** The directories and shared files of a workload: as many as fit, where directories are small. */
final class Places {
  /** Sectors of a board. */
  static final int BOARD_SECTORS = 16;

  private static final int SHARED_MAX = 3;

  private final FileAccess files;
  private final String top;
  private final List<String> owns = new ArrayList<>();
  private final List<String> boards = new ArrayList<>();
  private final List<String> logs = new ArrayList<>();

  private Places(FileAccess files) {
    this.files = files;
    this.top = files.files(RunDirectory::make);
  }

  /** The id of a shared file, for its sectors. */
  static long id(String path) {
    return path.substring(path.lastIndexOf('/') + 1).hashCode() & 0xFFFFFFFFL;
  }

  /**
   * Makes a directory for the run, and all that the clients expect there.
   *
   * @param nodes how many nodes there are
   */
  static Places make(FileAccess files, int nodes, Sectors sectors, SharedFiles shared) {
    Places places = new Places(files);
    String together = places.top + "/s";
    run(files, fs -> fs.createDirectory(together));
    // First, because a directory in a block of 512 bytes holds three names.
    run(files, fs -> fs.create(places.quiet()));
    for (int node = 0; node < nodes; node++) {
      String directory = places.top + "/n" + node;
      places.owns.add(
          places.fits(directory, true) || node == 0 ? directory : places.owns.getLast());
    }
    for (int number = 0; number < SHARED_MAX; number++) {
      String board = together + "/b" + number;
      String log = together + "/l" + number;
      if (places.fits(board, false)) {
        places.boards.add(board);
      }
      if (files.files(VolumeFiles::canAppend) && places.fits(log, false)) {
        places.logs.add(log);
      }
    }
    for (String board : places.boards) {
      long version = shared.beginWrite(board, 0, System.nanoTime());
      ByteBuffer content = sectors.make(id(board), 0, BOARD_SECTORS, version);
      var _ = files.files(fs -> fs.write(board, 0, content));
      shared.endWrite(board, version, System.nanoTime());
    }
    run(files, VolumeFiles::sync);
    return places;
  }

  private static void run(FileAccess files, Consumer<VolumeFiles> operation) {
    var _ =
        files.files(
            fs -> {
              operation.accept(fs);
              return "";
            });
  }

  private boolean fits(String path, boolean directory) {
    return files.files(
        fs ->
            RunDirectory.fits(
                () -> {
                  if (directory) {
                    fs.createDirectory(path);
                  } else {
                    fs.create(path);
                  }
                }));
  }

  /** The directory of a node; where there is no room for one each, another's. */
  String own(int node) {
    return owns.get(node);
  }

  /** A file that is made here and left alone. */
  String quiet() {
    return top + "/s/quiet";
  }

  /** The directory of the run. */
  String top() {
    return top;
  }

  String board(SplittableRandom random) {
    return boards.get(random.nextInt(boards.size()));
  }

  String log(SplittableRandom random) {
    return logs.get(random.nextInt(logs.size()));
  }

  /** Whether there are logs: not where nodes cannot append. */
  boolean hasLogs() {
    return !logs.isEmpty();
  }

  /** All logs. */
  List<String> logs() {
    return List.copyOf(logs);
  }
}
