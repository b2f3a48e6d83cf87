package glockenspiel.ondisk.inode;

/**
 * A run of logical blocks that lie one after the other in the volume, or a run of a hole.
 *
 * @param logical first logical block of the inode
 * @param physical first block in the volume; 0 for a hole
 * @param length blocks, at least 1
 */
public record Extent(long logical, long physical, long length) {
  /** Whether nothing is allocated. */
  public boolean isHole() {
    return physical == 0;
  }
}
