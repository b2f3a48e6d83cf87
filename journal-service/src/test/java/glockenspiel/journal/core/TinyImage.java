package glockenspiel.journal.core;

import glockenspiel.journal.device.MemoryDisk;
import glockenspiel.ondisk.Geometry;
import glockenspiel.ondisk.Inum;
import glockenspiel.ondisk.MetaHeader;
import glockenspiel.ondisk.MetaType;
import glockenspiel.ondisk.Superblock;
import glockenspiel.ondisk.directory.EntryBlock;
import glockenspiel.ondisk.directory.NameHash;
import glockenspiel.ondisk.inode.Dinode;
import glockenspiel.ondisk.inode.FileType;
import glockenspiel.ondisk.inode.IndirectBlock;
import glockenspiel.ondisk.inode.StatfsChange;
import glockenspiel.ondisk.log.LogFlags;
import glockenspiel.ondisk.log.LogHeader;
import glockenspiel.ondisk.resourcegroup.ResourceIndexEntry;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.UUID;
import java.util.function.Consumer;

/**
 * As little of a GFS2 image as a volume needs, with journals so short that they wrap soon: journals
 * with even numbers lie in one extent, odd ones in reverse order below indirect blocks.
 */
final class TinyImage {
  static final int DATA_BLOCKS = 400;
  static final StatfsChange MASTER = new StatfsChange(1000, 500, 10);

  final Geometry geometry;
  final MemoryDisk disk;
  final long masterStatfs;
  final List<Long> localStatfs = new ArrayList<>();

  /** The first of {@link #DATA_BLOCKS} blocks that belong to nobody. */
  final long firstData;

  private long next;
  private long formal = 1;

  private TinyImage(int blockSize, int journals, int journalBlocks) {
    this.geometry = Geometry.of(blockSize);
    long superblock = geometry.superblockBlock();
    long blocks = superblock + 32 + (long) journals * (2L * journalBlocks + 8) + DATA_BLOCKS;
    this.disk = new MemoryDisk((blocks << geometry.blockShift()) + 4096 & -4096L);
    this.next = superblock + 1;
    Inum master = directory();
    Inum root = directory();
    Inum index = directory();
    Inum perNode = directory();
    Inum statfs = statfs(MASTER);
    this.masterStatfs = statfs.address();
    for (int jid = 0; jid < journals; jid++) {
      enter(index, "journal" + jid, journal(journalBlocks, jid % 2 == 1), FileType.REGULAR);
      Inum local = statfs(StatfsChange.NONE);
      localStatfs.add(local.address());
      enter(perNode, "statfs_change" + jid, local, FileType.REGULAR);
    }
    Inum rindex = file(ResourceIndexEntry.BYTES);
    long group = next++;
    firstData = next;
    patch(
        rindex.address(),
        block ->
            new ResourceIndexEntry(group, 1, firstData, DATA_BLOCKS, DATA_BLOCKS / 4)
                .write(block, Geometry.DINODE_HEADER_BYTES));
    enter(master, "jindex", index, FileType.DIRECTORY);
    enter(master, "per_node", perNode, FileType.DIRECTORY);
    enter(master, "statfs", statfs, FileType.REGULAR);
    enter(master, "rindex", rindex, FileType.REGULAR);
    Superblock written =
        new Superblock(
            geometry,
            Superblock.FORMAT_MAX,
            master,
            root,
            "lock_dlm",
            "test:tiny",
            new UUID(7, blockSize * 1000L + journals));
    patch(superblock, written::write);
  }

  static TinyImage of(int blockSize, int journals, int journalBlocks) {
    return new TinyImage(blockSize, journals, journalBlocks);
  }

  ByteBuffer read(long block) {
    return ByteBuffer.wrap(disk.bytes(block << geometry.blockShift(), geometry.blockSize()));
  }

  StatfsChange counts(long block) {
    return StatfsChange.read(Dinode.of(read(block), block, geometry));
  }

  /** A block of metadata that can be told from any other. */
  ByteBuffer metadata(long content) {
    ByteBuffer block = ByteBuffer.allocate(geometry.blockSize());
    MetaHeader.write(block, MetaType.INDIRECT);
    for (int at = MetaHeader.BYTES; at + 8 <= block.limit(); at += 8) {
      block.putLong(at, content);
    }
    return block;
  }

  /** A block of data; every other one starts with the magic number. */
  ByteBuffer data(long content) {
    ByteBuffer block = metadata(content);
    if (content % 2 == 0) {
      block.putLong(0, content);
    }
    return block;
  }

  interface Patch {
    void change(ByteBuffer block);
  }

  void patch(long block, Patch change) {
    byte[] bytes = disk.bytes(block << geometry.blockShift(), geometry.blockSize());
    change.change(ByteBuffer.wrap(bytes));
    disk.overwrite(block << geometry.blockShift(), bytes);
  }

  private Inum directory() {
    return inode(
        FileType.DIRECTORY,
        dinode -> {
          EntryBlock.linear(dinode).clear();
          dinode.setSize(geometry.stuffedBytesMax());
        });
  }

  private Inum file(long size) {
    return inode(FileType.REGULAR, dinode -> dinode.setSize(size));
  }

  private Inum statfs(StatfsChange counts) {
    return inode(
        FileType.REGULAR,
        dinode -> {
          dinode.setSize(StatfsChange.BYTES);
          counts.write(dinode);
        });
  }

  private Inum inode(FileType type, Consumer<Dinode> fill) {
    long block = next++;
    long number = formal++;
    patch(
        block,
        buffer -> {
          Dinode dinode = Dinode.format(buffer, block, geometry, number, type.modeBits() | 0600);
          dinode.setLinks(1);
          fill.accept(dinode);
        });
    return new Inum(number, block);
  }

  private void enter(Inum directory, String name, Inum inum, FileType type) {
    byte[] bytes = name.getBytes(StandardCharsets.US_ASCII);
    patch(
        directory.address(),
        buffer -> {
          Dinode dinode = Dinode.of(buffer, directory.address(), geometry);
          int at = EntryBlock.linear(dinode).insert(bytes, NameHash.of(bytes), inum, type);
          if (at == EntryBlock.NO_ROOM) {
            throw new IllegalStateException("no room for " + name);
          }
          dinode.setEntries(dinode.entries() + 1);
        });
  }

  private Inum journal(int length, boolean reversed) {
    Inum inum = file((long) length << geometry.blockShift());
    long indirect = next;
    int perBlock = geometry.indirectPointers();
    int indirects =
        reversed || length > geometry.dinodePointers() ? (length - 1) / perBlock + 1 : 0;
    next += indirects;
    long first = next;
    next += length;
    long[] blocks = new long[length];
    for (int i = 0; i < length; i++) {
      blocks[i] = reversed ? first + length - 1 - i : first + i;
      header(blocks[i], i, inum.address());
    }
    patch(
        inum.address(),
        buffer -> {
          Dinode dinode = Dinode.of(buffer, inum.address(), geometry);
          dinode.setHeight(indirects == 0 ? 1 : 2);
          for (int i = 0; i < (indirects == 0 ? length : indirects); i++) {
            dinode.setPointer(i, indirects == 0 ? blocks[i] : indirect + i);
          }
        });
    for (int i = 0; i < indirects; i++) {
      long block = indirect + i;
      int from = i * perBlock;
      patch(
          block,
          buffer -> {
            IndirectBlock pointers = IndirectBlock.format(buffer, block, geometry);
            for (int at = from; at < Math.min(length, from + perBlock); at++) {
              pointers.setPointer(at - from, blocks[at]);
            }
          });
    }
    return inum;
  }

  /** As mkfs.gfs2 does it: every block a clean header. */
  private void header(long block, int position, long inode) {
    int flags = LogFlags.UNMOUNT | LogFlags.USERSPACE;
    LogHeader header =
        LogHeader.of(position, flags, 0, position, 0, 0, block, inode, 0, 0, StatfsChange.NONE);
    patch(block, header::write);
  }
}
