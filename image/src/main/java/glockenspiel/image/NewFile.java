package glockenspiel.image;

import glockenspiel.ondisk.Geometry;
import glockenspiel.ondisk.inode.Dinode;
import java.nio.ByteBuffer;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/** A regular file of a new image: stuffed, or a tree without holes. */
final class NewFile implements BlockFiller {
  private final Geometry geometry;
  private final NewInode inode;
  private final long size;
  private final int payloadFormat;
  private final @Nullable PointerTree tree;
  private final Consumer<ByteBuffer> stuffed;
  private final DataFiller data;

  private NewFile(
      Geometry geometry,
      NewInode inode,
      long size,
      int payloadFormat,
      @Nullable PointerTree tree,
      Consumer<ByteBuffer> stuffed,
      DataFiller data) {
    this.geometry = geometry;
    this.inode = inode;
    this.size = size;
    this.payloadFormat = payloadFormat;
    this.tree = tree;
    this.stuffed = stuffed;
    this.data = data;
  }

  /**
   * A stuffed file.
   *
   * @param content is given the data part of the dinode, {@code size} bytes, all zero
   */
  static NewFile stuffed(
      Geometry geometry,
      NewInode inode,
      int size,
      int payloadFormat,
      Consumer<ByteBuffer> content) {
    return new NewFile(
        geometry, inode, size, payloadFormat, null, content, (logical, address, block) -> {});
  }

  /** A file with data blocks. */
  static NewFile ofTree(
      Geometry geometry,
      NewInode inode,
      long size,
      int payloadFormat,
      PointerTree tree,
      DataFiller data) {
    return new NewFile(geometry, inode, size, payloadFormat, tree, content -> {}, data);
  }

  @Override
  public void fill(long ordinal, ByteBuffer block) {
    if (ordinal == 0) {
      fillDinode(block);
    } else if (tree == null) {
      throw new IllegalArgumentException("block " + ordinal + " of a stuffed file");
    } else if (ordinal < tree.firstData()) {
      tree.fillIndirect(ordinal, block, inode.placement());
    } else {
      data.fill(ordinal - tree.firstData(), inode.placement().at(ordinal), block);
    }
  }

  private void fillDinode(ByteBuffer block) {
    Dinode dinode = inode.format(block, geometry, 1);
    dinode.setSize(size);
    dinode.setPayloadFormat(payloadFormat);
    if (tree == null) {
      stuffed.accept(dinode.stuffedData());
    } else {
      dinode.setHeight(tree.height());
      tree.fill(dinode, inode.placement());
    }
  }
}
