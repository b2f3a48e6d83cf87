package glockenspiel.node.filesystem;

import glockenspiel.node.glock.GlockException;
import glockenspiel.node.glock.Glocks;
import glockenspiel.node.transaction.Reservation;
import glockenspiel.node.transaction.Transaction;
import glockenspiel.ondisk.FieldCheck;
import glockenspiel.ondisk.Geometry;
import glockenspiel.ondisk.MetaHeader;
import glockenspiel.ondisk.MetaType;
import glockenspiel.ondisk.inode.Dinode;
import glockenspiel.ondisk.inode.DinodeFlags;
import glockenspiel.ondisk.resourcegroup.BlockState;
import glockenspiel.ondisk.walk.InodeBlocks;
import glockenspiel.protocol.lock.GlockName;
import glockenspiel.protocol.lock.LockFlags;
import glockenspiel.protocol.lock.LockMode;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;
import java.util.TreeMap;

/**
 * Frees the blocks of inodes: of a file that is cut to nothing, and of an inode that has lost its
 * last link.
 *
 * <p>A large file takes many transactions. Each leaves a tree that is valid and smaller; a crash in
 * between leaves a file with TRUNC_IN_PROG or a dinode that the bitmap calls UNLINKED, and the next
 * node that meets it goes on from there.
 */
final class Deallocation {
  private static final int FREED_MAX = 512;

  /** Pointers of one block of the tree, all to blocks of one resource group. */
  private record Victims(
      int level, List<Long> path, List<Integer> index, List<Integer> at, List<Long> blocks) {
    long node() {
      return path.get(level);
    }
  }

  private final MountedVolume volume;
  private final ResourceGroups groups;
  private final LocalStatfs statfs;

  Deallocation(MountedVolume volume, ResourceGroups groups, LocalStatfs statfs) {
    this.volume = volume;
    this.groups = groups;
    this.statfs = statfs;
  }

  /** Cuts a file, held EX, to nothing. */
  void truncate(Inode inode) {
    volume
        .log()
        .transact(
            new Reservation(1, 0),
            transaction -> {
              Dinode dinode = inode.change(transaction);
              dinode.setSize(0);
              if (dinode.isStuffed()) {
                dinode.clearPayload();
              } else {
                dinode.setFlags(dinode.flags() | DinodeFlags.TRUNC_IN_PROG);
              }
              inode.touch(dinode, true);
              return null;
            });
    finishTruncate(inode);
  }

  /** Goes on with a truncate that a crash has interrupted; does nothing to any other file. */
  void finishTruncate(Inode inode) {
    if (!inode.dinode().hasFlags(DinodeFlags.TRUNC_IN_PROG)) {
      return;
    }
    FieldCheck.equal(
        inode.block(), "dinode", "di_size of a truncate to go on with", inode.dinode().size(), 0);
    freeTree(inode);
    volume
        .log()
        .transact(
            new Reservation(1, 0),
            transaction -> {
              Dinode dinode = inode.change(transaction);
              dinode.setHeight(0);
              dinode.clearPayload();
              dinode.setFlags(dinode.flags() & ~DinodeFlags.TRUNC_IN_PROG);
              dinode.setGoalMeta(inode.block());
              dinode.setGoalData(inode.block());
              return null;
            });
  }

  /**
   * Frees everything of an inode that the bitmap calls UNLINKED, held EX. After it the inode is
   * gone.
   */
  void delete(Inode inode) {
    if (!inode.dinode().isDirectory()) {
      freeTree(inode);
    }
    TreeMap<Long, List<Long>> byGroup = new TreeMap<>();
    InodeBlocks.forEach(
        inode.dinode(),
        inode.map(),
        (role, block) ->
            byGroup
                .computeIfAbsent(groups.of(block).entry().data0(), ignored -> new ArrayList<>())
                .add(block));
    List<LockedGroup> locked = new ArrayList<>();
    try {
      int images = LocalStatfs.IMAGES;
      int count = 0;
      // Ascending, as all nodes take several groups.
      for (List<Long> blocks : byGroup.values()) {
        LockedGroup group = groups.lock(blocks.getFirst());
        locked.add(group);
        images += group.imagesFor(blocks.size());
        count += blocks.size();
      }
      int freed = count;
      volume
          .log()
          .transact(
              new Reservation(images, count),
              transaction -> {
                int at = 0;
                for (List<Long> blocks : byGroup.values()) {
                  LockedGroup group = locked.get(at++);
                  blocks.forEach(block -> free(transaction, group, block));
                }
                statfs.change(transaction, freed, -1);
                return null;
              });
    } finally {
      locked.forEach(LockedGroup::close);
    }
  }

  /**
   * Frees the inodes without links of a group, except those that somebody is at or has cached: the
   * caller may hold the glock of another inode, and must not wait.
   */
  void reclaim(ResourceGroup group) {
    reclaim(group, 0, LockFlags.TRY);
  }

  /**
   * Frees all inodes without links of a group. The caller holds no glock.
   *
   * <p>Is there a problem if an inode that another node has cached is left out? Yes: that node has
   * waited for the inode to read it or to link it, while its remover died, and found no links. It
   * is not at the inode any more, and nobody would come back to free it.
   *
   * @param groupFlags with a try flag only when the group is free
   */
  void reclaimAll(ResourceGroup group, int groupFlags) {
    reclaim(group, groupFlags, 0);
  }

  private void reclaim(ResourceGroup group, int groupFlags, int inodeFlags) {
    LockedGroup locked = ResourceGroups.tryLock(group, LockMode.SH, groupFlags);
    if (locked != null) {
      List<Long> unlinked;
      try (locked) {
        unlinked = locked.unlinked();
      }
      unlinked.forEach(block -> reclaim(block, inodeFlags));
    }
  }

  /** Frees an inode that was seen UNLINKED; with a try flag unless somebody is at it. */
  private void reclaim(long block, int flags) {
    Glocks.Holder holder;
    try {
      holder = volume.glocks().acquire(GlockName.inode(block), LockMode.EX, flags);
    } catch (GlockException failure) {
      if (failure.reason() == GlockException.Reason.TRY_FAILED) {
        return;
      }
      throw failure;
    }
    try (Inode inode = Inode.made(volume, holder)) {
      if (isUnlinked(block)) {
        FieldCheck.equal(
            block, "dinode", "di_nlink of an unlinked inode", inode.dinode().links(), 0);
        delete(inode);
      }
    }
  }

  /** Looks again, now under the inode's glock: before, somebody may have finished with it. */
  private boolean isUnlinked(long block) {
    try (LockedGroup group = groups.of(block).lock(LockMode.SH, 0)) {
      return group.state(block) == BlockState.UNLINKED;
    }
  }

  /** Frees all data and indirect blocks. Leaves the height, with no pointers. */
  private void freeTree(Inode inode) {
    for (Victims next = find(inode); !next.at().isEmpty(); next = find(inode)) {
      free(inode, next);
    }
  }

  /**
   * The leftmost pointers that can go: to data, or to an indirect block that is empty. None: an
   * empty list.
   */
  private Victims find(Inode inode) {
    int height = inode.dinode().height();
    List<Long> path = new ArrayList<>(List.of(inode.block()));
    List<Integer> index = new ArrayList<>();
    for (int level = 0; level < height; level++) {
      ByteBuffer node = content(inode, path.get(level), level);
      int at = firstPointer(node, level);
      if (at == pointers(level)) {
        if (level == 0) {
          break;
        }
        return new Victims(
            level - 1, path, index, List.of(index.get(level - 1)), List.of(path.get(level)));
      }
      index.add(at);
      if (level == height - 1) {
        return dataVictims(node, level, path, index);
      }
      path.add(node.getLong(pointerAt(level, at)));
    }
    return new Victims(0, path, index, List.of(), List.of());
  }

  private Victims dataVictims(ByteBuffer node, int level, List<Long> path, List<Integer> index) {
    List<Integer> at = new ArrayList<>();
    List<Long> blocks = new ArrayList<>();
    int first = index.get(level);
    ResourceGroup group = groups.of(node.getLong(pointerAt(level, first)));
    for (int i = first; i < pointers(level) && blocks.size() < FREED_MAX; i++) {
      long block = node.getLong(pointerAt(level, i));
      if (block != 0 && group.entry().maps(block)) {
        at.add(i);
        blocks.add(block);
      }
    }
    return new Victims(level, path, index, at, blocks);
  }

  private void free(Inode inode, Victims victims) {
    try (LockedGroup group = groups.lock(victims.blocks().getFirst())) {
      int count = victims.blocks().size() + 1;
      int images = 3 + group.imagesFor(count) + LocalStatfs.IMAGES;
      volume
          .log()
          .transact(
              new Reservation(images, count),
              transaction -> {
                free(transaction, group, inode, victims);
                return null;
              });
    }
  }

  private void free(Transaction transaction, LockedGroup group, Inode inode, Victims victims) {
    int level = victims.level();
    ByteBuffer node = change(transaction, inode, victims.node(), level);
    for (int at : victims.at()) {
      node.putLong(pointerAt(level, at), 0);
    }
    int freed = victims.blocks().size();
    victims.blocks().forEach(block -> free(transaction, group, block));
    boolean nodeGoes =
        level > 0
            && firstPointer(node, level) == pointers(level)
            && group.group().entry().maps(victims.node());
    if (nodeGoes) {
      int above = level - 1;
      change(transaction, inode, victims.path().get(above), above)
          .putLong(pointerAt(above, victims.index().get(above)), 0);
      free(transaction, group, victims.node());
      freed++;
    }
    Dinode dinode = inode.change(transaction);
    dinode.setBlocks(dinode.blocks() - freed);
    statfs.change(transaction, freed, 0);
  }

  private static void free(Transaction transaction, LockedGroup group, long block) {
    group.free(transaction, block);
    transaction.free(block);
  }

  private ByteBuffer content(Inode inode, long block, int level) {
    return volume.cache().read(inode.glock(), block, type(level)).content();
  }

  private ByteBuffer change(Transaction transaction, Inode inode, long block, int level) {
    return transaction.modify(volume.cache().read(inode.glock(), block, type(level)));
  }

  private static MetaType type(int level) {
    return level == 0 ? MetaType.DINODE : MetaType.INDIRECT;
  }

  private int firstPointer(ByteBuffer node, int level) {
    int at = 0;
    while (at < pointers(level) && node.getLong(pointerAt(level, at)) == 0) {
      at++;
    }
    return at;
  }

  private int pointers(int level) {
    return level == 0 ? volume.geometry().dinodePointers() : volume.geometry().indirectPointers();
  }

  private static int pointerAt(int level, int index) {
    return (level == 0 ? Geometry.DINODE_HEADER_BYTES : MetaHeader.BYTES) + index * Long.BYTES;
  }
}
