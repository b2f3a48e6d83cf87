package glockenspiel.image;

import glockenspiel.ondisk.Geometry;
import glockenspiel.ondisk.inode.Extent;
import java.util.ArrayList;
import java.util.List;

/**
 * Makes a GFS2 image: what {@code mkfs.gfs2 -p lock_dlm} does, from arguments alone. The whole
 * layout is decided first, then the blocks go to the sink in growing order. Memory: the layout of
 * directories and resource groups, a buffer of 1 MiB, and one resource group's bitmap at a time.
 */
public final class ImageFormat {
  /** A run of blocks of a planned inode. */
  private record Piece(Extent extent, BlockFiller filler) {}

  private ImageFormat() {}

  /**
   * Makes an image. The blocks before the superblock become zero, as do those between resource
   * groups; free blocks are not written.
   *
   * @return what was made
   * @throws IllegalArgumentException if the image is too small for its journals; nothing was
   *     written then
   */
  public static FormattedImage format(FormatParameters parameters, BlockSink sink) {
    Geometry geometry = parameters.geometry();
    SystemInodes inodes = new SystemInodes(parameters);
    List<Piece> pieces = new ArrayList<>();
    for (SystemInodes.Planned inode : inodes.planned()) {
      for (Extent run : inode.placement().runs()) {
        pieces.add(new Piece(run, inode.filler()));
      }
    }
    SequentialWriter writer = new SequentialWriter(sink, geometry.blockSize());
    long end = geometry.superblockBlock();
    writer.zero(0, end);
    writer.write(end, inodes.superblock()::write);
    end++;
    int next = 0;
    for (PlannedGroup group : inodes.layout().groups()) {
      writer.zero(end, group.entry().address());
      group.write(geometry, writer);
      end = group.entry().dataEnd();
      while (next < pieces.size() && pieces.get(next).extent().physical() < end) {
        write(pieces.get(next), writer);
        next++;
      }
    }
    writer.flush();
    return inodes.summary();
  }

  private static void write(Piece piece, SequentialWriter writer) {
    Extent extent = piece.extent();
    for (long index = 0; index < extent.length(); index++) {
      long ordinal = extent.logical() + index;
      writer.write(extent.physical() + index, block -> piece.filler().fill(ordinal, block));
    }
  }
}
