package glockenspiel.protocol.lock;

/** GFS2's glock types, with their numbers ({@code LM_TYPE_*}), and one that GFS2 does not have. */
public enum GlockType {
  /** Cluster-wide locks that belong to no block: see {@link GlockName}'s constants. */
  NONDISK(1),
  /** A dinode; the number is its block. */
  INODE(2),
  /** A resource group; the number is its first block. */
  RGRP(3),
  /** Block metadata without an inode. */
  META(4),
  /** Held SH while an inode is open; the number is its block. */
  IOPEN(5),
  /** A POSIX flock; the number is the inode's block. */
  FLOCK(6),
  /** A quota; the number is made of user or group and id. */
  QUOTA(8),
  /** A journal; the number is the jid. */
  JOURNAL(9),
  /** A lock of an application, which has a name. Not one of GFS2's types: theirs end at 9. */
  APPLICATION(16);

  private final int number;

  GlockType(int number) {
    this.number = number;
  }

  /** GFS2's number of the type; for APPLICATION a number that GFS2 does not use. */
  public int number() {
    return number;
  }

  /**
   * Whether blocks under this type go through a journal, so that the gate holds its grants back.
   */
  public boolean isIo() {
    return this == INODE || this == RGRP;
  }

  /**
   * The type of that number.
   *
   * @throws IllegalArgumentException when there is none
   */
  public static GlockType ofNumber(int number) {
    for (GlockType type : values()) {
      if (type.number == number) {
        return type;
      }
    }
    throw new IllegalArgumentException(
        "glock type " + number + " is none of 1, 2, 3, 4, 5, 6, 8, 9, 16");
  }
}
