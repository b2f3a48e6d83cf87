package glockenspiel.node.filesystem;

import glockenspiel.node.transaction.CachedBlock;
import glockenspiel.node.transaction.Transaction;
import glockenspiel.ondisk.Geometry;
import glockenspiel.ondisk.MetaHeader;
import glockenspiel.ondisk.MetaType;
import glockenspiel.ondisk.inode.Dinode;
import glockenspiel.ondisk.inode.IndirectBlock;
import java.nio.ByteBuffer;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** Grows the tree of pointers of one file inside one transaction, out of one resource group. */
final class FileTree {
  private final MountedVolume volume;
  private final Inode inode;
  private final Transaction transaction;
  private final @Nullable LockedGroup group;
  private final boolean journaled;
  private long goal;
  private int allocated;

  /**
   * @param group null when nothing has to be allocated
   */
  FileTree(
      MountedVolume volume, Inode inode, Transaction transaction, @Nullable LockedGroup group) {
    this.volume = volume;
    this.inode = inode;
    this.transaction = transaction;
    this.group = group;
    this.journaled = inode.isDataJournaled();
    this.goal = inode.dinode().goalData();
  }

  /** Blocks allocated so far. */
  int allocated() {
    return allocated;
  }

  /** Where the next allocation of this file should begin. */
  long goal() {
    return goal;
  }

  private long allocate() {
    if (group == null) {
      throw new IllegalStateException("a block is needed that was not foreseen");
    }
    long block = group.takeUsed(transaction, goal);
    goal = block;
    allocated++;
    return block;
  }

  /** Moves stuffed content into a block of its own. Does nothing to a tree. */
  void unstuff() {
    Dinode dinode = inode.change(transaction);
    if (!dinode.isStuffed()) {
      return;
    }
    int size = dinode.stuffedData().limit();
    long block = 0;
    if (size > 0) {
      block = allocate();
      CachedBlock data = transaction.createData(inode.glock(), block, journaled);
      data.content().put(0, dinode.stuffedData(), 0, size);
    }
    dinode.clearPayload();
    dinode.setHeight(1);
    dinode.setPointer(0, block);
  }

  /** Raises the tree to a height: what the dinode pointed at moves into new indirect blocks. */
  void grow(int height) {
    Dinode dinode = inode.change(transaction);
    while (dinode.height() < height) {
      if (hasPointers(dinode)) {
        long block = allocate();
        CachedBlock created = transaction.create(inode.glock(), block);
        IndirectBlock indirect = IndirectBlock.format(created.content(), block, volume.geometry());
        for (int i = 0; i < volume.geometry().dinodePointers(); i++) {
          indirect.setPointer(i, dinode.pointer(i));
        }
        dinode.clearPayload();
        dinode.setPointer(0, block);
      }
      dinode.setHeight(dinode.height() + 1);
    }
  }

  static boolean hasPointers(Dinode dinode) {
    for (int i = 0; i < dinode.geometry().dinodePointers(); i++) {
      if (dinode.pointer(i) != 0) {
        return true;
      }
    }
    return false;
  }

  /**
   * The block behind a logical block, to be written whole or in part.
   *
   * @param overwritten whether all of it is written, so that its content need not be known
   */
  ByteBuffer data(long logical, boolean overwritten) {
    Geometry geometry = volume.geometry();
    int height = inode.dinode().height();
    long node = inode.block();
    for (int level = 0; level < height - 1; level++) {
      int index = geometry.pointerIndex(height, level, logical);
      long below = pointer(node, level, index);
      if (below == 0) {
        below = allocate();
        IndirectBlock.format(transaction.create(inode.glock(), below).content(), below, geometry);
        setPointer(node, level, index, below);
      }
      node = below;
    }
    int index = geometry.pointerIndex(height, height - 1, logical);
    long block = pointer(node, height - 1, index);
    if (block == 0) {
      block = allocate();
      setPointer(node, height - 1, index, block);
      return transaction.createData(inode.glock(), block, journaled).content();
    }
    return existing(block, overwritten);
  }

  private ByteBuffer existing(long block, boolean overwritten) {
    if (overwritten && !volume.cache().isCached(block)) {
      return transaction.createData(inode.glock(), block, journaled).content();
    }
    CachedBlock cached = volume.cache().readData(inode.glock(), List.of(block)).getFirst();
    return transaction.modifyData(cached, journaled);
  }

  private long pointer(long node, int level, int index) {
    CachedBlock cached = volume.cache().read(inode.glock(), node, type(level));
    long pointer = cached.content().getLong(at(level, index));
    return pointer == 0
        ? 0
        : inode.map().checkPointer(node, type(level).structure(), "pointer", pointer);
  }

  private void setPointer(long node, int level, int index, long pointer) {
    CachedBlock cached = volume.cache().read(inode.glock(), node, type(level));
    transaction.modify(cached).putLong(at(level, index), pointer);
  }

  private static MetaType type(int level) {
    return level == 0 ? MetaType.DINODE : MetaType.INDIRECT;
  }

  private static int at(int level, int index) {
    return (level == 0 ? Geometry.DINODE_HEADER_BYTES : MetaHeader.BYTES) + index * Long.BYTES;
  }
}
