package glockenspiel.simulation.checker;

import glockenspiel.ondisk.resourcegroup.Bitmap;
import glockenspiel.ondisk.resourcegroup.BlockState;
import glockenspiel.ondisk.resourcegroup.ResourceIndexEntry;
import glockenspiel.protocol.storage.BlockImage;
import java.nio.ByteBuffer;
import java.util.List;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/** Which blocks are free, by the newest images of the bitmaps in any journal. */
final class FreedBlocks {
  private final VolumeMap map;

  /** Newest images of the blocks that resource groups keep their bitmaps in. */
  private final TreeMap<Long, ByteBuffer> images = new TreeMap<>();

  FreedBlocks(VolumeMap map) {
    this.map = map;
  }

  /** Takes in what a flush says. */
  void learn(List<BlockImage> logged) {
    for (BlockImage image : logged) {
      ResourceIndexEntry group = groupAround(image.block());
      if (group != null && image.block() < group.address() + group.length()) {
        images.put(image.block(), image.content());
      }
    }
  }

  private @Nullable ResourceIndexEntry groupAround(long block) {
    for (ResourceIndexEntry group : map.groups()) {
      if (block >= group.address() && block < group.dataEnd()) {
        return group;
      }
    }
    return null;
  }

  /** Whether the newest images call the block free. */
  boolean isFree(long block) {
    ResourceIndexEntry group = groupAround(block);
    if (group == null || !group.maps(block)) {
      return false;
    }
    ByteBuffer[] blocks = new ByteBuffer[group.length()];
    for (int i = 0; i < blocks.length; i++) {
      ByteBuffer image = images.get(group.address() + i);
      blocks[i] = image == null ? map.initial(group.address() + i) : image;
    }
    Bitmap bitmap = Bitmap.of(group, map.geometry(), blocks);
    return bitmap.get(bitmap.indexOf(block)) == BlockState.FREE;
  }
}
