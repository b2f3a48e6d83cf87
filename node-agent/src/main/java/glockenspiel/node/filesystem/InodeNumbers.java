package glockenspiel.node.filesystem;

import glockenspiel.node.transaction.Reservation;
import glockenspiel.node.transaction.Transaction;
import glockenspiel.ondisk.Inum;
import glockenspiel.ondisk.inode.Dinode;
import glockenspiel.ondisk.inode.InumRange;
import glockenspiel.protocol.lock.LockMode;
import glockenspiel.runtime.state.InvariantViolation;
import java.nio.ByteBuffer;
import org.jspecify.annotations.Nullable;

/**
 * Formal inode numbers, never given out twice: from the node's own range, which is refilled from
 * the master inum file.
 */
final class InodeNumbers implements AutoCloseable {
  /** Images that taking a number adds to a transaction. */
  static final int IMAGES = 1;

  private static final Reservation REFILL = new Reservation(2, 0);

  private final MountedVolume volume;
  private final Inum master;
  private final @Nullable Inode file;

  /**
   * Takes the node's own file for as long as the mount lasts.
   *
   * @param ownRange null for a spectator, which makes no inodes
   */
  InodeNumbers(MountedVolume volume, Inum master, @Nullable Inum ownRange) {
    this.volume = volume;
    this.master = master;
    this.file = ownRange == null ? null : Inode.open(volume, ownRange, LockMode.EX);
  }

  private Inode own() {
    Inode present = file;
    if (present == null) {
      throw new InvariantViolation("a spectator has no range of inode numbers");
    }
    return present;
  }

  /** Whether a number is left. */
  boolean hasNext() {
    return InumRange.read(own().dinode()).length() > 0;
  }

  /** Refills the range when no number is left. Called before any other glock is taken. */
  void ensure() {
    if (hasNext()) {
      return;
    }
    try (Inode inum = Inode.open(volume, master, LockMode.EX)) {
      if (hasNext()) {
        return;
      }
      volume.log().transact(REFILL, transaction -> refill(transaction, inum));
    }
  }

  private @Nullable Void refill(Transaction transaction, Inode inum) {
    Dinode range = own().dinode();
    long left = InumRange.read(range).length();
    InvariantViolation.require(left == 0, "a range with " + left + " inode numbers is refilled");
    ByteBuffer next = inum.change(transaction).stuffedData();
    long start = next.getLong(0);
    next.putLong(0, start + InumRange.QUANTUM);
    new InumRange(start, InumRange.QUANTUM).write(own().change(transaction));
    return null;
  }

  /** Takes a number; {@link #hasNext} was true, and nothing was awaited since. */
  long next(Transaction transaction) {
    InumRange range = InumRange.read(own().dinode());
    InvariantViolation.require(range.length() > 0, "no formal inode number is left");
    new InumRange(range.start() + 1, range.length() - 1).write(own().change(transaction));
    return range.start();
  }

  @Override
  public void close() {
    if (file != null) {
      file.close();
    }
  }
}
