package glockenspiel.node.filesystem;

import glockenspiel.node.filesystem.FileSystemException.Code;
import glockenspiel.node.glock.GlockException;
import glockenspiel.ondisk.CorruptBlockException;
import glockenspiel.ondisk.log.LogFlags;
import glockenspiel.ondisk.resourcegroup.ResourceIndexEntry;
import glockenspiel.protocol.lock.LockFlags;
import glockenspiel.protocol.lock.LockMode;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/** All resource groups of the volume, and the search for one with room. */
final class ResourceGroups {
  private final MountedVolume volume;
  private final TreeMap<Long, ResourceGroup> byData = new TreeMap<>();
  private final List<ResourceGroup> inOrder;
  private final int home;

  /**
   * @param entries of the rindex, in any order
   * @param node number that tells this node from others, so that they start in different groups
   */
  ResourceGroups(MountedVolume volume, List<ResourceIndexEntry> entries, int node, int nodes) {
    this.volume = volume;
    for (ResourceIndexEntry entry : entries) {
      byData.put(entry.data0(), new ResourceGroup(volume, entry));
    }
    this.inOrder = List.copyOf(byData.values());
    this.home = (int) ((long) inOrder.size() * node / Math.max(1, nodes));
  }

  /** Where a node begins that has no goal: the first block of its home group. */
  long homeGoal() {
    return inOrder.get(home).entry().data0();
  }

  /** All groups, by their blocks. */
  List<ResourceGroup> all() {
    return inOrder;
  }

  /**
   * The group that maps a block.
   *
   * @throws CorruptBlockException when none does
   */
  ResourceGroup of(long block) {
    Map.Entry<Long, ResourceGroup> floor = byData.floorEntry(block);
    if (floor == null || !floor.getValue().entry().maps(block)) {
      throw CorruptBlockException.hex(
          CorruptBlockException.NO_BLOCK,
          "rindex",
          "group of block",
          block,
          "a resource group that maps it");
    }
    return floor.getValue();
  }

  /** Locks the group of a block, waiting for it. */
  LockedGroup lock(long block) {
    return of(block).lock(LockMode.EX, 0);
  }

  /**
   * Finds and locks a group with free blocks: first those that are to be had without disturbing
   * anybody, then any; then after a flush, which makes freed blocks usable, and after freeing what
   * crashes left unlinked.
   *
   * @param goal where to look first
   * @param wanted blocks that would be best
   * @param least blocks that are enough
   * @param reclaim frees unlinked inodes of one group; called with no group locked
   * @throws FileSystemException NO_SPACE when no group has that many
   */
  LockedGroup reserve(long goal, long wanted, long least, Consumer<ResourceGroup> reclaim) {
    List<ResourceGroup> candidates = from(goal);
    LockedGroup found = tryAll(candidates, wanted, LockFlags.TRY);
    if (found == null) {
      found = tryAll(candidates, wanted, 0);
    }
    if (found == null && least < wanted) {
      found = tryAll(candidates, least, 0);
    }
    if (found == null) {
      candidates.forEach(reclaim);
      volume.log().flush(LogFlags.LFC_INPLACE_RESERVE);
      found = tryAll(candidates, least, 0);
    }
    if (found == null) {
      throw new FileSystemException(
          Code.NO_SPACE, "no resource group has " + least + " free blocks");
    }
    return found;
  }

  private List<ResourceGroup> from(long goal) {
    Map.Entry<Long, ResourceGroup> floor = byData.floorEntry(goal);
    int start =
        floor != null && floor.getValue().entry().maps(goal)
            ? inOrder.indexOf(floor.getValue())
            : home;
    List<ResourceGroup> rotated = new ArrayList<>(inOrder.subList(start, inOrder.size()));
    rotated.addAll(inOrder.subList(0, start));
    return rotated;
  }

  private @Nullable LockedGroup tryAll(List<ResourceGroup> candidates, long blocks, int flags) {
    for (ResourceGroup group : candidates) {
      // What was seen may be old, so only the round that disturbs nobody goes by it.
      if (LockFlags.isTry(flags) && !group.mayHave(blocks)) {
        continue;
      }
      LockedGroup locked = tryLock(group, LockMode.EX, flags);
      if (locked == null) {
        continue;
      }
      if (locked.allocatable() >= blocks) {
        return locked;
      }
      locked.close();
    }
    return null;
  }

  /** Locks a group; null when that is only tried and fails. */
  static @Nullable LockedGroup tryLock(ResourceGroup group, LockMode mode, int flags) {
    try {
      return group.lock(mode, flags);
    } catch (GlockException failure) {
      if (failure.reason() == GlockException.Reason.TRY_FAILED) {
        return null;
      }
      throw failure;
    }
  }
}
