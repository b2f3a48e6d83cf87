package glockenspiel.ondisk.inode;

/** The bits of {@code di_flags} ({@code GFS2_DIF_*}). */
public final class DinodeFlags {
  /** File data goes through the journal. Directories always carry it. */
  public static final int JDATA = 0x1;

  /** A hashed directory. */
  public static final int EXHASH = 0x2;

  /** {@code di_eattr} points at an indirect block. */
  public static final int EA_INDIRECT = 0x8;

  /** Direct I/O (GFS1 only). */
  public static final int DIRECTIO = 0x10;

  /** Nobody may change it. */
  public static final int IMMUTABLE = 0x20;

  /** Writes only append. */
  public static final int APPENDONLY = 0x40;

  /** Access times are not kept. */
  public static final int NOATIME = 0x80;

  /** Writes are synchronous. */
  public static final int SYNC = 0x100;

  /** A system file, reached from the master directory. */
  public static final int SYSTEM = 0x200;

  /** Children are spread over resource groups. */
  public static final int TOPDIR = 0x400;

  /** A truncate was begun and must be finished. */
  public static final int TRUNC_IN_PROG = 0x20000000;

  /** Files created in this directory get JDATA. */
  public static final int INHERIT_JDATA = 0x80000000;

  private DinodeFlags() {}
}
