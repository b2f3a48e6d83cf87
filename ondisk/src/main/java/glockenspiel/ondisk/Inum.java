package glockenspiel.ondisk;

/**
 * An inode's name on disk ({@code gfs2_inum}): two big-endian u64, formal inode number then
 * address.
 *
 * @param formalInode number that is never used twice on a volume (NFS handles); 0 in an unused
 *     directory entry
 * @param address block of the dinode; 0 in an unused directory entry
 */
public record Inum(long formalInode, long address) {
  /** Bytes on disk. */
  public static final int BYTES = 16;

  /** What an unused directory entry holds. */
  public static final Inum NONE = new Inum(0, 0);
}
