package glockenspiel.image;

import glockenspiel.ondisk.BlockReader;
import glockenspiel.ondisk.Geometry;
import glockenspiel.ondisk.Inum;
import glockenspiel.ondisk.Superblock;
import glockenspiel.ondisk.inode.Dinode;
import glockenspiel.ondisk.inode.Extent;
import glockenspiel.ondisk.inode.InumRange;
import glockenspiel.ondisk.inode.StatfsChange;
import glockenspiel.ondisk.resourcegroup.ResourceGroupHeader;
import glockenspiel.ondisk.resourcegroup.ResourceIndexEntry;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;

/**
 * What an image says about itself, as found; {@link ImageCheck} tells whether it is true.
 *
 * @param superblock the superblock
 * @param blocks blocks that the image's file or device holds
 * @param resourceGroups the resource groups, in the order of the rindex
 * @param journals the journals, by jid
 * @param nodes the nodes' files, by jid
 * @param statfs the master statfs file
 * @param nextFormalInode the master inum file
 */
public record ImageInfo(
    Superblock superblock,
    long blocks,
    List<ResourceGroup> resourceGroups,
    List<Journal> journals,
    List<NodeFiles> nodes,
    StatfsChange statfs,
    long nextFormalInode) {

  /**
   * A resource group, as its rindex entry and its header say.
   *
   * @param address block of the header
   * @param length blocks of header and bitmaps
   * @param data0 first block that it maps
   * @param data blocks that it maps
   * @param free of them free
   * @param dinodes of them dinodes, unlinked ones included
   * @param flags {@code rg_flags}
   * @param generation generation of the next inode made here, unsigned
   */
  public record ResourceGroup(
      long address,
      int length,
      long data0,
      int data,
      int free,
      int dinodes,
      int flags,
      long generation) {}

  /**
   * A journal's inode.
   *
   * @param jid number of the journal
   * @param inode formal inode number and dinode
   * @param bytes size
   * @param blocks size in blocks
   * @param extents where it lies, in order; holes left out
   */
  public record Journal(int jid, Inum inode, long bytes, long blocks, List<Extent> extents) {
    /** Copies the list. */
    public Journal {
      extents = List.copyOf(extents);
    }
  }

  /**
   * The files of the node that owns a journal.
   *
   * @param jid number of the journal
   * @param inumRange content of {@code inum_range}
   * @param inumRangeInode its dinode
   * @param statfsChange content of {@code statfs_change}
   * @param statfsChangeInode its dinode
   * @param quotaChangeBytes size of {@code quota_change}
   * @param quotaChangeInode its dinode
   */
  public record NodeFiles(
      int jid,
      InumRange inumRange,
      Inum inumRangeInode,
      StatfsChange statfsChange,
      Inum statfsChangeInode,
      long quotaChangeBytes,
      Inum quotaChangeInode) {}

  /** Copies the lists. */
  public ImageInfo {
    resourceGroups = List.copyOf(resourceGroups);
    journals = List.copyOf(journals);
    nodes = List.copyOf(nodes);
  }

  /**
   * Describes an image.
   *
   * @param geometry by the superblock's block size
   * @param blocks blocks that the image's file or device holds
   * @param reader reads a block below {@code blocks}
   * @throws glockenspiel.ondisk.CorruptBlockException at the first structure that cannot be read
   */
  public static ImageInfo read(Geometry geometry, long blocks, BlockReader reader) {
    VolumeReader volume = new VolumeReader(geometry, blocks, reader);
    Superblock superblock = volume.superblock();
    Dinode master = volume.inode(superblock.master().address());
    Dinode jindex = volume.require(master, "jindex");
    Dinode perNode = volume.require(master, "per_node");
    List<Journal> journals = new ArrayList<>();
    List<NodeFiles> nodes = new ArrayList<>();
    int count = volume.journals(jindex);
    for (int jid = 0; jid < count; jid++) {
      journals.add(journal(volume, jid, volume.require(jindex, "journal" + jid)));
      nodes.add(nodeFiles(volume, jid, perNode));
    }
    ByteBuffer next = ByteBuffer.allocate(Long.BYTES);
    volume.content().read(volume.require(master, "inum"), 0, next);
    return new ImageInfo(
        superblock,
        blocks,
        resourceGroups(volume, volume.require(master, "rindex")),
        journals,
        nodes,
        StatfsChange.read(volume.require(master, "statfs")),
        next.getLong(0));
  }

  private static List<ResourceGroup> resourceGroups(VolumeReader volume, Dinode rindex) {
    List<ResourceGroup> groups = new ArrayList<>();
    int count = volume.resourceGroups(rindex);
    for (int number = 0; number < count; number++) {
      ResourceIndexEntry entry = volume.resourceGroup(rindex, number);
      ResourceGroupHeader header = ResourceGroupHeader.of(volume.block(entry.address()), entry);
      groups.add(
          new ResourceGroup(
              entry.address(),
              entry.length(),
              entry.data0(),
              entry.data(),
              header.free(),
              header.dinodes(),
              header.flags(),
              header.generation()));
    }
    return groups;
  }

  private static Journal journal(VolumeReader volume, int jid, Dinode inode) {
    List<Extent> extents = new ArrayList<>();
    volume.map().forEachExtent(inode, extents::add);
    long size = inode.size();
    return new Journal(jid, inode.inum(), size, size >>> volume.geometry().blockShift(), extents);
  }

  private static NodeFiles nodeFiles(VolumeReader volume, int jid, Dinode perNode) {
    Dinode inumRange = volume.require(perNode, "inum_range" + jid);
    Dinode statfsChange = volume.require(perNode, "statfs_change" + jid);
    Dinode quotaChange = volume.require(perNode, "quota_change" + jid);
    return new NodeFiles(
        jid,
        InumRange.read(inumRange),
        inumRange.inum(),
        StatfsChange.read(statfsChange),
        statfsChange.inum(),
        quotaChange.size(),
        quotaChange.inum());
  }

  /** Number of blocks that all resource groups map. */
  public long dataBlocks() {
    return resourceGroups.stream().mapToLong(ResourceGroup::data).sum();
  }

  /** Number of free blocks, by the resource groups' headers. */
  public long freeBlocks() {
    return resourceGroups.stream().mapToLong(ResourceGroup::free).sum();
  }

  /** Number of inodes, by the resource groups' headers; unlinked ones included. */
  public long dinodes() {
    return resourceGroups.stream().mapToLong(ResourceGroup::dinodes).sum();
  }
}
