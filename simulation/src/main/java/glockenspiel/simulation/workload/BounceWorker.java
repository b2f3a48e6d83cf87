package glockenspiel.simulation.workload;

import glockenspiel.node.filesystem.FileSystem;
import glockenspiel.node.filesystem.FileSystemException;
import glockenspiel.node.filesystem.FileSystemException.Code;
import glockenspiel.simulation.checker.Judge;
import java.nio.ByteBuffer;

/**
 * Writes to one small file that all nodes write to, each into a place of its own, and reads it at
 * once: its glock goes from node to node with every operation. What the mount has written last must
 * be there.
 */
public final class BounceWorker {
  /** The file, made before the workers begin. */
  public static final String PATH = ScratchWorker.DIRECTORY + "/bounce";

  private final FileSystem files;
  private final Judge judge;
  private final Actor actor;
  private long written;

  /** A worker of one mount; the only one of its kind. */
  public BounceWorker(FileSystem files, Judge judge, Actor actor) {
    this.files = files;
    this.judge = judge;
    this.actor = actor;
  }

  /**
   * Writes and reads once.
   *
   * @throws FileSystemException WITHDRAWN; the mount is of no use any more
   */
  public void work() {
    long place = (long) actor.node().index() * Long.BYTES;
    try {
      ByteBuffer value = ByteBuffer.allocate(Long.BYTES).putLong(0, written + 1);
      if (files.write(PATH, place, value) < Long.BYTES) {
        return;
      }
      written++;
      ByteBuffer seen = files.read(PATH, place, Long.BYTES);
      if (seen.remaining() < Long.BYTES || seen.getLong(seen.position()) != written) {
        judge.violated(9, PATH + " at " + place + ", read by " + actor + ", is not " + written);
      }
    } catch (FileSystemException failure) {
      if (failure.code() != Code.NO_SPACE && failure.code() != Code.IO) {
        throw failure;
      }
    }
  }
}
