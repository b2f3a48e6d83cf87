package glockenspiel.node.filesystem;

import glockenspiel.node.glock.GlockContents;

/**
 * The file system of a mounted node, as mount, unmount, withdraw and recovery handle it. Only
 * inside tasks, unless said otherwise.
 */
public interface MountedFileSystem {
  /** What it caches under glocks. */
  GlockContents contents();

  /**
   * Makes the volume ready to be left in order: folds the node's statfs change into the master,
   * flushes the log, empties the AIL, drops all caches and closes its own holders. After it the
   * caller closes the journal. No operation may be running.
   */
  void unmount();

  /**
   * The node withdraws: from now on nothing is sent to the journal or the device, what was not
   * committed is dropped, every operation that waits or comes fails with WITHDRAWN. May be called
   * outside a task; does not wait. Its own holders are closed.
   */
  void abort();

  /**
   * Brings the volume to rest as far as this node is concerned: lets no change begin, waits for
   * those under way, folds the node's statfs change into the master, brings everything in place and
   * says in the journal that it is clean. From its return to {@link #thaw} nothing of this node
   * reaches the volume; reads go on, changes wait, and an EX glock can be lowered without a write.
   */
  void freeze();

  /**
   * Changes go on, after {@link #freeze} has returned. A file system begins frozen: its maker says
   * when it may write. May be called outside a task; does not wait.
   */
  void thaw();

  /**
   * Adds what a replayed journal's owner had not yet folded into the master statfs file, in one
   * transaction under the two inode glocks, and zeroes it there. Harmless when there is nothing to
   * add. Does not wait for the owner's file: while somebody has it, that journal's next owner
   * perhaps, it is left to whom it belongs.
   *
   * @return false when somebody else has the file
   */
  boolean foldStatfs(int jid);
}
