package glockenspiel.simulation.workload;

import glockenspiel.node.filesystem.FileSystem;
import glockenspiel.node.filesystem.FileSystemException;
import glockenspiel.node.filesystem.FileSystemException.Code;
import java.nio.ByteBuffer;
import java.util.SplittableRandom;

/**
 * Does what comes to its mind to a few names that all nodes share: makes, fills with holes, cuts
 * and removes files and directories, so that nodes contend for resource groups and for each other's
 * blocks. Nobody remembers what should be there; the image check looks at the structure.
 */
public final class ScratchWorker {
  /** The directory, made before the workers begin. */
  public static final String DIRECTORY = "/x";

  private static final int NAMES = 6;
  private static final int OFFSET_MAX = 60_000;
  private static final int BYTES_MAX = 6_000;

  private final FileSystem files;
  private final SplittableRandom random;

  /** A worker of one mount. */
  public ScratchWorker(FileSystem files, SplittableRandom random) {
    this.files = files;
    this.random = random;
  }

  /**
   * Does one thing.
   *
   * @throws FileSystemException WITHDRAWN; the mount is of no use any more
   */
  public void work() {
    String path = DIRECTORY + "/f" + random.nextInt(NAMES);
    String directory = DIRECTORY + "/d" + random.nextInt(NAMES);
    try {
      switch (random.nextInt(10)) {
        case 0, 1 -> files.create(path, 0600);
        case 2, 3, 4 -> {
          ByteBuffer bytes = ByteBuffer.allocate(random.nextInt(1, BYTES_MAX));
          bytes.put(0, (byte) random.nextInt(1, 100));
          files.write(path, random.nextInt(OFFSET_MAX), bytes);
        }
        case 5 -> files.truncate(path);
        case 6 -> files.unlink(path);
        case 7 -> files.createDirectory(directory, 0700);
        case 8 -> files.removeDirectory(directory);
        default -> files.stat(path);
      }
    } catch (FileSystemException failure) {
      if (failure.code() == Code.WITHDRAWN || failure.code() == Code.INVALID) {
        throw failure;
      }
    }
  }
}
