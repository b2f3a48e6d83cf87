package glockenspiel.image;

import glockenspiel.ondisk.Geometry;
import glockenspiel.ondisk.Inum;
import glockenspiel.ondisk.MetaHeader;
import glockenspiel.ondisk.MetaType;
import glockenspiel.ondisk.Superblock;
import glockenspiel.ondisk.inode.Dinode;
import glockenspiel.ondisk.inode.DinodeFlags;
import glockenspiel.ondisk.inode.FileType;
import glockenspiel.ondisk.inode.InumRange;
import glockenspiel.ondisk.inode.StatfsChange;
import glockenspiel.ondisk.resourcegroup.ResourceIndexEntry;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Consumer;

/**
 * Plans all inodes of a new image, in the order of mkfs.gfs2 (which is that of their formal inode
 * numbers, from 1): journals, master, jindex, per_node and its files, inum, statfs, rindex, quota,
 * root. Places come first, contents after, as directories and statfs depend on all places.
 */
final class SystemInodes {
  /**
   * An inode to write.
   *
   * @param placement where
   * @param filler what
   */
  record Planned(Placement placement, BlockFiller filler) {}

  private static final int DIRECTORY_MODE = FileType.DIRECTORY.modeBits() | 0755;
  private static final int SYSTEM_DIRECTORY_MODE = FileType.DIRECTORY.modeBits() | 0700;
  private static final int FILE_MODE = FileType.REGULAR.modeBits() | 0600;
  private static final int SYSTEM_JDATA = DinodeFlags.SYSTEM | DinodeFlags.JDATA;
  private static final int QUOTA_BYTES = 88;
  private static final int QUOTA_VALUE_AT = 16;

  private final FormatParameters parameters;
  private final Geometry geometry;
  private final ImageLayout layout;
  private final List<Planned> planned = new ArrayList<>();
  private final Superblock superblock;
  private long formalInodes;

  /**
   * @throws IllegalArgumentException if the image is too small
   */
  SystemInodes(FormatParameters parameters) {
    this.parameters = parameters;
    this.geometry = parameters.geometry();
    PointerTree journalTree = tree(parameters.journalBlocks());
    this.layout = new ImageLayout(parameters, journalTree);
    List<Inum> journals = planJournals(journalTree);
    SystemDirectoryShapes shapes = SystemDirectoryShapes.of(geometry, parameters.journals());
    NewInode master = directory(shapes.master(), DIRECTORY_MODE, DinodeFlags.SYSTEM);
    NewInode jindex = directory(shapes.jindex(), SYSTEM_DIRECTORY_MODE, DinodeFlags.SYSTEM);
    NewInode perNode = directory(shapes.perNode(), SYSTEM_DIRECTORY_MODE, DinodeFlags.SYSTEM);
    List<Planned> perNodeFiles = new ArrayList<>();
    List<Inum> perNodeInums = new ArrayList<>(List.of(perNode.inum(), master.inum()));
    for (int jid = 0; jid < parameters.journals(); jid++) {
      planPerNode(perNodeFiles, perNodeInums);
    }
    NewInode inum = stuffedInode(SYSTEM_JDATA);
    NewInode statfs = stuffedInode(SYSTEM_JDATA);
    int rindexBytes = layout.groups().size() * ResourceIndexEntry.BYTES;
    NewInode rindex = inode(blocksFor(rindexBytes), FILE_MODE, SYSTEM_JDATA);
    NewInode quota = stuffedInode(SYSTEM_JDATA);
    NewInode root = directory(shapes.root(), DIRECTORY_MODE, 0);

    plan(
        master,
        shapes.master(),
        List.of(master, master, jindex, perNode, inum, statfs, rindex, quota));
    List<Inum> jindexInums = new ArrayList<>(List.of(jindex.inum(), master.inum()));
    jindexInums.addAll(journals);
    planDirectory(jindex, shapes.jindex(), jindexInums);
    planDirectory(perNode, shapes.perNode(), perNodeInums);
    planned.addAll(perNodeFiles);
    long nextFormalInode = formalInodes + 1;
    planStuffed(planned, inum, Long.BYTES, 0, data -> data.putLong(0, nextFormalInode));
    planStatfs(statfs);
    planRindex(rindex, rindexBytes);
    // User 0 and group 0 start with one block used each, as mkfs.gfs2 has it.
    planStuffed(
        planned,
        quota,
        2 * QUOTA_BYTES,
        Dinode.PAYLOAD_QUOTA,
        data -> data.putLong(QUOTA_VALUE_AT, 1).putLong(QUOTA_BYTES + QUOTA_VALUE_AT, 1));
    plan(root, shapes.root(), List.of(root, root));
    this.superblock =
        new Superblock(
            geometry,
            Superblock.FORMAT_MAX,
            master.inum(),
            root.inum(),
            "lock_dlm",
            parameters.lockTable(),
            parameters.uuid());
  }

  ImageLayout layout() {
    return layout;
  }

  /** All inodes, in the order of their addresses. */
  List<Planned> planned() {
    return planned;
  }

  Superblock superblock() {
    return superblock;
  }

  FormattedImage summary() {
    List<PlannedGroup> groups = layout.groups();
    return new FormattedImage(
        superblock,
        groups.getLast().entry().dataEnd(),
        groups.size(),
        parameters.journals(),
        parameters.journalBlocks(),
        layout.statfs());
  }

  private List<Inum> planJournals(PointerTree tree) {
    List<Inum> journals = new ArrayList<>();
    for (int jid = 0; jid < parameters.journals(); jid++) {
      Placement placement = layout.placeJournal(jid, tree.blocks());
      NewInode inode = inodeAt(placement, FILE_MODE, DinodeFlags.SYSTEM);
      long blocks = tree.dataBlocks();
      NewJournal content = new NewJournal(placement.dinode(), blocks, parameters.uuid(), jid);
      long size = blocks << geometry.blockShift();
      planned.add(new Planned(placement, NewFile.ofTree(geometry, inode, size, 0, tree, content)));
      journals.add(inode.inum());
    }
    return journals;
  }

  private void planPerNode(List<Planned> files, List<Inum> inums) {
    NewInode inumRange = stuffedInode(SYSTEM_JDATA);
    NewInode statfsChange = stuffedInode(SYSTEM_JDATA);
    PointerTree tree = tree(parameters.quotaChangeBytes() >>> geometry.blockShift());
    NewInode quotaChange = inode(tree.blocks(), FILE_MODE, DinodeFlags.SYSTEM);
    planStuffed(files, inumRange, InumRange.BYTES, 0, data -> {});
    planStuffed(files, statfsChange, StatfsChange.BYTES, 0, data -> {});
    long size = tree.dataBlocks() << geometry.blockShift();
    DataFiller empty = (logical, address, block) -> MetaHeader.write(block, MetaType.QUOTA_CHANGE);
    files.add(
        new Planned(
            quotaChange.placement(), NewFile.ofTree(geometry, quotaChange, size, 0, tree, empty)));
    inums.add(inumRange.inum());
    inums.add(statfsChange.inum());
    inums.add(quotaChange.inum());
  }

  private void planStatfs(NewInode inode) {
    StatfsChange statfs = layout.statfs();
    planStuffed(
        planned,
        inode,
        StatfsChange.BYTES,
        0,
        data ->
            data.putLong(0, statfs.total())
                .putLong(Long.BYTES, statfs.free())
                .putLong(2 * Long.BYTES, statfs.dinodes()));
  }

  private void planRindex(NewInode inode, int bytes) {
    ByteBuffer content = ByteBuffer.allocate(bytes);
    List<ResourceIndexEntry> entries = layout.index();
    for (int number = 0; number < entries.size(); number++) {
      entries.get(number).write(content, number * ResourceIndexEntry.BYTES);
    }
    int payload = Dinode.PAYLOAD_RESOURCE_INDEX;
    if (bytes <= geometry.stuffedBytesMax()) {
      planStuffed(planned, inode, bytes, payload, data -> data.put(0, content, 0, bytes));
      return;
    }
    DataFiller data =
        (logical, address, block) -> {
          int at = (int) logical << geometry.blockShift();
          block.put(0, content, at, Math.min(geometry.blockSize(), bytes - at));
        };
    PointerTree tree = tree(Math.ceilDiv(bytes, geometry.blockSize()));
    planned.add(
        new Planned(
            inode.placement(), NewFile.ofTree(geometry, inode, bytes, payload, tree, data)));
  }

  private void planStuffed(
      List<Planned> into, NewInode inode, int size, int payload, Consumer<ByteBuffer> content) {
    into.add(
        new Planned(inode.placement(), NewFile.stuffed(geometry, inode, size, payload, content)));
  }

  private void plan(NewInode inode, DirectoryShape shape, List<NewInode> entries) {
    planDirectory(inode, shape, entries.stream().map(NewInode::inum).toList());
  }

  private void planDirectory(NewInode inode, DirectoryShape shape, List<Inum> entries) {
    planned.add(new Planned(inode.placement(), new NewDirectory(geometry, inode, shape, entries)));
  }

  /** The tree of a file that is not stuffed. */
  private PointerTree tree(long dataBlocks) {
    return new PointerTree(
        geometry, dataBlocks, geometry.heightFor(dataBlocks << geometry.blockShift(), false));
  }

  private long blocksFor(int bytes) {
    return bytes <= geometry.stuffedBytesMax()
        ? 1
        : tree(Math.ceilDiv(bytes, geometry.blockSize())).blocks();
  }

  private NewInode directory(DirectoryShape shape, int mode, int flags) {
    return inode(shape.blocks(), mode, flags | DinodeFlags.JDATA);
  }

  private NewInode stuffedInode(int flags) {
    return inode(1, FILE_MODE, flags);
  }

  private NewInode inode(long blocks, int mode, int flags) {
    return inodeAt(layout.place(blocks), mode, flags);
  }

  private NewInode inodeAt(Placement placement, int mode, int flags) {
    formalInodes++;
    return new NewInode(
        new Inum(formalInodes, placement.dinode()), placement, mode, flags, parameters.seconds());
  }
}
