package glockenspiel.protocol.lock;

/**
 * A glock inside its lockspace. Ordered by type and number, so that maps and listings have one
 * order everywhere.
 *
 * @param type the kind of lock
 * @param number what it locks: a block, a jid, or one of the NONDISK numbers; unsigned
 */
public record GlockName(GlockType type, long number) implements Comparable<GlockName> {
  /** Held while a node mounts or unmounts. */
  public static final GlockName MOUNT = new GlockName(GlockType.NONDISK, 0);

  /**
   * The live glock: held SH by every mounted node. Asking for it EX with TRY_1CB announces a
   * withdraw.
   */
  public static final GlockName LIVE = new GlockName(GlockType.NONDISK, 1);

  /** Held SH by every writer; taken EX to freeze the cluster's writes. */
  public static final GlockName FREEZE = new GlockName(GlockType.NONDISK, 2);

  /** Held EX while a directory is renamed. */
  public static final GlockName RENAME = new GlockName(GlockType.NONDISK, 3);

  /** Control lock of the first mount. */
  public static final GlockName CONTROL = new GlockName(GlockType.NONDISK, 4);

  /** Held SH by every mounted node, spectators too. */
  public static final GlockName MOUNTED = new GlockName(GlockType.NONDISK, 5);

  /** The journal glock of a jid. */
  public static GlockName journal(int jid) {
    return new GlockName(GlockType.JOURNAL, jid);
  }

  /** The glock of the inode whose dinode is that block. */
  public static GlockName inode(long block) {
    return new GlockName(GlockType.INODE, block);
  }

  /** The glock of the resource group that starts at that block. */
  public static GlockName resourceGroup(long block) {
    return new GlockName(GlockType.RGRP, block);
  }

  /** Whether the gate holds its grants back. */
  public boolean isIo() {
    return type.isIo();
  }

  @Override
  public int compareTo(GlockName other) {
    int byType = Integer.compare(type.number(), other.type.number());
    return byType != 0 ? byType : Long.compareUnsigned(number, other.number);
  }

  /** GFS2's form, type and number in hex: {@code 2/12}. */
  @Override
  public String toString() {
    return type.number() + "/" + Long.toHexString(number);
  }
}
