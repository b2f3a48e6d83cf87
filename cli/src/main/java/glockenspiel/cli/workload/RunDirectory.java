package glockenspiel.cli.workload;

import glockenspiel.cli.cluster.VolumeFiles;
import glockenspiel.node.filesystem.FileSystemException;
import glockenspiel.node.filesystem.FileSystemException.Code;
import java.util.ArrayList;
import java.util.List;

/** A directory of its own for each run, on an image that may hold anything. */
public final class RunDirectory {
  private static final int ATTEMPTS = 100;

  private RunDirectory() {}

  /**
   * Makes one in the root or, when that has no room, in a directory of the root. In a task.
   *
   * @return its path
   * @throws FileSystemException there is no room anywhere
   */
  public static String make(VolumeFiles files) {
    List<String> parents = new ArrayList<>(List.of(""));
    files.directories("/").forEach(name -> parents.add("/" + name));
    for (String parent : parents) {
      for (int attempt = 0; attempt < ATTEMPTS; attempt++) {
        String path = parent + "/demo" + (attempt == 0 ? "" : attempt);
        try {
          files.createDirectory(path);
          return path;
        } catch (FileSystemException refused) {
          if (refused.code() == Code.EXISTS) {
            continue;
          }
          if (refused.code() != Code.NO_ROOM_IN_DIRECTORY || parent.equals(parents.getLast())) {
            throw refused;
          }
          break;
        }
      }
    }
    throw new IllegalStateException("every name for a directory of the run is taken");
  }

  /**
   * Does something that needs a place in a directory. In a task.
   *
   * @return false when there is no room
   */
  public static boolean fits(Runnable operation) {
    try {
      operation.run();
      return true;
    } catch (FileSystemException refused) {
      if (refused.code() == Code.NO_ROOM_IN_DIRECTORY) {
        return false;
      }
      throw refused;
    }
  }
}
