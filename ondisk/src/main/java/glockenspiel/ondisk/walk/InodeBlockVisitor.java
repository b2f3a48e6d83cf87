package glockenspiel.ondisk.walk;

/** Is shown an inode's blocks by {@link InodeBlocks#forEach}. */
@FunctionalInterface
public interface InodeBlockVisitor {
  /**
   * One block.
   *
   * @param role what it is to the inode
   * @param block its number
   */
  void visit(BlockRole role, long block);
}
