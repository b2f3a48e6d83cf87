package glockenspiel.image;

import glockenspiel.ondisk.Geometry;
import glockenspiel.ondisk.resourcegroup.Bitmap;
import glockenspiel.ondisk.resourcegroup.BlockState;
import glockenspiel.ondisk.resourcegroup.ResourceGroupHeader;
import glockenspiel.ondisk.resourcegroup.ResourceIndexEntry;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;

/** A resource group of a new image. It is filled from its first block on, without gaps. */
final class PlannedGroup {
  private final ResourceIndexEntry entry;
  private final int skip;
  private final List<Integer> dinodes = new ArrayList<>();
  private int used;

  private PlannedGroup(ResourceIndexEntry entry, int skip) {
    this.entry = entry;
    this.skip = skip;
  }

  /**
   * A group that takes this much room, header and bitmaps included. Up to four blocks and a bitmap
   * block are lost where the bitmap does not come out even.
   *
   * @param address of its header
   * @param blocks in all, at least {@link FormatParameters#RESOURCE_GROUP_BLOCKS_MIN}
   * @param last whether no group follows
   */
  static PlannedGroup of(Geometry geometry, long address, int blocks, boolean last) {
    int length = 1;
    int bitBytes = bitBytes(blocks, length);
    while (ResourceIndexEntry.lengthFor(geometry, bitBytes) > length) {
      length++;
      bitBytes = bitBytes(blocks, length);
    }
    length = ResourceIndexEntry.lengthFor(geometry, bitBytes);
    int data = bitBytes * ResourceIndexEntry.BLOCKS_PER_BYTE;
    ResourceIndexEntry entry =
        new ResourceIndexEntry(address, length, address + length, data, bitBytes);
    return new PlannedGroup(entry, last ? 0 : blocks);
  }

  private static int bitBytes(int blocks, int length) {
    return (blocks - length) / ResourceIndexEntry.BLOCKS_PER_BYTE;
  }

  /** Blocks that a group needs in all to map this many. */
  static int blocksFor(Geometry geometry, long data) {
    int bitBytes = Math.toIntExact(Math.ceilDiv(data, ResourceIndexEntry.BLOCKS_PER_BYTE));
    return ResourceIndexEntry.lengthFor(geometry, bitBytes)
        + bitBytes * ResourceIndexEntry.BLOCKS_PER_BYTE;
  }

  ResourceIndexEntry entry() {
    return entry;
  }

  /** Blocks that are still free. */
  int free() {
    return entry.data() - used;
  }

  /** Dinodes so far. */
  int dinodes() {
    return dinodes.size();
  }

  /**
   * Takes the next blocks.
   *
   * @param blocks at most {@link #free}
   * @param dinode whether the first of them is a dinode
   * @return the first block
   */
  long take(int blocks, boolean dinode) {
    if (dinode) {
      dinodes.add(used);
    }
    long first = entry.data0() + used;
    used += blocks;
    return first;
  }

  /** Writes header and bitmaps. */
  void write(Geometry geometry, SequentialWriter writer) {
    ByteBuffer[] blocks = new ByteBuffer[entry.length()];
    for (int i = 0; i < blocks.length; i++) {
      blocks[i] = ByteBuffer.allocate(geometry.blockSize());
      if (i > 0) {
        ResourceGroupHeader.formatBitmapBlock(blocks[i], geometry);
      }
    }
    ResourceGroupHeader header = ResourceGroupHeader.format(blocks[0], geometry, entry);
    Bitmap bitmap = Bitmap.of(entry, geometry, blocks);
    bitmap.setRun(0, used, BlockState.USED);
    for (int index : dinodes) {
      bitmap.set(index, BlockState.DINODE);
    }
    header.setFree(free());
    header.setDinodes(dinodes.size());
    header.setSkip(skip);
    header.updateCrc();
    for (int i = 0; i < blocks.length; i++) {
      ByteBuffer content = blocks[i];
      writer.write(entry.address() + i, block -> block.put(0, content, 0, content.limit()));
    }
  }
}
