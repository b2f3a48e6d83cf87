package glockenspiel.node.filesystem;

import glockenspiel.node.filesystem.FileSystemException.Code;
import glockenspiel.node.transaction.BlockCache;
import glockenspiel.node.transaction.CachedBlock;
import glockenspiel.node.transaction.Reservation;
import glockenspiel.node.transaction.Transaction;
import glockenspiel.ondisk.Geometry;
import glockenspiel.ondisk.inode.BlockMap;
import glockenspiel.ondisk.inode.Dinode;
import glockenspiel.ondisk.inode.DinodeFlags;
import glockenspiel.ondisk.inode.Extent;
import glockenspiel.ondisk.inode.FileType;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** Reads and writes the content of files whose glock is held. */
final class FileData {
  /** Bytes of one read at most. */
  static final int READ_BYTES_MAX = 4 << 20;

  private static final int CHUNK_BLOCKS = 256;
  private static final int JOURNALED_CHUNK_BLOCKS = 32;

  /**
   * What a piece of a write needs.
   *
   * @param first logical block
   * @param count logical blocks, in a row
   * @param bytes of the piece
   * @param height that the tree must have
   * @param allocations upper bound of new blocks; 0 when there are no holes
   * @param nodes upper bound of indirect blocks that change
   */
  private record Chunk(long first, int count, int bytes, int height, int allocations, int nodes) {}

  private final MountedVolume volume;
  private final ResourceGroups groups;
  private final Deallocation deallocation;
  private final LocalStatfs statfs;

  FileData(
      MountedVolume volume, ResourceGroups groups, Deallocation deallocation, LocalStatfs statfs) {
    this.volume = volume;
    this.groups = groups;
    this.deallocation = deallocation;
    this.statfs = statfs;
  }

  /** Throws unless the inode is a regular file. */
  static void requireFile(Inode inode) {
    FileType type = inode.dinode().type();
    if (type == FileType.DIRECTORY) {
      throw new FileSystemException(Code.IS_A_DIRECTORY, "a file is needed");
    }
    if (type != FileType.REGULAR) {
      throw new FileSystemException(Code.INVALID, "a regular file is needed, not " + type);
    }
  }

  /** Throws when nobody may change the inode. */
  static void requireChangeable(Inode inode) {
    Dinode dinode = inode.dinode();
    if (dinode.hasFlags(DinodeFlags.IMMUTABLE) || dinode.hasFlags(DinodeFlags.APPENDONLY)) {
      throw new FileSystemException(Code.READ_ONLY, "the inode is immutable or append-only");
    }
  }

  /** Reads at most this many bytes; fewer at the end of the file. */
  ByteBuffer read(Inode inode, long offset, int length) {
    requireFile(inode);
    Dinode dinode = inode.dinode();
    int bytes =
        (int) Math.max(0, Math.min(dinode.size() - offset, Math.min(length, READ_BYTES_MAX)));
    ByteBuffer target = ByteBuffer.allocate(bytes);
    if (dinode.isStuffed()) {
      if (bytes > 0) {
        target.put(0, dinode.stuffedData(), (int) offset, bytes);
      }
      return target;
    }
    List<Extent> extents = extents(inode, offset, bytes);
    List<Long> blocks = new ArrayList<>();
    for (Extent extent : extents) {
      for (long i = 0; !extent.isHole() && i < extent.length(); i++) {
        blocks.add(extent.physical() + i);
      }
    }
    List<CachedBlock> contents = volume.cache().readData(inode.glock(), blocks);
    int at = 0;
    int blockSize = volume.geometry().blockSize();
    for (Extent extent : extents) {
      for (long i = 0; !extent.isHole() && i < extent.length(); i++) {
        long start = (extent.logical() + i) * blockSize - offset;
        int from = (int) Math.max(0, -start);
        int to = (int) Math.min(blockSize, bytes - start);
        target.put((int) (start + from), contents.get(at++).content(), from, to - from);
      }
    }
    return target;
  }

  private List<Extent> extents(Inode inode, long offset, int bytes) {
    List<Extent> extents = new ArrayList<>();
    int shift = volume.geometry().blockShift();
    BlockMap map = inode.map();
    long end = (offset + bytes + volume.geometry().blockSize() - 1) >>> shift;
    for (long at = offset >>> shift; bytes > 0 && at < end; ) {
      Extent extent = map.mapExtent(inode.dinode(), at, end - at);
      extents.add(extent);
      at += extent.length();
    }
    return extents;
  }

  /**
   * Writes all remaining bytes of the source, in one transaction a piece.
   *
   * @return how many were written: fewer than asked for only when the volume became full on the way
   */
  int write(Inode inode, long offset, ByteBuffer source) {
    requireFile(inode);
    requireChangeable(inode);
    Geometry geometry = volume.geometry();
    long end = offset + source.remaining();
    if (offset < 0) {
      throw new FileSystemException(Code.INVALID, "offset " + offset);
    }
    if (end < 0 || geometry.heightFor(end, false) > geometry.heightMax()) {
      throw new FileSystemException(Code.FILE_TOO_LARGE, "end " + end);
    }
    deallocation.finishTruncate(inode);
    int written = 0;
    while (written < source.remaining()) {
      try {
        written += writeKept(inode, offset + written, source, source.position() + written);
      } catch (FileSystemException failure) {
        if (failure.code() == Code.NO_SPACE && written > 0) {
          return written;
        }
        throw failure;
      }
    }
    return written;
  }

  /** The blocks that are written only in part stay from their reading to the transaction. */
  private int writeKept(Inode inode, long offset, ByteBuffer source, int from) {
    BlockCache.Use use = volume.cache().enter();
    try {
      return writePiece(inode, offset, source, from);
    } finally {
      use.close();
    }
  }

  private int writePiece(Inode inode, long offset, ByteBuffer source, int from) {
    int remaining = source.limit() - from;
    if (inode.dinode().isStuffed() && offset + remaining <= volume.geometry().stuffedBytesMax()) {
      writeStuffed(inode, (int) offset, source, from, remaining);
      return remaining;
    }
    Chunk chunk =
        chunk(
            inode,
            offset,
            remaining,
            inode.isDataJournaled() ? JOURNALED_CHUNK_BLOCKS : CHUNK_BLOCKS);
    readEdges(inode, offset, chunk);
    if (chunk.allocations() == 0) {
      write(inode, offset, source, from, chunk, null);
      return chunk.bytes();
    }
    Chunk least = chunk(inode, offset, remaining, 1);
    try (LockedGroup group =
        groups.reserve(
            inode.dinode().goalData(),
            chunk.allocations(),
            least.allocations(),
            deallocation::reclaim)) {
      while (chunk.allocations() > group.allocatable()) {
        chunk = chunk(inode, offset, remaining, Math.max(1, chunk.count() / 2));
      }
      write(inode, offset, source, from, chunk, group);
    }
    return chunk.bytes();
  }

  private void writeStuffed(Inode inode, int offset, ByteBuffer source, int from, int length) {
    volume
        .log()
        .transact(
            new Reservation(1, 0),
            transaction -> {
              Dinode dinode = inode.change(transaction);
              dinode.buffer().put(Geometry.DINODE_HEADER_BYTES + offset, source, from, length);
              dinode.setSize(Math.max(dinode.size(), (long) offset + length));
              inode.touch(dinode, true);
              return null;
            });
  }

  /** What the piece from an offset needs that has at most so many blocks. */
  private Chunk chunk(Inode inode, long offset, int remaining, int blocksMax) {
    Geometry geometry = volume.geometry();
    int blockSize = geometry.blockSize();
    long first = offset >>> geometry.blockShift();
    int inFirst = (int) (offset - first * blockSize);
    int count = (int) Math.min(Math.ceilDiv((long) inFirst + remaining, blockSize), blocksMax);
    int bytes = (int) Math.min(remaining, (long) count * blockSize - inFirst);
    Dinode dinode = inode.dinode();
    int before = dinode.height();
    long size = dinode.size();
    int height =
        Math.max(Math.max(1, before), geometry.heightFor(Math.max(size, offset + bytes), false));
    int growth = 0;
    if (before == 0) {
      growth = size > 0 ? height : 0;
    } else if (FileTree.hasPointers(dinode)) {
      growth = height - before;
    }
    int holes = holes(inode, first, count);
    int nodes = 0;
    long span = 1;
    for (int level = height - 1; level >= 1; level--) {
      span *= geometry.indirectPointers();
      nodes += (int) ((first + count - 1) / span - first / span + 1);
    }
    int allocations = holes == 0 && height == before ? 0 : holes + growth + nodes;
    return new Chunk(first, count, bytes, height, allocations, nodes + growth);
  }

  private int holes(Inode inode, long first, int count) {
    BlockMap map = inode.map();
    int holes = 0;
    for (long at = first; at < first + count; ) {
      Extent extent = map.mapExtent(inode.dinode(), at, first + count - at);
      holes += extent.isHole() ? (int) extent.length() : 0;
      at += extent.length();
    }
    return holes;
  }

  /**
   * Reads the first and the last block when they are only written in part: a failure must come
   * before the transaction.
   */
  private void readEdges(Inode inode, long offset, Chunk chunk) {
    int blockSize = volume.geometry().blockSize();
    BlockMap map = inode.map();
    List<Long> edges = new ArrayList<>();
    long last = chunk.first() + chunk.count() - 1;
    if (offset % blockSize != 0) {
      edges.add(map.map(inode.dinode(), chunk.first()));
    }
    if ((offset + chunk.bytes()) % blockSize != 0) {
      edges.add(map.map(inode.dinode(), last));
    }
    edges.removeIf(block -> block == BlockMap.HOLE);
    volume.cache().readData(inode.glock(), edges);
  }

  private void write(
      Inode inode,
      long offset,
      ByteBuffer source,
      int from,
      Chunk chunk,
      @Nullable LockedGroup group) {
    int images = 1 + chunk.nodes();
    if (inode.isDataJournaled()) {
      images += chunk.count() + 1;
    }
    if (group != null) {
      images += group.imagesFor(chunk.allocations()) + LocalStatfs.IMAGES;
    }
    volume
        .log()
        .transact(
            new Reservation(images, 0),
            transaction -> {
              write(transaction, inode, offset, source, from, chunk, group);
              return null;
            });
  }

  private void write(
      Transaction transaction,
      Inode inode,
      long offset,
      ByteBuffer source,
      int from,
      Chunk chunk,
      @Nullable LockedGroup group) {
    FileTree tree = new FileTree(volume, inode, transaction, group);
    tree.unstuff();
    tree.grow(chunk.height());
    int blockSize = volume.geometry().blockSize();
    int done = 0;
    for (int i = 0; i < chunk.count(); i++) {
      int at = (int) ((offset + done) % blockSize);
      int length = Math.min(blockSize - at, chunk.bytes() - done);
      tree.data(chunk.first() + i, length == blockSize).put(at, source, from + done, length);
      done += length;
    }
    Dinode dinode = inode.change(transaction);
    dinode.setSize(Math.max(dinode.size(), offset + done));
    if (tree.allocated() > 0) {
      dinode.setBlocks(dinode.blocks() + tree.allocated());
      dinode.setGoalData(tree.goal());
      dinode.setGoalMeta(tree.goal());
    }
    inode.touch(dinode, true);
    if (tree.allocated() > 0) {
      statfs.change(transaction, -tree.allocated(), 0);
    }
  }
}
