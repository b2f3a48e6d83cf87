package glockenspiel.node.filesystem;

import glockenspiel.node.glock.GlockException;
import glockenspiel.node.glock.Glocks;
import glockenspiel.node.transaction.Reservation;
import glockenspiel.node.transaction.Transaction;
import glockenspiel.ondisk.Inum;
import glockenspiel.ondisk.inode.StatfsChange;
import glockenspiel.protocol.lock.GlockName;
import glockenspiel.protocol.lock.LockFlags;
import glockenspiel.protocol.lock.LockMode;
import glockenspiel.protocol.storage.StatfsCounts;
import glockenspiel.runtime.state.InvariantViolation;
import org.jspecify.annotations.Nullable;

/**
 * The counts of the volume: the master's, and the node's own change of them. The own change is
 * journaled with every transaction that allocates or frees, so that a replay restores both or
 * neither.
 */
final class LocalStatfs implements AutoCloseable {
  /** Images that a change of the counts adds to a transaction. */
  static final int IMAGES = 1;

  private static final Reservation FOLD = new Reservation(2, 0);

  private final MountedVolume volume;
  private final Inum master;
  private final @Nullable Inode file;

  /**
   * Takes the node's own file for as long as the mount lasts.
   *
   * @param ownChange null for a spectator, which changes nothing
   */
  LocalStatfs(MountedVolume volume, Inum master, @Nullable Inum ownChange) {
    this.volume = volume;
    this.master = master;
    if (ownChange == null) {
      this.file = null;
    } else {
      this.file = Inode.open(volume, ownChange, LockMode.EX);
      volume.log().setLocalStatfs(counts(StatfsChange.read(file.dinode())));
    }
  }

  private Inode own() {
    Inode present = file;
    if (present == null) {
      throw new InvariantViolation("a spectator has no statfs file");
    }
    return present;
  }

  /** A transaction allocates (negative) or frees blocks, and makes or frees inodes. */
  void change(Transaction transaction, long free, long dinodes) {
    // The read may wait; between reading the counts and writing them nothing does.
    StatfsChange.read(own().dinode());
    StatfsCounts changed = volume.log().localStatfs().plus(new StatfsCounts(0, free, dinodes));
    change(changed).write(own().change(transaction));
    transaction.setLocalStatfs(changed);
  }

  /** The volume's counts as this node knows them: without what other nodes have not folded yet. */
  StatfsCounts total() {
    try (Inode inode = Inode.open(volume, master, LockMode.SH)) {
      return counts(StatfsChange.read(inode.dinode())).plus(volume.log().localStatfs());
    }
  }

  /** Adds the own change to the master. */
  void foldOwn() {
    if (volume.log().localStatfs().equals(StatfsCounts.ZERO)) {
      return;
    }
    try (Inode target = Inode.open(volume, master, LockMode.EX)) {
      volume
          .log()
          .transact(
              FOLD,
              transaction -> {
                StatfsChange.read(own().dinode());
                add(transaction, target, change(volume.log().localStatfs()));
                StatfsChange.NONE.write(own().change(transaction));
                transaction.setLocalStatfs(StatfsCounts.ZERO);
                return null;
              });
    }
  }

  /**
   * Adds what another node's file holds to the master, and zeroes it there. Order: the node's file,
   * then the master.
   *
   * <p>Is there a problem if it waits for the other file? Yes: once the journal's owner is back it
   * holds that file for as long as it is mounted, and whoever waits here could not even unmount.
   * There is no need either: the owner goes on with what it finds in the file, and folds it.
   *
   * @return false when somebody has the other file
   */
  boolean fold(Inum otherChange) {
    Glocks.Holder holder;
    try {
      holder =
          volume
              .glocks()
              .acquire(GlockName.inode(otherChange.address()), LockMode.EX, LockFlags.TRY);
    } catch (GlockException failure) {
      if (failure.reason() == GlockException.Reason.TRY_FAILED) {
        return false;
      }
      throw failure;
    }
    try (Inode other = Inode.held(volume, holder, otherChange)) {
      StatfsChange pending = StatfsChange.read(other.dinode());
      if (pending.equals(StatfsChange.NONE)) {
        return true;
      }
      try (Inode target = Inode.open(volume, master, LockMode.EX)) {
        volume
            .log()
            .transact(
                FOLD,
                transaction -> {
                  add(transaction, target, pending);
                  StatfsChange.NONE.write(other.change(transaction));
                  return null;
                });
      }
    }
    return true;
  }

  private static void add(Transaction transaction, Inode target, StatfsChange pending) {
    StatfsChange sum = StatfsChange.read(target.dinode()).plus(pending);
    sum.write(target.change(transaction));
  }

  private static StatfsCounts counts(StatfsChange change) {
    return new StatfsCounts(change.total(), change.free(), change.dinodes());
  }

  private static StatfsChange change(StatfsCounts counts) {
    return new StatfsChange(counts.total(), counts.free(), counts.dinodes());
  }

  @Override
  public void close() {
    if (file != null) {
      file.close();
    }
  }
}
