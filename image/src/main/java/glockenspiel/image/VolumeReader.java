package glockenspiel.image;

import glockenspiel.ondisk.BlockReader;
import glockenspiel.ondisk.CorruptBlockException;
import glockenspiel.ondisk.Geometry;
import glockenspiel.ondisk.Superblock;
import glockenspiel.ondisk.directory.DirectoryEntry;
import glockenspiel.ondisk.directory.EntryBlock;
import glockenspiel.ondisk.directory.HashTable;
import glockenspiel.ondisk.directory.Leaf;
import glockenspiel.ondisk.directory.NameHash;
import glockenspiel.ondisk.inode.BlockMap;
import glockenspiel.ondisk.inode.Dinode;
import glockenspiel.ondisk.inode.InodeContent;
import glockenspiel.ondisk.resourcegroup.ResourceIndexEntry;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import org.jspecify.annotations.Nullable;

/** Reads a volume's inodes by address and by name, and their content. */
final class VolumeReader {
  private final Geometry geometry;
  private final long limit;
  private final BlockMap map;
  private final InodeContent content;

  /**
   * @param limit blocks of the volume
   */
  VolumeReader(Geometry geometry, long limit, BlockReader reader) {
    this.geometry = geometry;
    this.limit = limit;
    this.map = new BlockMap(geometry, limit, reader);
    this.content = new InodeContent(map);
  }

  Geometry geometry() {
    return geometry;
  }

  /** Blocks of the volume. */
  long limit() {
    return limit;
  }

  BlockMap map() {
    return map;
  }

  InodeContent content() {
    return content;
  }

  ByteBuffer block(long block) {
    return map.reader().read(block);
  }

  /**
   * Reads the superblock.
   *
   * @throws CorruptBlockException if it is damaged, or has another block size than the reader
   */
  Superblock superblock() {
    long block = geometry.superblockBlock();
    if (block >= limit) {
      throw new CorruptBlockException(
          CorruptBlockException.NO_BLOCK, "image", "blocks", limit, "more than " + block);
    }
    Superblock superblock = Superblock.read(block(block));
    if (superblock.geometry().blockSize() != geometry.blockSize()) {
      throw new CorruptBlockException(
          block,
          "superblock",
          "sb_bsize",
          superblock.geometry().blockSize(),
          Integer.toString(geometry.blockSize()));
    }
    superblock.checkInside(limit);
    return superblock;
  }

  /**
   * Reads an inode.
   *
   * @param block inside the volume
   * @throws CorruptBlockException if it is none
   */
  Dinode inode(long block) {
    return Dinode.of(block(block), block, geometry);
  }

  /**
   * Finds a name in a directory of either kind.
   *
   * @return the entry, or null
   * @throws CorruptBlockException if the directory is damaged on the way
   */
  @Nullable DirectoryEntry find(Dinode directory, String name) {
    byte[] bytes = name.getBytes(StandardCharsets.UTF_8);
    if (!directory.isDirectory() || !directory.isExhash()) {
      return EntryBlock.linear(directory).get(bytes);
    }
    Leaf leaf = new HashTable(directory, map).find(bytes, NameHash.of(bytes));
    return leaf == null ? null : leaf.entryBlock().get(bytes);
  }

  /**
   * The inode of a name that must be there.
   *
   * @throws CorruptBlockException if it is not, or is damaged
   */
  Dinode require(Dinode directory, String name) {
    DirectoryEntry entry = find(directory, name);
    if (entry == null) {
      throw new CorruptBlockException(
          directory.block(), "directory", "entry " + name, "none", "a system inode");
    }
    long address = entry.inum().address();
    map.checkPointer(directory.block(), "directory", "entry " + name, address);
    return inode(address);
  }

  /**
   * How many journals a jindex lists: {@code journal0} up to the first name that is missing.
   *
   * @throws CorruptBlockException if it is damaged
   */
  int journals(Dinode jindex) {
    int journals = 0;
    while (journals < FormatParameters.JOURNALS_MAX && find(jindex, "journal" + journals) != null) {
      journals++;
    }
    return journals;
  }

  /**
   * How many resource groups a rindex lists.
   *
   * @throws CorruptBlockException if there is none, or the size makes no sense
   */
  int resourceGroups(Dinode rindex) {
    int count = ResourceIndexEntry.count(rindex.size(), rindex.block());
    if (count == 0 || count > limit / ResourceIndexEntry.BLOCKS_PER_BYTE) {
      throw new CorruptBlockException(
          rindex.block(), "rindex", "di_size", rindex.size(), "entries that fit the volume");
    }
    return count;
  }

  /**
   * An entry of the rindex.
   *
   * @throws CorruptBlockException if it is damaged
   */
  ResourceIndexEntry resourceGroup(Dinode rindex, int number) {
    ByteBuffer entry = ByteBuffer.allocate(ResourceIndexEntry.BYTES);
    content.read(rindex, (long) number * ResourceIndexEntry.BYTES, entry);
    return ResourceIndexEntry.read(entry, 0, number, geometry, limit);
  }
}
