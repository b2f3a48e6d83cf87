package glockenspiel.node.filesystem;

import glockenspiel.node.glock.Glocks;
import glockenspiel.node.transaction.BlockCache;
import glockenspiel.node.transaction.CachedBlock;
import glockenspiel.node.transaction.Transaction;
import glockenspiel.ondisk.CorruptBlockException;
import glockenspiel.ondisk.resourcegroup.Bitmap;
import glockenspiel.ondisk.resourcegroup.BlockState;
import glockenspiel.ondisk.resourcegroup.ResourceGroupHeader;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;

/** A resource group whose glock is held, with its header and bitmap. */
final class LockedGroup implements AutoCloseable {
  /** What the searches answer when there is none. */
  static final long NONE = -1;

  private final MountedVolume volume;
  private final ResourceGroup group;
  private final Glocks.Holder holder;
  private final BlockCache.Use use;
  private final List<CachedBlock> cached;
  private final ByteBuffer[] contents;
  private final Bitmap bitmap;

  LockedGroup(
      MountedVolume volume,
      ResourceGroup group,
      Glocks.Holder holder,
      BlockCache.Use use,
      List<CachedBlock> cached) {
    this.volume = volume;
    this.group = group;
    this.holder = holder;
    this.use = use;
    this.cached = cached;
    this.contents = cached.stream().map(CachedBlock::content).toArray(ByteBuffer[]::new);
    this.bitmap = Bitmap.of(group.entry(), volume.geometry(), contents);
    header().checkCrc();
    group.saw(allocatable());
  }

  private ResourceGroupHeader header() {
    return ResourceGroupHeader.of(contents[0], group.entry());
  }

  ResourceGroup group() {
    return group;
  }

  /** How many blocks may be allocated now. */
  long allocatable() {
    ResourceGroupHeader header = header();
    if ((header.flags() & ResourceGroupHeader.FLAG_NOALLOC) != 0) {
      return 0;
    }
    long pending = volume.log().pendingFreeIn(group.entry().data0(), group.entry().dataEnd());
    return Math.max(0, header.free() - pending - group.claimed().size());
  }

  /** Images that a transaction with so many allocations or frees here takes at most. */
  int imagesFor(int blocks) {
    return Math.min(group.entry().length(), blocks + 1);
  }

  /** The state of a block that this group maps. */
  BlockState state(long block) {
    return bitmap.get(bitmap.indexOf(block));
  }

  /** Whether the block is free, and not only since a transaction that is not durable yet. */
  boolean isAllocatable(long block) {
    return state(block) == BlockState.FREE && !volume.log().isPendingFree(block);
  }

  /** The first allocatable block from the goal on that nobody claims, or {@link #NONE}. */
  long findFree(long goal) {
    int start = group.entry().maps(goal) ? bitmap.indexOf(goal) : 0;
    long found = findFree(start, bitmap.size());
    return found != NONE ? found : findFree(0, start);
  }

  private long findFree(int from, int to) {
    for (int index = bitmap.find(BlockState.FREE, from);
        index != Bitmap.NONE && index < to;
        index = bitmap.find(BlockState.FREE, index + 1)) {
      long block = bitmap.blockAt(index);
      if (!volume.log().isPendingFree(block) && !group.claimed().contains(block)) {
        return block;
      }
    }
    return NONE;
  }

  /** All dinodes without links. */
  List<Long> unlinked() {
    List<Long> found = new ArrayList<>();
    for (int index = bitmap.find(BlockState.UNLINKED, 0);
        index != Bitmap.NONE;
        index = bitmap.find(BlockState.UNLINKED, index + 1)) {
      found.add(bitmap.blockAt(index));
    }
    return found;
  }

  /**
   * Allocates the first allocatable block from the goal on; the caller has looked at {@link
   * #allocatable}.
   */
  long takeUsed(Transaction transaction, long goal) {
    long block = findFree(goal);
    if (block == NONE) {
      throw new CorruptBlockException(
          group.entry().address(),
          "rgrp",
          "rg_free",
          header().free(),
          "no more than the bitmap has");
    }
    change(transaction, block, BlockState.USED);
    ResourceGroupHeader header = changeHeader(transaction);
    header.setFree(header.free() - 1);
    header.updateCrc();
    return block;
  }

  /**
   * Allocates a block for a dinode.
   *
   * @return the generation of the inode
   */
  long takeDinode(Transaction transaction, long block) {
    change(transaction, block, BlockState.DINODE);
    ResourceGroupHeader header = changeHeader(transaction);
    header.setFree(header.free() - 1);
    header.setDinodes(header.dinodes() + 1);
    // The kernel never gives out generation 0.
    long generation = header.generation() == 0 ? 1 : header.generation();
    header.setGeneration(generation + 1);
    header.updateCrc();
    return generation;
  }

  /** The dinode has lost its last link: it stays allocated until its blocks are freed. */
  void unlink(Transaction transaction, long block) {
    change(transaction, block, BlockState.UNLINKED);
  }

  /** Frees a block; the caller tells the transaction. */
  void free(Transaction transaction, long block) {
    BlockState before = change(transaction, block, BlockState.FREE);
    ResourceGroupHeader header = changeHeader(transaction);
    header.setFree(header.free() + 1);
    if (before != BlockState.USED) {
      header.setDinodes(header.dinodes() - 1);
    }
    header.setFlags(header.flags() & ~ResourceGroupHeader.FLAG_TRIMMED);
    header.updateCrc();
  }

  private BlockState change(Transaction transaction, long block, BlockState next) {
    int index = bitmap.indexOf(block);
    modify(transaction, bitmap.bitmapBlockOf(index));
    return bitmap.change(index, next);
  }

  private ResourceGroupHeader changeHeader(Transaction transaction) {
    modify(transaction, 0);
    return header();
  }

  private void modify(Transaction transaction, int bitmapBlock) {
    // The bitmap keeps the array, so it sees the writable buffer.
    contents[bitmapBlock] = transaction.modify(cached.get(bitmapBlock));
  }

  @Override
  public void close() {
    try {
      group.saw(allocatable());
    } finally {
      use.close();
      holder.close();
    }
  }
}
