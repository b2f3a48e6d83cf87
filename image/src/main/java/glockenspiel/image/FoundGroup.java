package glockenspiel.image;

import glockenspiel.ondisk.Geometry;
import glockenspiel.ondisk.resourcegroup.Bitmap;
import glockenspiel.ondisk.resourcegroup.BlockState;
import glockenspiel.ondisk.resourcegroup.ResourceGroupHeader;
import glockenspiel.ondisk.resourcegroup.ResourceIndexEntry;
import java.nio.ByteBuffer;
import org.jspecify.annotations.Nullable;

/**
 * A resource group of the checked volume, with a second bitmap: the states that its blocks should
 * have, by what the walk found. That bitmap is made when its first block is found, and has the size
 * and the form of the one on disk, so that both can be compared by words.
 */
final class FoundGroup {
  private final ResourceIndexEntry entry;
  private final Geometry geometry;
  private final ByteBuffer[] blocks;
  private @Nullable Bitmap found;

  FoundGroup(ResourceIndexEntry entry, Geometry geometry) {
    this.entry = entry;
    this.geometry = geometry;
    this.blocks = new ByteBuffer[entry.length()];
  }

  ResourceIndexEntry entry() {
    return entry;
  }

  /** The state found for a block of this group; FREE if nothing was found. */
  BlockState state(long block) {
    return found == null ? BlockState.FREE : found.get(found.indexOf(block));
  }

  void set(long block, BlockState state) {
    Bitmap bitmap = bitmap();
    bitmap.set(bitmap.indexOf(block), state);
  }

  /** All states found. */
  Bitmap bitmap() {
    Bitmap bitmap = found;
    if (bitmap == null) {
      for (int i = 0; i < blocks.length; i++) {
        blocks[i] = ByteBuffer.allocate(geometry.blockSize());
        ResourceGroupHeader.formatBitmapBlock(blocks[i], geometry);
      }
      ResourceGroupHeader.format(blocks[0], geometry, entry);
      bitmap = Bitmap.of(entry, geometry, blocks);
      found = bitmap;
    }
    return bitmap;
  }

  /** The blocks under {@link #bitmap}. */
  ByteBuffer[] blocks() {
    bitmap();
    return blocks;
  }
}
