package glockenspiel.ondisk.extendedattribute;

import glockenspiel.ondisk.BlockSet;
import glockenspiel.ondisk.CorruptBlockException;
import glockenspiel.ondisk.Geometry;
import glockenspiel.ondisk.MetaHeader;
import glockenspiel.ondisk.MetaType;
import glockenspiel.ondisk.inode.BlockMap;
import glockenspiel.ondisk.inode.Dinode;
import glockenspiel.ondisk.inode.DinodeFlags;
import glockenspiel.ondisk.inode.IndirectBlock;
import java.nio.ByteBuffer;

/**
 * Finds all blocks of an inode's extended attributes.
 *
 * <pre>
 *   di_eattr -> attributes -> value blocks
 *   di_eattr -> indirect -> attributes -> value blocks     with DIF_EA_INDIRECT
 * </pre>
 */
public final class ExtendedAttributes {
  private final BlockMap map;
  private final AttributeVisitor visitor;
  private final BlockSet seen = new BlockSet();

  private ExtendedAttributes(BlockMap map, AttributeVisitor visitor) {
    this.map = map;
    this.visitor = visitor;
  }

  /**
   * Shows every block once, parents first; nothing if the inode has no attributes.
   *
   * @param map reads the blocks and knows the volume's limit
   * @throws CorruptBlockException if a block is damaged or met twice; what was shown before stands
   */
  public static void forEachBlock(Dinode dinode, BlockMap map, AttributeVisitor visitor) {
    long eattr = dinode.eattr();
    if (eattr == 0) {
      return;
    }
    ExtendedAttributes attributes = new ExtendedAttributes(map, visitor);
    attributes.seen.add(dinode.block());
    attributes.take(dinode.block(), "dinode", "di_eattr", eattr);
    if (dinode.hasFlags(DinodeFlags.EA_INDIRECT)) {
      attributes.indirect(eattr);
    } else {
      attributes.attributeBlock(eattr);
    }
  }

  private void indirect(long block) {
    Geometry geometry = map.geometry();
    IndirectBlock indirect = IndirectBlock.of(map.reader().read(block), block, geometry);
    visitor.indirect(block);
    // Linux stops at the first hole.
    for (int index = 0; index < indirect.pointers() && indirect.pointer(index) != 0; index++) {
      attributeBlock(take(block, "indirect block", "pointer", indirect.pointer(index)));
    }
  }

  private void attributeBlock(long block) {
    AttributeBlock attributes = AttributeBlock.of(map.reader().read(block), block, map.geometry());
    for (int at = attributes.first(); at != AttributeBlock.NONE; ) {
      at = attributes.next(at);
    }
    visitor.attributes(attributes);
    for (int at = attributes.first(); at != AttributeBlock.NONE; at = attributes.next(at)) {
      int pointers = attributes.isUsed(at) ? attributes.pointers(at) : 0;
      for (int index = 0; index < pointers; index++) {
        value(take(block, "extended attribute", "pointer", attributes.pointer(at, index)));
      }
    }
  }

  private void value(long block) {
    ByteBuffer content = map.reader().read(block);
    MetaHeader.check(content, block, MetaType.EXTENDED_ATTRIBUTE_DATA);
    visitor.value(block);
  }

  private long take(long block, String structure, String field, long pointer) {
    map.checkPointer(block, structure, field, pointer);
    if (!seen.add(pointer)) {
      throw CorruptBlockException.hex(
          block, structure, field, pointer, "a block that these attributes do not use already");
    }
    return pointer;
  }
}
