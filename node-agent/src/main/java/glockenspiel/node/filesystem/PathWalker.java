package glockenspiel.node.filesystem;

import glockenspiel.node.filesystem.FileSystemException.Code;
import glockenspiel.node.glock.Glocks;
import glockenspiel.ondisk.Inum;
import glockenspiel.ondisk.resourcegroup.BlockState;
import glockenspiel.protocol.lock.GlockName;
import glockenspiel.protocol.lock.LockMode;
import java.util.List;

/**
 * Finds inodes by path. Each directory stays locked until what it contains is locked too, so that
 * nothing can be removed, freed and used again in between.
 */
final class PathWalker {
  private final MountedVolume volume;
  private final ResourceGroups groups;
  private final Inum root;

  PathWalker(MountedVolume volume, ResourceGroups groups, Inum root) {
    this.volume = volume;
    this.groups = groups;
    this.root = root;
  }

  /**
   * The inode of a path.
   *
   * @param mode of its own glock; those before it are SH
   * @throws FileSystemException NOT_FOUND, NOT_A_DIRECTORY
   */
  Inode open(PathNames path, LockMode mode) {
    List<byte[]> names = path.names();
    Inode at = Inode.open(volume, root, names.isEmpty() ? mode : LockMode.SH);
    for (int i = 0; i < names.size(); i++) {
      LockMode next = i == names.size() - 1 ? mode : LockMode.SH;
      try (Inode parent = at) {
        at = openChild(parent, names.get(i), next);
      }
    }
    return at;
  }

  /** The inode of a name in a locked directory. */
  Inode openChild(Inode parent, byte[] name, LockMode mode) {
    return Inode.open(volume, Directory.of(volume, parent).require(name).inum(), mode);
  }

  /**
   * An inode that was found a while ago and may have been freed since. The bitmap tells, before the
   * block is read: it may be anything by now.
   *
   * @param flags of the glock: the inode may be a directory by now, so whoever holds another one
   *     tries only
   * @throws FileSystemException NOT_FOUND when it is gone
   */
  Inode reopen(Inum inum, LockMode mode, int flags) {
    Glocks.Holder holder = volume.glocks().acquire(GlockName.inode(inum.address()), mode, flags);
    boolean found;
    try (LockedGroup group = groups.of(inum.address()).lock(LockMode.SH, 0)) {
      found = group.state(inum.address()) == BlockState.DINODE;
    } catch (RuntimeException failure) {
      holder.close();
      throw failure;
    }
    Inode inode = found ? Inode.made(volume, holder) : null;
    if (inode == null || inode.dinode().formalInode() != inum.formalInode()) {
      holder.close();
      throw new FileSystemException(Code.NOT_FOUND, "the inode was removed meanwhile");
    }
    return Inode.held(volume, holder, inum);
  }
}
