package glockenspiel.journal.core;

/**
 * What the image says of one journal.
 *
 * @param jid its number
 * @param inode block of its dinode
 * @param extents where its blocks lie
 * @param statfsChange block of its node's statfs_change dinode; 0 where there is none
 * @param quotaChange block of its node's quota_change dinode; 0 where there is none
 */
record JournalLayout(
    int jid, long inode, JournalExtents extents, long statfsChange, long quotaChange) {
  /** Blocks of the journal. */
  int blocks() {
    return extents.length();
  }

  /** What it is called in messages: {@code journal 3}. */
  String name() {
    return "journal " + jid;
  }
}
