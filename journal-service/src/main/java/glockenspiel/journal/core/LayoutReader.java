package glockenspiel.journal.core;

import glockenspiel.journal.device.BlockDevice;
import glockenspiel.ondisk.BlockReader;
import glockenspiel.ondisk.CorruptBlockException;
import glockenspiel.ondisk.FieldCheck;
import glockenspiel.ondisk.Geometry;
import glockenspiel.ondisk.Superblock;
import glockenspiel.ondisk.directory.DirectoryEntry;
import glockenspiel.ondisk.directory.EntryBlock;
import glockenspiel.ondisk.directory.HashTable;
import glockenspiel.ondisk.directory.Leaf;
import glockenspiel.ondisk.directory.NameHash;
import glockenspiel.ondisk.inode.BlockMap;
import glockenspiel.ondisk.inode.Dinode;
import glockenspiel.ondisk.inode.Extent;
import glockenspiel.ondisk.inode.FileType;
import glockenspiel.ondisk.inode.InodeContent;
import glockenspiel.ondisk.resourcegroup.ResourceIndexEntry;
import glockenspiel.protocol.storage.StorageException;
import glockenspiel.protocol.storage.StorageException.Reason;
import glockenspiel.runtime.task.SerialOwner;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Reads a volume's layout: superblock, rindex (for the volume's end), jindex with all journals, the
 * per-node files. Runs in a task. Whatever does not fit is a {@link CorruptBlockException} or a
 * {@link StorageException} in one line.
 */
final class LayoutReader {
  private static final int JOURNALS_MAX = 1 << 16;
  private static final int JOURNAL_BLOCKS_MIN = 16;

  /** The smallest journal that Linux mounts; we take shorter ones, if all else about them fits. */
  private static final long LINUX_JOURNAL_BYTES_MIN = 8L << 20;

  private static final long JOURNAL_BYTES_MAX = 1L << 30;
  private static final int INDEX_ENTRIES_AT_A_TIME = 128;

  private final SerialOwner owner;
  private final BlockDevice device;
  private final Superblock superblock;
  private final Geometry geometry;
  private final long blocks;
  private final BlockReader reader;
  private final BlockMap map;

  private LayoutReader(SerialOwner owner, BlockDevice device) {
    this.owner = owner;
    this.device = device;
    long needed = Geometry.SUPERBLOCK_BYTE + Superblock.BYTES;
    if (device.size() < needed) {
      throw new CorruptBlockException(
          CorruptBlockException.NO_BLOCK,
          "image",
          "size in bytes",
          device.size(),
          "at least " + needed + ": this is no GFS2 image");
    }
    this.superblock =
        Superblock.read(owner.await(device.read(Geometry.SUPERBLOCK_BYTE, Superblock.BYTES)));
    this.geometry = superblock.geometry();
    this.blocks = device.size() >>> geometry.blockShift();
    superblock.checkInside(blocks);
    FieldCheck.range(
        CorruptBlockException.NO_BLOCK,
        "image",
        "blocks",
        blocks,
        1,
        (1L << ReplayPlan.BLOCK_BITS) - 1);
    this.reader = this::read;
    this.map = new BlockMap(geometry, blocks, reader);
  }

  /** Reads it all. Only inside a task. */
  static VolumeLayout read(SerialOwner owner, BlockDevice device) {
    return new LayoutReader(owner, device).read();
  }

  private VolumeLayout read() {
    Dinode master = directory(superblock.master().address());
    checkEnd(need(master, "rindex"));
    Dinode jindex = need(master, "jindex");
    Dinode perNode = need(master, "per_node");
    List<JournalLayout> journals = new ArrayList<>();
    while (journals.size() < JOURNALS_MAX) {
      int jid = journals.size();
      DirectoryEntry entry = find(jindex, "journal" + jid);
      if (entry == null) {
        break;
      }
      journals.add(journal(jid, dinode(entry.inum().address()), perNode));
    }
    if (journals.isEmpty()) {
      throw new CorruptBlockException(
          jindex.block(), "jindex", "journal0", "missing", "at least one journal");
    }
    checkApart(journals);
    return new VolumeLayout(superblock, blocks, journals, need(master, "statfs").block());
  }

  /**
   * Every block of a journal is that journal's alone. What is appended to one would otherwise be
   * written over another one. (One that has a block twice can be read, as the kernel does; it is
   * not opened.)
   */
  private static void checkApart(List<JournalLayout> journals) {
    record Piece(long first, long count, JournalLayout journal) {}
    List<Piece> pieces = new ArrayList<>();
    for (JournalLayout journal : journals) {
      JournalExtents extents = journal.extents();
      for (int i = 0; i < extents.count(); i++) {
        pieces.add(new Piece(extents.firstBlock(i), extents.blocksOf(i), journal));
      }
    }
    pieces.sort(Comparator.comparingLong(Piece::first));
    for (int i = 1; i < pieces.size(); i++) {
      Piece before = pieces.get(i - 1);
      Piece piece = pieces.get(i);
      if (piece.journal().jid() != before.journal().jid()
          && piece.first() < before.first() + before.count()) {
        throw CorruptBlockException.hex(
            piece.journal().inode(),
            "dinode of journal " + piece.journal().jid(),
            "mapped block",
            piece.first(),
            "a block that journal " + before.journal().jid() + " does not have");
      }
    }
  }

  private JournalLayout journal(int jid, Dinode dinode, Dinode perNode) {
    String structure = "dinode of journal " + jid;
    if (dinode.type() != FileType.REGULAR) {
      throw CorruptBlockException.hex(
          dinode.block(), structure, "di_mode", dinode.mode(), "a regular file");
    }
    long size = dinode.size();
    FieldCheck.range(
        dinode.block(),
        structure,
        "di_size",
        size,
        (long) JOURNAL_BLOCKS_MIN << geometry.blockShift(),
        JOURNAL_BYTES_MAX);
    if (size % geometry.blockSize() != 0) {
      throw new CorruptBlockException(
          dinode.block(), structure, "di_size", size, "whole blocks of " + geometry.blockSize());
    }
    long length = size >>> geometry.blockShift();
    List<Extent> extents = new ArrayList<>();
    long next = 0;
    List<Extent> found = new ArrayList<>();
    map.forEachExtent(dinode, found::add);
    for (Extent extent : found) {
      if (next >= length) {
        requireLinuxSize(dinode, structure);
        break;
      }
      FieldCheck.equal(dinode.block(), structure, "first mapped block", extent.logical(), next);
      long part = Math.min(extent.length(), length - next);
      extents.add(new Extent(next, extent.physical(), part));
      next += part;
    }
    FieldCheck.equal(dinode.block(), structure, "mapped blocks (no holes)", next, length);
    return new JournalLayout(
        jid,
        dinode.block(),
        new JournalExtents(extents, (int) length),
        addressOf(perNode, "statfs_change" + jid),
        addressOf(perNode, "quota_change" + jid));
  }

  /** One that is mapped further than its size was longer, before its size was damaged. */
  private static void requireLinuxSize(Dinode dinode, String structure) {
    FieldCheck.range(
        dinode.block(),
        structure,
        "di_size",
        dinode.size(),
        LINUX_JOURNAL_BYTES_MIN,
        JOURNAL_BYTES_MAX);
  }

  /** A truncated image must not be found out by the first write behind its end. */
  private void checkEnd(Dinode rindex) {
    InodeContent content = new InodeContent(map);
    int entries = ResourceIndexEntry.count(rindex.size(), rindex.block());
    for (int first = 0; first < entries; first += INDEX_ENTRIES_AT_A_TIME) {
      int count = Math.min(INDEX_ENTRIES_AT_A_TIME, entries - first);
      ByteBuffer part = ByteBuffer.allocate(count * ResourceIndexEntry.BYTES);
      content.read(rindex, (long) first * ResourceIndexEntry.BYTES, part);
      for (int i = 0; i < count; i++) {
        // Checks that the group lies inside the device.
        var _ =
            ResourceIndexEntry.read(
                part, i * ResourceIndexEntry.BYTES, first + i, geometry, blocks);
      }
    }
  }

  private Dinode need(Dinode directory, String name) {
    DirectoryEntry entry = find(directory, name);
    if (entry == null) {
      throw new CorruptBlockException(
          directory.block(), "directory", "entry " + name, "missing", "a system file");
    }
    return dinode(entry.inum().address());
  }

  private long addressOf(Dinode directory, String name) {
    DirectoryEntry entry = find(directory, name);
    return entry == null
        ? 0
        : map.checkPointer(directory.block(), "directory", "entry " + name, entry.inum().address());
  }

  private @Nullable DirectoryEntry find(Dinode directory, String name) {
    byte[] bytes = name.getBytes(StandardCharsets.US_ASCII);
    if (!directory.isExhash()) {
      return EntryBlock.linear(directory).get(bytes);
    }
    Leaf leaf = new HashTable(directory, map).find(bytes, NameHash.of(bytes));
    return leaf == null ? null : leaf.entryBlock().get(bytes);
  }

  private Dinode directory(long block) {
    Dinode dinode = dinode(block);
    if (!dinode.isDirectory()) {
      throw new CorruptBlockException(block, "dinode", "di_mode", dinode.mode(), "a directory");
    }
    return dinode;
  }

  private Dinode dinode(long block) {
    map.checkPointer(geometry.superblockBlock(), "system file", "address", block);
    Dinode dinode = Dinode.of(reader.read(block), block, geometry);
    dinode.check();
    return dinode;
  }

  private ByteBuffer read(long block) {
    if (block < 0 || block >= blocks) {
      throw new StorageException(
          Reason.BAD_BLOCK_RANGE, "block " + block + ": the image has " + blocks);
    }
    return owner.await(device.read(block << geometry.blockShift(), geometry.blockSize()));
  }
}
