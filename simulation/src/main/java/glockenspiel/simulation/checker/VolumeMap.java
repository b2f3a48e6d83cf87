package glockenspiel.simulation.checker;

import glockenspiel.journal.device.MemoryDisk;
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
import glockenspiel.ondisk.inode.InodeContent;
import glockenspiel.ondisk.log.LogHeader;
import glockenspiel.ondisk.log.SealedHeader;
import glockenspiel.ondisk.resourcegroup.ResourceIndexEntry;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.TreeMap;
import java.util.TreeSet;
import org.jspecify.annotations.Nullable;

/**
 * Where things lie in the volume, read from the image by the checkers themselves, so that they do
 * not believe the code that they check. What it tells does not change while a volume lives.
 */
public final class VolumeMap {
  /** What {@link #journalOf} answers for a block of no journal. */
  public static final int NO_JOURNAL = -1;

  private record Run(long end, int jid, long position) {}

  private final Geometry geometry;
  private final TreeMap<Long, Run> journalRuns = new TreeMap<>();
  private final List<ResourceIndexEntry> groups = new ArrayList<>();
  private final TreeSet<Long> statfsBlocks = new TreeSet<>();
  private final MemoryDisk disk;
  private final BlockMap map;

  /** The bitmaps as they were at the beginning. */
  private final TreeMap<Long, ByteBuffer> initial = new TreeMap<>();

  /** Reads the map from a disk at rest. */
  public VolumeMap(MemoryDisk disk) {
    this.disk = disk;
    Superblock superblock =
        Superblock.read(ByteBuffer.wrap(disk.bytes(Geometry.SUPERBLOCK_BYTE, Superblock.BYTES)));
    this.geometry = superblock.geometry();
    this.map = new BlockMap(geometry, blocks(), this::read);
    Dinode master = dinode(superblock.master().address());
    Dinode jindex = require(master, "jindex");
    Dinode perNode = require(master, "per_node");
    statfsBlocks.add(require(master, "statfs").block());
    for (int jid = 0; ; jid++) {
      Dinode journal = find(jindex, "journal" + jid);
      if (journal == null) {
        break;
      }
      addJournal(jid, journal);
      statfsBlocks.add(require(perNode, "statfs_change" + jid).block());
    }
    readGroups(require(master, "rindex"));
  }

  private void addJournal(int jid, Dinode journal) {
    map.forEachExtent(
        journal,
        (Extent extent) ->
            journalRuns.put(
                extent.physical(),
                new Run(extent.physical() + extent.length(), jid, extent.logical())));
  }

  private void readGroups(Dinode rindex) {
    ByteBuffer content = ByteBuffer.allocate(Math.toIntExact(rindex.size()));
    new InodeContent(map).read(rindex, 0, content);
    int count = ResourceIndexEntry.count(rindex.size(), rindex.block());
    for (int i = 0; i < count; i++) {
      groups.add(
          ResourceIndexEntry.read(content, i * ResourceIndexEntry.BYTES, i, geometry, blocks()));
    }
    for (ResourceIndexEntry group : groups) {
      for (long block = group.address(); block < group.address() + group.length(); block++) {
        initial.put(block, read(block));
      }
    }
  }

  private ByteBuffer read(long block) {
    return ByteBuffer.wrap(disk.bytes(block * geometry.blockSize(), geometry.blockSize()));
  }

  private Dinode dinode(long block) {
    return Dinode.of(read(block), block, geometry);
  }

  private Dinode require(Dinode directory, String name) {
    Dinode found = find(directory, name);
    if (found == null) {
      throw new IllegalStateException("the template has no " + name);
    }
    return found;
  }

  private @Nullable Dinode find(Dinode directory, String name) {
    byte[] bytes = name.getBytes(StandardCharsets.US_ASCII);
    DirectoryEntry entry;
    if (directory.isExhash()) {
      Leaf leaf = new HashTable(directory, map).find(bytes, NameHash.of(bytes));
      entry = leaf == null ? null : leaf.entryBlock().get(bytes);
    } else {
      entry = EntryBlock.linear(directory).get(bytes);
    }
    return entry == null ? null : dinode(entry.inum().address());
  }

  /** The sizes of the volume. */
  public Geometry geometry() {
    return geometry;
  }

  /** Blocks of the device. */
  public long blocks() {
    return disk.size() / geometry.blockSize();
  }

  /** Whose journal a block belongs to, or {@link #NO_JOURNAL}. */
  public int journalOf(long block) {
    Map.Entry<Long, Run> run = journalRuns.floorEntry(block);
    return run == null || block >= run.getValue().end() ? NO_JOURNAL : run.getValue().jid();
  }

  /** The position of a journal's block inside its journal. */
  long positionOf(long block) {
    Map.Entry<Long, Run> run = journalRuns.floorEntry(block);
    if (run == null) {
      throw new IllegalArgumentException("block " + block + " is in no journal");
    }
    return run.getValue().position() + block - run.getKey();
  }

  /**
   * The newest log header that the disk has of a journal now, or the sealed one behind it whose
   * flush is whole; null for none.
   */
  @Nullable LogHeader newestHeader(int jid) {
    TreeMap<Long, Long> blocks = blocksOf(jid);
    LogHeader newest = null;
    for (Map.Entry<Long, Long> each : blocks.entrySet()) {
      LogHeader header = LogHeader.readIfValid(read(each.getValue()), each.getKey());
      if (header != null && (newest == null || header.sequence() > newest.sequence())) {
        newest = header;
      }
    }
    LogHeader sealed = newest == null ? null : sealedBehind(newest, blocks);
    return sealed == null ? newest : sealed;
  }

  private @Nullable LogHeader sealedBehind(LogHeader header, TreeMap<Long, Long> blocks) {
    for (Map.Entry<Long, Long> each : blocks.entrySet()) {
      SealedHeader sealed = SealedHeader.readIfSealed(read(each.getValue()), each.getKey());
      if (sealed != null && sealed.header().sequence() == header.sequence() + 1) {
        List<ByteBuffer> content = new ArrayList<>();
        long first = header.position() + 1;
        for (long at = first; at % blocks.size() != each.getKey(); at++) {
          content.add(read(Objects.requireNonNull(blocks.get(at % blocks.size()))));
        }
        if (sealed.contentBlocks() == content.size()
            && sealed.contentCrc() == SealedHeader.checksum(content)) {
          return sealed.header();
        }
      }
    }
    return null;
  }

  /** A journal's blocks by position. */
  private TreeMap<Long, Long> blocksOf(int jid) {
    TreeMap<Long, Long> blocks = new TreeMap<>();
    journalRuns.forEach(
        (first, run) -> {
          for (long block = first; run.jid() == jid && block < run.end(); block++) {
            blocks.put(run.position() + block - first, block);
          }
        });
    return blocks;
  }

  /** The sealed header that the disk has in this block of a journal; null for none. */
  @Nullable SealedHeader sealedAt(long block) {
    return SealedHeader.readIfSealed(read(block), positionOf(block));
  }

  /** Whether a replay may write the block although the journal does not have it: statfs counts. */
  public boolean isStatfs(long block) {
    return statfsBlocks.contains(block);
  }

  /** A block of a resource group's bitmap as it was at the beginning. */
  ByteBuffer initial(long block) {
    ByteBuffer content = initial.get(block);
    if (content == null) {
      throw new IllegalArgumentException("block " + block + " holds no bitmap");
    }
    return content;
  }

  /** The resource groups, in the order of the index. */
  public List<ResourceIndexEntry> groups() {
    return groups;
  }
}
