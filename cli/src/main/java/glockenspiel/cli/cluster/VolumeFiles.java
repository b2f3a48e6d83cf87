package glockenspiel.cli.cluster;

import java.nio.ByteBuffer;
import java.util.List;

/**
 * The files of a volume through one node, as a workload uses them: in the same process or far away.
 * Paths begin with a slash. What the file system refuses is a {@link
 * glockenspiel.node.filesystem.FileSystemException} with its code.
 */
public interface VolumeFiles {
  /** The names of the directories in a directory. */
  List<String> directories(String path);

  /** The names of all entries of a directory, without {@code .} and {@code ..}. */
  List<String> names(String path);

  /** Makes an empty directory. */
  void createDirectory(String path);

  /** Makes an empty file. */
  void create(String path);

  /** The size of a file in bytes. */
  long size(String path);

  /** Reads so many bytes, or less at the end of the file. */
  ByteBuffer read(String path, long offset, int length);

  /** Writes all of it, unless the volume becomes full. Returns how many bytes. */
  int write(String path, long offset, ByteBuffer source);

  /** Whether {@link #append} is there. */
  boolean canAppend();

  /**
   * Writes at the end of the file as it is then. Returns where that was.
   *
   * @throws UnsupportedOperationException when it is not there
   */
  long append(String path, ByteBuffer source);

  /** Cuts the file to nothing. */
  void truncate(String path);

  /** Gives a file another name. */
  void link(String existing, String path);

  /** Takes a name away. */
  void unlink(String path);

  /** Takes an empty directory away. */
  void removeDirectory(String path);

  /** Makes a file durable. */
  void fsync(String path);

  /** Makes durable what the node has changed. */
  void sync();
}
