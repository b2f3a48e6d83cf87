package glockenspiel.ondisk.resourcegroup;

/** The two bits that a bitmap keeps of a block ({@code GFS2_BLKST_*}). */
public enum BlockState {
  /** Nobody's. */
  FREE(0),
  /** Data or metadata of an inode, other than its dinode. */
  USED(1),
  /** A dinode without links, to be freed when its last user closes it. */
  UNLINKED(2),
  /** A dinode. */
  DINODE(3);

  private static final BlockState[] BY_CODE = values();

  private final int code;

  BlockState(int code) {
    this.code = code;
  }

  /** The two bits. */
  public int code() {
    return code;
  }

  /** The state of two bits. */
  public static BlockState ofCode(int code) {
    return BY_CODE[code & 3];
  }

  /**
   * Whether a transaction may change a block from this state to another; Linux holds to the same
   * table.
   */
  public boolean mayBecome(BlockState next) {
    return switch (this) {
      case FREE -> next == USED || next == DINODE;
      case USED, UNLINKED -> next == FREE;
      case DINODE -> next == FREE || next == UNLINKED;
    };
  }
}
