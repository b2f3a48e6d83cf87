package glockenspiel.ondisk.log;

/**
 * The bits of {@code lh_flags}: what a header means ({@code GFS2_LOG_HEAD_*}), and why it was
 * written (LFC_).
 */
public final class LogFlags {
  /** The journal is clean: nothing to replay. */
  public static final int UNMOUNT = 0x1;

  /** An ordinary flush. */
  public static final int FLUSH_NORMAL = 0x2;

  /** Somebody waits for the flush. */
  public static final int FLUSH_SYNC = 0x4;

  /** The flush of a clean unmount. */
  public static final int FLUSH_SHUTDOWN = 0x8;

  /** The flush of a freeze. */
  public static final int FLUSH_FREEZE = 0x10;

  /** Written at the end of a replay. */
  public static final int RECOVERY = 0x20;

  /** Written by mkfs or fsck. */
  public static final int USERSPACE = 0x80000000;

  /** Caller: unmount. */
  public static final int LFC_SHUTDOWN = 0x100;

  /** Caller: write-back of journaled data. */
  public static final int LFC_JDATA_WPAGES = 0x200;

  /** Caller: change of inode flags. */
  public static final int LFC_SET_FLAGS = 0x400;

  /** Caller: revoking the blocks of one glock. */
  public static final int LFC_AIL_EMPTY_GL = 0x800;

  /** Caller: emptying the AIL. */
  public static final int LFC_AIL_FLUSH = 0x1000;

  /** Caller: a resource group's glock is lowered. */
  public static final int LFC_RGRP_GO_SYNC = 0x2000;

  /** Caller: an inode's glock is lowered. */
  public static final int LFC_INODE_GO_SYNC = 0x4000;

  /** Caller: an inode's glock is dropped. */
  public static final int LFC_INODE_GO_INVAL = 0x8000;

  /** Caller: a freeze. */
  public static final int LFC_FREEZE_GO_SYNC = 0x10000;

  /** Caller: the end of a mount. */
  public static final int LFC_KILL_SB = 0x20000;

  /** Caller: quota synchronization. */
  public static final int LFC_DO_SYNC = 0x40000;

  /** Caller: no space was found. */
  public static final int LFC_INPLACE_RESERVE = 0x80000;

  /** Caller: an inode is written. */
  public static final int LFC_WRITE_INODE = 0x100000;

  /** Caller: the mount becomes read-only. */
  public static final int LFC_MAKE_FS_RO = 0x200000;

  /** Caller: sync. */
  public static final int LFC_SYNC_FS = 0x400000;

  /** Caller: an inode is evicted. */
  public static final int LFC_EVICT_INODE = 0x800000;

  /** Caller: the end of a transaction of a synchronous mount. */
  public static final int LFC_TRANS_END = 0x1000000;

  /** Caller: the log daemon, as the log fills. */
  public static final int LFC_LOGD_JFLUSH_REQD = 0x2000000;

  /** Caller: the log daemon, as the AIL fills. */
  public static final int LFC_LOGD_AIL_FLUSH_REQD = 0x4000000;

  private LogFlags() {}
}
