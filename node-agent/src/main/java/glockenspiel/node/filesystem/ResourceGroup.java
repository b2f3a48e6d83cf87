package glockenspiel.node.filesystem;

import glockenspiel.node.glock.Glocks;
import glockenspiel.node.transaction.BlockCache;
import glockenspiel.node.transaction.CachedBlock;
import glockenspiel.ondisk.resourcegroup.ResourceIndexEntry;
import glockenspiel.protocol.lock.GlockName;
import glockenspiel.protocol.lock.LockMode;
import java.util.ArrayList;
import java.util.List;
import java.util.TreeSet;

/**
 * A resource group as this node knows it without its glock: where it lies, and what it had when it
 * was last seen.
 */
final class ResourceGroup {
  /** Free blocks of a group that was not seen yet. */
  private static final long UNKNOWN = Long.MAX_VALUE;

  private final MountedVolume volume;
  private final ResourceIndexEntry entry;
  private final TreeSet<Long> claimed = new TreeSet<>();
  private long freeSeen = UNKNOWN;

  ResourceGroup(MountedVolume volume, ResourceIndexEntry entry) {
    this.volume = volume;
    this.entry = entry;
  }

  ResourceIndexEntry entry() {
    return entry;
  }

  GlockName glock() {
    return GlockName.resourceGroup(entry.address());
  }

  /** Takes the glock and reads the bitmap. */
  LockedGroup lock(LockMode mode, int flags) {
    Glocks.Holder holder = volume.glocks().acquire(glock(), mode, flags);
    BlockCache.Use use = volume.cache().enter();
    try {
      List<Long> blocks = new ArrayList<>(entry.length());
      for (int i = 0; i < entry.length(); i++) {
        blocks.add(entry.address() + i);
      }
      List<CachedBlock> cached = volume.cache().readUnchecked(glock(), blocks);
      return new LockedGroup(volume, this, holder, use, cached);
    } catch (RuntimeException failure) {
      use.close();
      holder.close();
      throw failure;
    }
  }

  /** Whether it may have so many free blocks, by what was last seen of it. */
  boolean mayHave(long blocks) {
    return freeSeen >= blocks;
  }

  void saw(long free) {
    freeSeen = free;
  }

  /** Blocks that an operation of this node wants to make inodes and has not allocated yet. */
  TreeSet<Long> claimed() {
    return claimed;
  }
}
