package glockenspiel.node.filesystem;

import glockenspiel.node.filesystem.FileSystemException.Code;
import glockenspiel.ondisk.FieldCheck;
import glockenspiel.ondisk.Inum;
import glockenspiel.ondisk.Superblock;
import glockenspiel.ondisk.directory.DirectoryEntry;
import glockenspiel.ondisk.inode.Dinode;
import glockenspiel.ondisk.inode.InodeContent;
import glockenspiel.ondisk.resourcegroup.ResourceIndexEntry;
import glockenspiel.protocol.lock.GlockName;
import glockenspiel.protocol.lock.LockMode;
import glockenspiel.protocol.storage.VolumeInfo;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;

/**
 * Where a volume's system files are, as a mount finds them: superblock, then the master directory,
 * then its files.
 *
 * @param root root directory
 * @param inum master of the formal inode numbers
 * @param statfs master of the counts
 * @param inumRanges of each jid
 * @param statfsChanges of each jid
 * @param index all resource groups
 */
record SystemFiles(
    Inum root,
    Inum inum,
    Inum statfs,
    List<Inum> inumRanges,
    List<Inum> statfsChanges,
    List<ResourceIndexEntry> index) {

  /** The statfs change of a jid. */
  Inum statfsChange(int jid) {
    if (jid < 0 || jid >= statfsChanges.size()) {
      throw new FileSystemException(FileSystemException.Code.INVALID, "no journal " + jid);
    }
    return statfsChanges.get(jid);
  }

  /**
   * Reads the system files.
   *
   * @throws FileSystemException INVALID when the superblock is another volume's
   * @throws glockenspiel.ondisk.CorruptBlockException when something is missing or damaged
   */
  static SystemFiles read(MountedVolume volume, VolumeInfo info) {
    long block = volume.geometry().superblockBlock();
    ByteBuffer content = volume.storage().readMetadata(List.of(block)).getFirst();
    Superblock superblock = Superblock.read(content);
    if (superblock.geometry().blockSize() != info.blockSize()
        || !superblock.lockTable().equals(info.name())) {
      throw new FileSystemException(
          Code.INVALID,
          "the superblock is that of "
              + superblock.lockTable()
              + " with blocks of "
              + superblock.geometry().blockSize());
    }
    Inum inum;
    Inum statfs;
    Inum index;
    Inum perNode;
    Inum journals;
    try (Inode inode = Inode.open(volume, superblock.master(), LockMode.SH)) {
      Directory master = Directory.of(volume, inode);
      inum = inum(master, "inum");
      statfs = inum(master, "statfs");
      index = inum(master, "rindex");
      perNode = inum(master, "per_node");
      journals = inum(master, "jindex");
    }
    checkJournals(volume, journals, info.journals());
    List<Inum> inumRanges = new ArrayList<>();
    List<Inum> statfsChanges = new ArrayList<>();
    try (Inode inode = Inode.open(volume, perNode, LockMode.SH)) {
      Directory directory = Directory.of(volume, inode);
      for (int jid = 0; jid < info.journals(); jid++) {
        inumRanges.add(inum(directory, "inum_range" + jid));
        statfsChanges.add(inum(directory, "statfs_change" + jid));
      }
    }
    List<ResourceIndexEntry> groups = index(volume, index);
    // Nobody may have asked this mount yet before it gave up one of these glocks, so nothing of
    // them is believed later.
    for (Inum read : List.of(superblock.master(), perNode, journals, index)) {
      volume.cache().forget(GlockName.inode(read.address()));
    }
    return new SystemFiles(
        superblock.root(),
        inum,
        statfs,
        List.copyOf(inumRanges),
        List.copyOf(statfsChanges),
        groups);
  }

  private static Inum inum(Directory directory, String name) {
    DirectoryEntry entry = directory.require(name.getBytes(StandardCharsets.US_ASCII));
    return entry.inum();
  }

  private static void checkJournals(MountedVolume volume, Inum journals, int count) {
    try (Inode inode = Inode.open(volume, journals, LockMode.SH)) {
      Directory directory = Directory.of(volume, inode);
      FieldCheck.range(
          inode.block(),
          "jindex",
          "di_entries",
          inode.dinode().entries(),
          count + Directory.ENTRIES_EMPTY,
          Integer.MAX_VALUE);
      for (int jid = 0; jid < count; jid++) {
        inum(directory, "journal" + jid);
      }
    }
  }

  private static List<ResourceIndexEntry> index(MountedVolume volume, Inum index) {
    try (Inode inode = Inode.open(volume, index, LockMode.SH)) {
      Dinode dinode = inode.dinode();
      int count = ResourceIndexEntry.count(dinode.size(), inode.block());
      FieldCheck.range(inode.block(), "rindex", "entries", count, 1, Integer.MAX_VALUE);
      InodeContent content = new InodeContent(inode.map());
      List<ResourceIndexEntry> entries = new ArrayList<>(count);
      ByteBuffer one = ByteBuffer.allocate(ResourceIndexEntry.BYTES);
      for (int number = 0; number < count; number++) {
        content.read(inode.dinode(), (long) number * ResourceIndexEntry.BYTES, one.clear());
        entries.add(ResourceIndexEntry.read(one, 0, number, volume.geometry(), volume.blocks()));
      }
      return List.copyOf(entries);
    }
  }
}
