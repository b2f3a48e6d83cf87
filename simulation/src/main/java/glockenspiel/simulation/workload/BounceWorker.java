package glockenspiel.simulation.workload;

import glockenspiel.node.filesystem.FileSystem;
import glockenspiel.node.filesystem.FileSystemException;
import glockenspiel.node.filesystem.FileSystemException.Code;
import java.nio.ByteBuffer;

/**
 * Writes to one small file that all nodes write to, each into a place of its own, and reads all of
 * it at once: its glock goes from node to node with every operation.
 */
public final class BounceWorker {
  /** The file, made before the workers begin. */
  public static final String PATH = ScratchWorker.DIRECTORY + "/bounce";

  /** More than all places. */
  private static final int BYTES_MAX = 1024;

  private final FileSystem files;
  private final Histories histories;
  private final Actor actor;

  /** A worker of one mount; the only one of its kind. */
  public BounceWorker(FileSystem files, Histories histories, Actor actor) {
    this.files = files;
    this.histories = histories;
    this.actor = actor;
  }

  /**
   * Writes and reads once.
   *
   * @throws FileSystemException WITHDRAWN; the mount is of no use any more
   */
  public void work() {
    write();
    read();
  }

  private void write() {
    int place = actor.node().index();
    Change change = histories.begin(actor);
    ByteBuffer word = ByteBuffer.allocate(Long.BYTES);
    word.putLong(0, histories.places().write(place, change));
    try {
      files.write(PATH, (long) place * Long.BYTES, word);
      histories.answered(change);
    } catch (FileSystemException failure) {
      histories.failed(change);
      tolerate(failure);
    }
  }

  /** Reads all places, and holds them against their history. */
  public void read() {
    long began = histories.now();
    try {
      histories.places().seen(actor, began, files.read(PATH, 0, BYTES_MAX));
    } catch (FileSystemException failure) {
      tolerate(failure);
    }
  }

  private static void tolerate(FileSystemException failure) {
    if (failure.code() != Code.NO_SPACE && failure.code() != Code.IO) {
      throw failure;
    }
  }
}
