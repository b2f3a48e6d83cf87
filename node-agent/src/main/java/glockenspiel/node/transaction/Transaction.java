package glockenspiel.node.transaction;

import glockenspiel.protocol.lock.GlockName;
import glockenspiel.protocol.storage.StatfsCounts;
import glockenspiel.runtime.state.InvariantViolation;
import java.nio.ByteBuffer;

/**
 * A set of changes that survives a crash whole or not at all. The caller holds the glocks of all
 * blocks EX, has them from before the beginning, and keeps them until after the commit: a
 * transaction may wait for block reads, never for a glock, because flushes, and with them demotes,
 * wait for open transactions.
 */
public final class Transaction {
  private final NodeLog log;
  private final Reservation reservation;
  private int images;
  private int revokes;
  private boolean changed;
  private boolean ended;

  Transaction(NodeLog log, Reservation reservation) {
    this.log = log;
    this.reservation = reservation;
  }

  /** The buffer in which a metadata block may be changed until the next await. */
  public ByteBuffer modify(CachedBlock block) {
    change();
    images += log.pin(block, false);
    return block.writable();
  }

  /**
   * The buffer in which a block of file data may be changed until the next await.
   *
   * @param journaled whether the inode's data goes through the journal
   */
  public ByteBuffer modifyData(CachedBlock block, boolean journaled) {
    change();
    if (journaled) {
      images += log.pin(block, true);
    } else {
      log.dirty(block);
    }
    return block.writable();
  }

  /**
   * A newly allocated metadata block, all zeros, to be formatted through {@link
   * CachedBlock#content} before the next await.
   */
  public CachedBlock create(GlockName glock, long number) {
    change();
    CachedBlock block = log.cache().create(glock, number);
    images += log.pin(block, false);
    return block;
  }

  /**
   * A newly allocated block of file data, all zeros, to be filled through {@link
   * CachedBlock#content} before the next await.
   */
  public CachedBlock createData(GlockName glock, long number, boolean journaled) {
    change();
    CachedBlock block = log.cache().create(glock, number);
    if (journaled) {
      images += log.pin(block, true);
    } else {
      log.dirty(block);
    }
    return block;
  }

  /**
   * A block is free from now on: it leaves the cache, a replay will leave it alone, and it cannot
   * be allocated before this transaction is durable. Its bits in the bitmap are the caller's.
   */
  public void free(long number) {
    change();
    revokes += log.free(number);
  }

  /** The node's own statfs change, after this transaction; for the log header. */
  public void setLocalStatfs(StatfsCounts counts) {
    change();
    log.setLocalStatfs(counts);
  }

  /** Whether anything was changed: then it must be committed. */
  public boolean isChanged() {
    return changed;
  }

  private void change() {
    InvariantViolation.require(!ended, "a transaction is used after its end");
    log.storage().requireActive();
    changed = true;
  }

  /** The changes will be in the next flush. */
  void commit() {
    InvariantViolation.require(!ended, "a transaction is ended twice");
    ended = true;
    if (images > reservation.images() || revokes > reservation.revokes()) {
      throw new InvariantViolation(
          "a transaction took "
              + images
              + " images and "
              + revokes
              + " revokes, but reserved "
              + reservation);
    }
    log.ended(reservation);
  }

  /** Ends a transaction that has changed nothing. */
  void abandon() {
    if (!ended) {
      ended = true;
      log.ended(reservation);
    }
  }
}
