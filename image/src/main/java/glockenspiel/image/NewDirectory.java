package glockenspiel.image;

import glockenspiel.ondisk.Geometry;
import glockenspiel.ondisk.Inum;
import glockenspiel.ondisk.MetaHeader;
import glockenspiel.ondisk.MetaType;
import glockenspiel.ondisk.directory.EntryBlock;
import glockenspiel.ondisk.directory.Leaf;
import glockenspiel.ondisk.directory.NameHash;
import glockenspiel.ondisk.inode.Dinode;
import glockenspiel.ondisk.inode.DinodeFlags;
import glockenspiel.ondisk.inode.FileType;
import java.nio.ByteBuffer;
import java.util.List;

/** A directory of a new image. */
final class NewDirectory implements BlockFiller {
  private final Geometry geometry;
  private final NewInode inode;
  private final DirectoryShape shape;
  private final List<Inum> inums;

  /**
   * @param inums what the shape's names point at, in their order
   */
  NewDirectory(Geometry geometry, NewInode inode, DirectoryShape shape, List<Inum> inums) {
    if (inums.size() != shape.names().size()) {
      throw new IllegalArgumentException(inums.size() + " inodes of " + shape.names().size());
    }
    this.geometry = geometry;
    this.inode = inode;
    this.shape = shape;
    this.inums = List.copyOf(inums);
  }

  @Override
  public void fill(long ordinal, ByteBuffer block) {
    PointerTree tree = shape.tableTree();
    if (ordinal == 0) {
      fillDinode(block);
    } else if (ordinal >= shape.firstLeaf()) {
      fillLeaf((int) (ordinal - shape.firstLeaf()), block);
    } else if (tree != null && ordinal < tree.firstData()) {
      tree.fillIndirect(ordinal, block, inode.placement());
    } else if (tree != null) {
      MetaHeader.write(block, MetaType.JOURNALED_DATA);
      int perBlock = geometry.journaledDataBytes() / Long.BYTES;
      long first = (ordinal - tree.firstData()) * perBlock;
      fillTable(block, MetaHeader.BYTES, (int) first, perBlock);
    }
  }

  private void fillDinode(ByteBuffer block) {
    Dinode dinode = inode.format(block, geometry, links());
    dinode.setEntries(shape.names().size());
    if (!shape.isHashed()) {
      dinode.setSize(geometry.stuffedBytesMax());
      EntryBlock entries = EntryBlock.linear(dinode);
      entries.clear();
      for (int index = 0; index < shape.names().size(); index++) {
        insert(entries, index);
      }
      return;
    }
    dinode.setFlags(dinode.flags() | DinodeFlags.EXHASH);
    // As Linux has it: a hashed directory's content is a table, not entries.
    dinode.setPayloadFormat(0);
    dinode.setDepth(shape.depth());
    dinode.setSize(shape.tableBytes());
    PointerTree tree = shape.tableTree();
    if (tree == null) {
      fillTable(block, Geometry.DINODE_HEADER_BYTES, 0, 1 << shape.depth());
    } else {
      dinode.setHeight(tree.height());
      tree.fill(dinode, inode.placement());
    }
  }

  /** Itself, {@code .}, and {@code ..} of each child. */
  private int links() {
    return (int) shape.names().stream().filter(name -> name.type() == FileType.DIRECTORY).count();
  }

  private void insert(EntryBlock entries, int index) {
    DirectoryShape.Name name = shape.names().get(index);
    int at = entries.insert(name.bytes(), name.hash(), inums.get(index), name.type());
    if (at == EntryBlock.NO_ROOM) {
      throw new IllegalStateException("no room for entry " + index);
    }
  }

  private void fillLeaf(int number, ByteBuffer block) {
    DirectoryShape.LeafShape leafShape = shape.leaves().get(number);
    long address = inode.placement().at(shape.firstLeaf() + number);
    Leaf leaf = Leaf.format(block, address, geometry, leafShape.depth(), inode.inum().address());
    leaf.setChangeTime(inode.seconds(), 0);
    for (int index : leafShape.names()) {
      insert(leaf.entryBlock(), index);
    }
    leaf.setEntries(leafShape.names().size());
  }

  private void fillTable(ByteBuffer block, int at, int firstSlot, int slots) {
    int end = Math.min(firstSlot + slots, 1 << shape.depth());
    for (int slot = firstSlot; slot < end; slot++) {
      long leaf = inode.placement().at(shape.firstLeaf() + leafOf(slot));
      block.putLong(at + (slot - firstSlot) * Long.BYTES, leaf);
    }
  }

  private int leafOf(int slot) {
    int low = 0;
    int high = shape.leaves().size() - 1;
    while (low < high) {
      int middle = (low + high + 1) >>> 1;
      int firstHash = shape.leaves().get(middle).firstHash();
      if (NameHash.tableIndex(firstHash, shape.depth()) <= slot) {
        low = middle;
      } else {
        high = middle - 1;
      }
    }
    return low;
  }
}
