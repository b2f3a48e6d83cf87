package glockenspiel.node.filesystem;

import glockenspiel.node.glock.Glocks;
import glockenspiel.node.transaction.CachedBlock;
import glockenspiel.node.transaction.Transaction;
import glockenspiel.ondisk.FieldCheck;
import glockenspiel.ondisk.Inum;
import glockenspiel.ondisk.MetaType;
import glockenspiel.ondisk.inode.BlockMap;
import glockenspiel.ondisk.inode.Dinode;
import glockenspiel.ondisk.inode.DinodeFlags;
import glockenspiel.protocol.lock.GlockName;
import glockenspiel.protocol.lock.LockMode;
import java.time.Instant;

/**
 * An inode whose glock is held. Its views are of the present content: good until the next await or
 * change.
 */
final class Inode implements AutoCloseable {
  private final MountedVolume volume;
  private final Glocks.Holder holder;
  private final long block;

  private Inode(MountedVolume volume, Glocks.Holder holder, long block) {
    this.volume = volume;
    this.holder = holder;
    this.block = block;
  }

  /**
   * Takes the glock of an inode that is known to exist, because what names it is locked, and checks
   * its dinode.
   *
   * @throws glockenspiel.ondisk.CorruptBlockException when there is none
   */
  static Inode open(MountedVolume volume, Inum inum, LockMode mode) {
    FieldCheck.pointer(
        inum.address(),
        "inode",
        "no_addr",
        inum.address(),
        volume.geometry().superblockBlock() + 1,
        volume.blocks());
    Glocks.Holder holder = volume.glocks().acquire(GlockName.inode(inum.address()), mode, 0);
    return held(volume, holder, inum);
  }

  /** The same with a holder that the caller has; it is closed when the check fails. */
  static Inode held(MountedVolume volume, Glocks.Holder holder, Inum inum) {
    Inode inode = new Inode(volume, holder, inum.address());
    try {
      Dinode dinode = inode.dinode();
      dinode.check();
      FieldCheck.equal(
          inum.address(),
          "dinode",
          "di_num.no_formal_ino",
          dinode.formalInode(),
          inum.formalInode());
      return inode;
    } catch (RuntimeException failure) {
      holder.close();
      throw failure;
    }
  }

  /** An inode whose dinode the caller makes in a transaction. */
  static Inode made(MountedVolume volume, Glocks.Holder holder) {
    return new Inode(volume, holder, holder.glock().number());
  }

  /** The block of its dinode. */
  long block() {
    return block;
  }

  GlockName glock() {
    return holder.glock();
  }

  /** To read only. */
  Dinode dinode() {
    return Dinode.of(cached().content(), block, volume.geometry());
  }

  /** To be changed inside the transaction. */
  Dinode change(Transaction transaction) {
    return Dinode.of(transaction.modify(cached()), block, volume.geometry());
  }

  private CachedBlock cached() {
    return volume.cache().read(glock(), block, MetaType.DINODE);
  }

  /** Finds its blocks. */
  BlockMap map() {
    return volume.map(glock());
  }

  /** Whether its data goes through the journal. */
  boolean isDataJournaled() {
    return dinode().hasFlags(DinodeFlags.JDATA);
  }

  /** Sets the time of the last change of the inode; with content also that of the content. */
  void touch(Dinode dinode, boolean content) {
    Instant now = volume.clock().now();
    dinode.setCtime(now.getEpochSecond(), now.getNano());
    if (content) {
      dinode.setMtime(now.getEpochSecond(), now.getNano());
    }
  }

  @Override
  public void close() {
    holder.close();
  }
}
