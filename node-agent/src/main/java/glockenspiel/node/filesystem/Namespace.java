package glockenspiel.node.filesystem;

import glockenspiel.node.filesystem.FileSystemException.Code;
import glockenspiel.node.glock.GlockException;
import glockenspiel.node.glock.Glocks;
import glockenspiel.node.transaction.Reservation;
import glockenspiel.node.transaction.Transaction;
import glockenspiel.ondisk.Inum;
import glockenspiel.ondisk.directory.DirectoryEntry;
import glockenspiel.ondisk.inode.Dinode;
import glockenspiel.ondisk.inode.DinodeFlags;
import glockenspiel.ondisk.inode.FileType;
import glockenspiel.protocol.lock.GlockName;
import glockenspiel.protocol.lock.LockFlags;
import glockenspiel.protocol.lock.LockMode;
import java.time.Instant;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** Makes, links and removes names and inodes. */
final class Namespace {
  private static final long RETRY_PAUSE_NANOS_MIN = 1_000_000;
  private static final long RETRY_PAUSE_NANOS_MAX = 64_000_000;
  private static final int PERMISSIONS = 07777;

  /** A free block that is to become an inode: its inode glock and its group are held. */
  private record Claim(long block, Glocks.Holder holder, LockedGroup group)
      implements AutoCloseable {
    @Override
    public void close() {
      group.group().claimed().remove(block);
      group.close();
      holder.close();
    }
  }

  private final MountedVolume volume;
  private final ResourceGroups groups;
  private final PathWalker walker;
  private final InodeNumbers numbers;
  private final Deallocation deallocation;
  private final LocalStatfs statfs;

  Namespace(
      MountedVolume volume,
      ResourceGroups groups,
      PathWalker walker,
      InodeNumbers numbers,
      Deallocation deallocation,
      LocalStatfs statfs) {
    this.volume = volume;
    this.groups = groups;
    this.walker = walker;
    this.numbers = numbers;
    this.deallocation = deallocation;
    this.statfs = statfs;
  }

  List<DirectoryEntry> list(PathNames path) {
    try (Inode inode = walker.open(path, LockMode.SH)) {
      return Directory.of(volume, inode).list();
    }
  }

  /** Makes an empty file or directory. */
  FileStat make(PathNames path, FileType type, int permissions) {
    while (true) {
      numbers.ensure();
      FileStat made = tryMake(path, type, permissions);
      if (made != null) {
        return made;
      }
    }
  }

  /**
   * Null, and nothing changed, when others have taken the last inode numbers since they were looked
   * at.
   */
  private @Nullable FileStat tryMake(PathNames path, FileType type, int permissions) {
    try (Inode parent = walker.open(path.parent(), LockMode.EX)) {
      Directory directory = Directory.of(volume, parent);
      directory.checkRoom(path.last());
      FileData.requireChangeable(parent);
      if (type == FileType.DIRECTORY) {
        requireLinkPossible(parent);
      }
      // Children of the root are spread over the nodes' home groups, deeper ones lie near their
      // parents.
      long goal = path.names().size() == 1 ? groups.homeGoal() : parent.block();
      try (Claim claim = claim(goal)) {
        int images = Directory.IMAGES + 1 + InodeNumbers.IMAGES + LocalStatfs.IMAGES;
        Reservation reservation = new Reservation(images + claim.group().imagesFor(1), 0);
        return volume
            .log()
            .transact(
                reservation,
                transaction -> make(transaction, parent, path.last(), claim, type, permissions));
      }
    }
  }

  private @Nullable FileStat make(
      Transaction transaction,
      Inode parent,
      byte[] name,
      Claim claim,
      FileType type,
      int permissions) {
    if (!numbers.hasNext()) {
      return null;
    }
    boolean directory = type == FileType.DIRECTORY;
    // All that may wait comes before the new block is filled.
    long formalInode = numbers.next(transaction);
    long generation = claim.group().takeDinode(transaction, claim.block());
    statfs.change(transaction, -1, 1);
    Inum inum = new Inum(formalInode, claim.block());
    Directory.of(volume, parent).add(transaction, name, inum, type);
    Dinode above = parent.change(transaction);
    if (directory) {
      above.setLinks(above.links() + 1);
    }
    Inode inode = Inode.made(volume, claim.holder());
    Dinode dinode =
        Dinode.format(
            transaction.create(inode.glock(), claim.block()).content(),
            claim.block(),
            volume.geometry(),
            formalInode,
            type.modeBits() | (permissions & PERMISSIONS));
    int inherited = above.flags() & DinodeFlags.INHERIT_JDATA;
    if (directory) {
      dinode.setFlags(inherited | DinodeFlags.JDATA);
      Directory.format(dinode, above.inum());
    } else {
      dinode.setFlags(inherited == 0 ? 0 : DinodeFlags.JDATA);
      dinode.setLinks(1);
    }
    dinode.setGeneration(generation);
    Instant now = volume.clock().now();
    dinode.setAtime(now.getEpochSecond(), now.getNano());
    inode.touch(dinode, true);
    return FileStat.of(dinode);
  }

  /**
   * Finds a block for a new inode. The order of glocks is inode before group, but which inode is
   * known only from the group: so the block is chosen, the group let go, and both taken in order;
   * by then another node may have the block, and another is chosen.
   */
  private Claim claim(long goal) {
    while (true) {
      long block;
      ResourceGroup group;
      try (LockedGroup chosen = groups.reserve(goal, 1, 1, deallocation::reclaim)) {
        block = chosen.findFree(goal);
        group = chosen.group();
      }
      if (block == LockedGroup.NONE) {
        continue;
      }
      Claim claim = claim(group, block);
      if (claim.group().isAllocatable(block)) {
        return claim;
      }
      claim.close();
    }
  }

  private Claim claim(ResourceGroup group, long block) {
    group.claimed().add(block);
    Glocks.Holder holder = null;
    try {
      holder = volume.glocks().acquire(GlockName.inode(block), LockMode.EX, 0);
      return new Claim(block, holder, group.lock(LockMode.EX, 0));
    } catch (RuntimeException failure) {
      group.claimed().remove(block);
      if (holder != null) {
        holder.close();
      }
      throw failure;
    }
  }

  /** Gives an inode another name. */
  void link(PathNames existing, PathNames path) {
    Inum target;
    try (Inode inode = walker.open(existing, LockMode.SH)) {
      if (inode.dinode().isDirectory()) {
        throw new FileSystemException(Code.IS_A_DIRECTORY, "directories have one name");
      }
      target = inode.dinode().inum();
    }
    long pause = RETRY_PAUSE_NANOS_MIN;
    while (!tryLink(target, path)) {
      // Somebody is at the inode. Wait for it with nothing else held, so that nobody can wait for
      // us.
      volume.glocks().acquire(GlockName.inode(target.address()), LockMode.EX, 0).close();
      volume.storage().owner().pause(uneven(pause));
      pause = Math.min(2 * pause, RETRY_PAUSE_NANOS_MAX);
    }
  }

  /**
   * Half of it to all of it. Two nodes that take the inode from each other in turn would go on so
   * for ever if both paused for the same time; no two of their clocks show the same nanosecond.
   */
  private long uneven(long pauseNanos) {
    long mixed = volume.storage().owner().nowNanos() * 0x9E3779B97F4A7C15L;
    return pauseNanos / 2 + (mixed >>> 24) % (pauseNanos / 2);
  }

  private boolean tryLink(Inum target, PathNames path) {
    try (Inode parent = walker.open(path.parent(), LockMode.EX)) {
      Directory directory = Directory.of(volume, parent);
      directory.checkRoom(path.last());
      FileData.requireChangeable(parent);
      if (target.address() == parent.block()) {
        throw new FileSystemException(Code.NOT_FOUND, "the inode was removed meanwhile");
      }
      try (Inode inode = walker.reopen(target, LockMode.EX, LockFlags.TRY_1CB)) {
        requireLinkPossible(inode);
        FileData.requireChangeable(inode);
        FileType type = inode.dinode().type();
        volume
            .log()
            .transact(
                new Reservation(Directory.IMAGES + 1, 0),
                transaction -> {
                  directory.add(transaction, path.last(), target, type);
                  Dinode dinode = inode.change(transaction);
                  dinode.setLinks(dinode.links() + 1);
                  inode.touch(dinode, false);
                  return null;
                });
        return true;
      } catch (GlockException failure) {
        if (failure.reason() == GlockException.Reason.TRY_FAILED) {
          return false;
        }
        throw failure;
      }
    }
  }

  private static void requireLinkPossible(Inode inode) {
    int links = inode.dinode().links();
    if (links == 0) {
      throw new FileSystemException(Code.NOT_FOUND, "the inode was removed meanwhile");
    }
    if (links == Integer.MAX_VALUE) {
      throw new FileSystemException(Code.TOO_MANY_LINKS, links + " links");
    }
  }

  /** Removes a name; with the last one the inode and all its blocks. */
  void unlink(PathNames path) {
    Inode child;
    boolean last;
    try (Inode parent = walker.open(path.parent(), LockMode.EX)) {
      child = walker.openChild(parent, path.last(), LockMode.EX);
      try {
        if (child.dinode().isDirectory()) {
          throw new FileSystemException(Code.IS_A_DIRECTORY, "a file is needed");
        }
        FileData.requireChangeable(parent);
        FileData.requireChangeable(child);
        last = child.dinode().links() <= 1;
        if (last) {
          unlinkLast(parent, path.last(), child);
        } else {
          volume
              .log()
              .transact(
                  new Reservation(Directory.IMAGES + 1, 0),
                  transaction -> dropLink(transaction, parent, path.last(), child));
        }
      } catch (RuntimeException failure) {
        child.close();
        throw failure;
      }
    }
    try (Inode gone = child) {
      if (last) {
        deallocation.delete(gone);
      }
    }
  }

  /** Removes an empty directory. */
  void removeDirectory(PathNames path) {
    Inode child;
    try (Inode parent = walker.open(path.parent(), LockMode.EX)) {
      child = walker.openChild(parent, path.last(), LockMode.EX);
      try {
        if (!Directory.of(volume, child).isEmpty()) {
          throw new FileSystemException(
              Code.NOT_EMPTY, child.dinode().entries() + " entries with . and ..");
        }
        FileData.requireChangeable(parent);
        FileData.requireChangeable(child);
        unlinkLast(parent, path.last(), child);
      } catch (RuntimeException failure) {
        child.close();
        throw failure;
      }
    }
    try (Inode gone = child) {
      deallocation.delete(gone);
    }
  }

  /**
   * The bitmap says UNLINKED from here to the end of the deallocation, so that a crash in between
   * loses nothing.
   */
  private void unlinkLast(Inode parent, byte[] name, Inode child) {
    try (LockedGroup group = groups.lock(child.block())) {
      volume
          .log()
          .transact(
              new Reservation(Directory.IMAGES + 1 + group.imagesFor(1), 0),
              transaction -> {
                group.unlink(transaction, child.block());
                return dropLink(transaction, parent, name, child);
              });
    }
  }

  private @Nullable Void dropLink(Transaction transaction, Inode parent, byte[] name, Inode child) {
    Directory.of(volume, parent).remove(transaction, name);
    Dinode dinode = child.change(transaction);
    if (dinode.isDirectory()) {
      Dinode above = parent.change(transaction);
      above.setLinks(above.links() - 1);
      dinode.setLinks(0);
    } else {
      dinode.setLinks(dinode.links() - 1);
    }
    child.touch(dinode, false);
    return null;
  }
}
