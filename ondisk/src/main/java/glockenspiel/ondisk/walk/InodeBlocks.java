package glockenspiel.ondisk.walk;

import glockenspiel.ondisk.directory.HashTable;
import glockenspiel.ondisk.extendedattribute.AttributeBlock;
import glockenspiel.ondisk.extendedattribute.AttributeVisitor;
import glockenspiel.ondisk.extendedattribute.ExtendedAttributes;
import glockenspiel.ondisk.inode.BlockMap;
import glockenspiel.ondisk.inode.Dinode;
import glockenspiel.ondisk.inode.TreeVisitor;
import java.nio.ByteBuffer;

/** Finds every block of an inode: as many as {@code di_blocks} should say. */
public final class InodeBlocks {
  private InodeBlocks() {}

  /**
   * Shows the dinode, then its tree of pointers with the data, then a hashed directory's leaves,
   * then the extended attributes; parents before children. A block that is reached twice within one
   * of these four is damage; one that is reached by two of them, or by two inodes, is for the
   * caller to find.
   *
   * @param map reads the blocks and knows the volume's limit
   * @throws glockenspiel.ondisk.CorruptBlockException at the first damage; what was shown before
   *     stands
   */
  public static void forEach(Dinode dinode, BlockMap map, InodeBlockVisitor visitor) {
    visitor.visit(BlockRole.DINODE, dinode.block());
    boolean directory = dinode.isDirectory();
    map.walk(dinode, new TreeBlocks(visitor, directory ? BlockRole.HASH_TABLE : BlockRole.DATA));
    if (directory && dinode.isExhash()) {
      new HashTable(dinode, map).forEachLeaf(leaf -> visitor.visit(BlockRole.LEAF, leaf.block()));
    }
    ExtendedAttributes.forEachBlock(dinode, map, new AttributeBlocks(visitor));
  }

  private record TreeBlocks(InodeBlockVisitor visitor, BlockRole dataRole) implements TreeVisitor {
    @Override
    public void indirect(long block, int level, long firstLogical, ByteBuffer content) {
      visitor.visit(BlockRole.INDIRECT, block);
    }

    @Override
    public void data(long logical, long block) {
      visitor.visit(dataRole, block);
    }
  }

  private record AttributeBlocks(InodeBlockVisitor visitor) implements AttributeVisitor {
    @Override
    public void indirect(long block) {
      visitor.visit(BlockRole.ATTRIBUTE_INDIRECT, block);
    }

    @Override
    public void attributes(AttributeBlock attributes) {
      visitor.visit(BlockRole.ATTRIBUTES, attributes.block());
    }

    @Override
    public void value(long block) {
      visitor.visit(BlockRole.ATTRIBUTE_VALUE, block);
    }
  }
}
