package glockenspiel.node.filesystem;

import glockenspiel.node.filesystem.FileSystemException.Code;
import glockenspiel.node.glock.GlockContents;
import glockenspiel.node.glock.Glocks;
import glockenspiel.node.transaction.BlockCache;
import glockenspiel.node.transaction.LogContents;
import glockenspiel.node.transaction.NodeLog;
import glockenspiel.node.transaction.NodeStorage;
import glockenspiel.node.withdraw.WithdrawTrigger;
import glockenspiel.ondisk.Geometry;
import glockenspiel.ondisk.Inum;
import glockenspiel.ondisk.directory.DirectoryEntry;
import glockenspiel.ondisk.inode.FileType;
import glockenspiel.ondisk.log.LogFlags;
import glockenspiel.protocol.lock.LockFlags;
import glockenspiel.protocol.lock.LockMode;
import glockenspiel.protocol.storage.OpenedJournal;
import glockenspiel.protocol.storage.StatfsCounts;
import glockenspiel.protocol.storage.StoragePort;
import glockenspiel.protocol.storage.VolumeInfo;
import glockenspiel.runtime.task.SerialOwner;
import java.nio.ByteBuffer;
import java.util.List;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * The file system of a mounted node. Every operation is plain blocking code for a task of the
 * node's serial owner, and any number of them may run at once. Paths are absolute, names are UTF-8;
 * symbolic links are not followed. An operation that returns has committed; it survives a crash
 * once {@link #fsync} or {@link #sync} has returned, or another node has seen it.
 *
 * <p>Operations throw {@link FileSystemException}. After WITHDRAWN the file system is of no use any
 * more.
 */
public final class FileSystem implements MountedFileSystem {
  /** Of a spectator: no epoch is 0, so the storage would refuse whatever it sent (rule 3). */
  private static final OpenedJournal NO_JOURNAL = new OpenedJournal(-1, 0, 0, 0, 0);

  private final MountedVolume volume;
  private final SystemFiles files;
  private final int jid;
  private final LogContents contents;
  private final ResourceGroups groups;
  private final LocalStatfs statfs;
  private final InodeNumbers numbers;
  private final Deallocation deallocation;
  private final PathWalker walker;
  private final Namespace namespace;
  private final FileData data;
  private final Changes changes;
  private final Reclaiming reclaiming;
  private boolean holdsOwnFiles = true;

  private FileSystem(MountedVolume volume, SystemFiles files, int jid, LogContents contents) {
    this.volume = volume;
    this.files = files;
    this.jid = jid;
    this.contents = contents;
    boolean spectator = isSpectator();
    this.statfs =
        new LocalStatfs(volume, files.statfs(), spectator ? null : files.statfsChanges().get(jid));
    try {
      this.numbers =
          new InodeNumbers(volume, files.inum(), spectator ? null : files.inumRanges().get(jid));
    } catch (RuntimeException failure) {
      statfs.close();
      throw failure;
    }
    int nodes = files.inumRanges().size();
    this.groups = new ResourceGroups(volume, files.index(), Math.max(0, jid), nodes);
    this.deallocation = new Deallocation(volume, groups, statfs);
    this.walker = new PathWalker(volume, groups, files.root());
    this.namespace = new Namespace(volume, groups, walker, numbers, deallocation, statfs);
    this.data = new FileData(volume, groups, deallocation, statfs);
    this.changes = new Changes(volume.storage());
    this.reclaiming =
        new Reclaiming(
            volume.storage(), groups, deallocation, task -> operate("", () -> changes.run(task)));
  }

  /**
   * Makes the file system of a journal that was just opened, or a spectator's, which only reads:
   * whatever would change something ends with READ_ONLY. Runs in a task. The glocks need its {@link
   * #contents} only from its return on: until then it changes nothing, and it keeps nothing cached
   * but under holders that it keeps. Changes wait for the first {@link #thaw}.
   *
   * @param journal null for a spectator
   * @throws FileSystemException INVALID when the volume is another one, WITHDRAWN when it cannot be
   *     read
   */
  public static FileSystem mount(
      SerialOwner owner,
      StoragePort storage,
      Glocks glocks,
      @Nullable OpenedJournal journal,
      VolumeInfo info,
      WithdrawTrigger trigger,
      FileSystemSettings settings) {
    OpenedJournal own = journal == null ? NO_JOURNAL : journal;
    NodeStorage access = new NodeStorage(owner, storage, own, trigger);
    Geometry geometry = Geometry.of(info.blockSize());
    BlockCache cache = new BlockCache(access, info.blockSize(), settings.log().cacheBytes());
    NodeLog log = new NodeLog(access, cache, geometry, settings.log());
    MountedVolume volume =
        new MountedVolume(access, cache, log, glocks, geometry, info.blocks(), settings.clock());
    LogContents contents = new LogContents(access, cache, log);
    FileSystem mounted =
        Operation.run(
            access,
            "",
            () -> new FileSystem(volume, SystemFiles.read(volume, info), own.jid(), contents));
    // Groups that others hold have been looked through by whoever replayed for a node that used
    // them.
    if (!mounted.isSpectator()) {
      mounted.reclaiming.start(LockFlags.TRY);
    }
    return mounted;
  }

  private boolean isSpectator() {
    return jid == NO_JOURNAL.jid();
  }

  @Override
  public GlockContents contents() {
    return contents;
  }

  /** The inode of a path. */
  public Inum lookup(String path) {
    return stat(path).inum();
  }

  /** What is known of the inode of a path. */
  public FileStat stat(String path) {
    return operate(
        path,
        () -> {
          try (Inode inode = walker.open(PathNames.parse(path), LockMode.SH)) {
            return FileStat.of(inode.dinode());
          }
        });
  }

  /**
   * The entries of a directory, without {@code .} and {@code ..}, in no order that means anything.
   */
  public List<DirectoryEntry> list(String path) {
    return operate(path, () -> namespace.list(PathNames.parse(path)));
  }

  /**
   * Makes an empty file.
   *
   * @param permissions the lower 12 bits of its mode
   */
  public FileStat create(String path, int permissions) {
    return change(path, () -> namespace.make(PathNames.parse(path), FileType.REGULAR, permissions));
  }

  /** Makes an empty directory. */
  public FileStat createDirectory(String path, int permissions) {
    return change(
        path, () -> namespace.make(PathNames.parse(path), FileType.DIRECTORY, permissions));
  }

  /**
   * Reads bytes of a file; holes are zeros.
   *
   * @param offset first byte, not negative
   * @param length at most this many, and at most 4 MiB
   * @return from position 0 to its limit; empty at or behind the end of the file
   */
  public ByteBuffer read(String path, long offset, int length) {
    return operate(
        path,
        () -> {
          if (offset < 0 || length < 0) {
            throw new FileSystemException(Code.INVALID, "offset " + offset + " length " + length);
          }
          try (Inode inode = walker.open(PathNames.parse(path), LockMode.SH)) {
            return data.read(inode, offset, length);
          }
        });
  }

  /**
   * Writes bytes into a file, which grows as needed; what is skipped becomes a hole.
   *
   * @param source the remaining bytes; the buffer's position is left as it is, and its content must
   *     not change meanwhile
   * @return how many were written: fewer than asked for only when the volume became full on the way
   */
  public int write(String path, long offset, ByteBuffer source) {
    return change(
        path,
        () -> {
          try (Inode inode = walker.open(PathNames.parse(path), LockMode.EX)) {
            return data.write(inode, offset, source);
          }
        });
  }

  /**
   * Writes bytes at the end of a file. Returns the offset at which they begin; all of them were
   * written.
   */
  public long append(String path, ByteBuffer source) {
    return change(
        path,
        () -> {
          try (Inode inode = walker.open(PathNames.parse(path), LockMode.EX)) {
            FileData.requireFile(inode);
            long end = inode.dinode().size();
            if (data.write(inode, end, source) < source.remaining()) {
              throw new FileSystemException(Code.NO_SPACE, "only a part could be appended");
            }
            return end;
          }
        });
  }

  /** Cuts a file to nothing and frees its blocks. */
  public void truncate(String path) {
    change(
        path,
        () -> {
          try (Inode inode = walker.open(PathNames.parse(path), LockMode.EX)) {
            FileData.requireFile(inode);
            FileData.requireChangeable(inode);
            deallocation.truncate(inode);
            return inode;
          }
        });
  }

  /** Gives a file another name. */
  public void link(String existing, String path) {
    change(
        path,
        () -> {
          namespace.link(PathNames.parse(existing), PathNames.parse(path));
          return path;
        });
  }

  /** Removes a name of a file; with the last one the file and its blocks. */
  public void unlink(String path) {
    change(
        path,
        () -> {
          namespace.unlink(PathNames.parse(path));
          return path;
        });
  }

  /** Removes an empty directory. */
  public void removeDirectory(String path) {
    change(
        path,
        () -> {
          namespace.removeDirectory(PathNames.parse(path));
          return path;
        });
  }

  /**
   * The volume's counts, without what other nodes have changed and not folded into the master yet.
   */
  public StatfsCounts statfs() {
    return operate("", statfs::total);
  }

  /** Returns when the file's content and name, as they were at the call, are durable. */
  public void fsync(String path) {
    operate(
        path,
        () -> {
          // Changes of another node become durable by the demote that this lock asks for.
          try (Inode inode = walker.open(PathNames.parse(path), LockMode.SH)) {
            inode.dinode();
          }
          flush(LogFlags.FLUSH_SYNC);
          return path;
        });
  }

  /** Returns when everything that this node has changed is durable. */
  public void sync() {
    operate(
        "",
        () -> {
          flush(LogFlags.FLUSH_SYNC | LogFlags.LFC_SYNC_FS);
          return "";
        });
  }

  private void flush(int flags) {
    if (!isSpectator()) {
      volume.log().flush(flags);
    }
  }

  /** Frees the inodes without links that crashed nodes have left behind, in all resource groups. */
  public void reclaimUnlinked() {
    change(
        "",
        () -> {
          groups.all().forEach(group -> deallocation.reclaimAll(group, 0));
          return "";
        });
  }

  @Override
  public void unmount() {
    operate(
        "",
        () -> {
          if (!isSpectator()) {
            reclaiming.finish();
            statfs.foldOwn();
            volume.log().empty();
          }
          releaseOwnFiles();
          return "";
        });
  }

  @Override
  public void abort() {
    volume.storage().abort("the node withdraws");
    volume.log().abort();
    releaseOwnFiles();
  }

  /** A withdraw may come after the file system was unmounted, before its journal is closed. */
  private void releaseOwnFiles() {
    if (holdsOwnFiles) {
      holdsOwnFiles = false;
      statfs.close();
      numbers.close();
    }
  }

  @Override
  public void freeze() {
    operate(
        "",
        () -> {
          reclaiming.finish();
          changes.stop();
          statfs.foldOwn();
          volume.log().freeze();
          return "";
        });
  }

  @Override
  public void thaw() {
    volume.log().thaw();
    changes.letGo();
  }

  @Override
  public boolean foldStatfs(int ofJid) {
    return operate("", () -> changes.run(() -> fold(ofJid)));
  }

  private boolean fold(int ofJid) {
    if (ofJid == jid) {
      statfs.foldOwn();
      return true;
    }
    boolean settled = statfs.fold(files.statfsChange(ofJid));
    if (settled) {
      reclaiming.start(0);
    }
    return settled;
  }

  private <T> T change(String path, Supplier<T> body) {
    return operate(
        path,
        () -> {
          if (isSpectator()) {
            throw new FileSystemException(
                Code.READ_ONLY, "this node is a spectator: it has no journal, and only reads");
          }
          return changes.run(body);
        });
  }

  private <T> T operate(String path, Supplier<T> body) {
    return Operation.run(volume.storage(), path, body);
  }
}
