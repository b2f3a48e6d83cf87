package glockenspiel.simulation.checker;

import glockenspiel.ondisk.CorruptBlockException;
import glockenspiel.ondisk.Geometry;
import glockenspiel.ondisk.MetaHeader;
import glockenspiel.ondisk.MetaType;
import glockenspiel.ondisk.inode.Dinode;
import glockenspiel.ondisk.inode.IndirectBlock;
import glockenspiel.ondisk.resourcegroup.ResourceIndexEntry;
import glockenspiel.protocol.lock.GlockName;
import glockenspiel.protocol.storage.BlockImage;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * Under which glock each logged block was changed, found out from the blocks themselves: a dinode
 * belongs to its own glock, a bitmap to its resource group's, everything else to the dinode whose
 * pointers lead to it. What no known pointer leads to has no known owner.
 */
final class BlockOwners {
  private final VolumeMap map;
  private final Geometry geometry;
  private final Map<Long, GlockName> owners = new LinkedHashMap<>();

  /** The pointers of a block as of its newest image. */
  private final Map<Long, Set<Long>> pointers = new LinkedHashMap<>();

  BlockOwners(VolumeMap map) {
    this.map = map;
    this.geometry = map.geometry();
    for (ResourceIndexEntry group : map.groups()) {
      for (long block = group.address(); block < group.address() + group.length(); block++) {
        owners.put(block, GlockName.resourceGroup(group.address()));
      }
    }
  }

  /** The glock of a block; null when nothing is known. */
  @Nullable GlockName owner(long block) {
    return owners.get(block);
  }

  /** Takes in what a flush says. */
  void learn(List<BlockImage> images) {
    List<BlockImage> rest = new ArrayList<>();
    for (BlockImage image : images) {
      if (MetaHeader.is(image.content(), MetaType.DINODE)) {
        owners.put(image.block(), GlockName.inode(image.block()));
        learnPointers(image, GlockName.inode(image.block()));
      } else {
        rest.add(image);
      }
    }
    // A tree grows from its root, so each round finds the owners of the next level.
    for (boolean progress = true; progress; ) {
      progress =
          rest.removeIf(
              image -> {
                GlockName owner = owners.get(image.block());
                if (owner == null) {
                  return false;
                }
                learnPointers(image, owner);
                return true;
              });
    }
  }

  private void learnPointers(BlockImage image, GlockName owner) {
    Set<Long> found = new LinkedHashSet<>();
    try {
      if (MetaHeader.is(image.content(), MetaType.DINODE)) {
        Dinode dinode = Dinode.of(image.content(), image.block(), geometry);
        for (int i = 0; dinode.height() > 0 && i < geometry.dinodePointers(); i++) {
          add(found, dinode.pointer(i));
        }
        add(found, dinode.eattr());
      } else if (MetaHeader.is(image.content(), MetaType.INDIRECT)) {
        IndirectBlock indirect = IndirectBlock.of(image.content(), image.block(), geometry);
        for (int i = 0; i < indirect.pointers(); i++) {
          add(found, indirect.pointer(i));
        }
      }
    } catch (CorruptBlockException damage) {
      // The image check will find it.
      return;
    }
    Set<Long> before = pointers.put(image.block(), found);
    if (before != null) {
      for (long gone : before) {
        if (!found.contains(gone)) {
          owners.remove(gone, owner);
        }
      }
    }
    found.forEach(block -> owners.put(block, owner));
  }

  private void add(Set<Long> found, long pointer) {
    if (pointer > geometry.superblockBlock() && pointer < map.blocks()) {
      found.add(pointer);
    }
  }
}
