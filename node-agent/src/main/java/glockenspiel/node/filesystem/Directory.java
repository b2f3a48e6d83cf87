package glockenspiel.node.filesystem;

import glockenspiel.node.filesystem.FileSystemException.Code;
import glockenspiel.node.transaction.CachedBlock;
import glockenspiel.node.transaction.Transaction;
import glockenspiel.ondisk.CorruptBlockException;
import glockenspiel.ondisk.Inum;
import glockenspiel.ondisk.MetaType;
import glockenspiel.ondisk.directory.DirectoryEntry;
import glockenspiel.ondisk.directory.EntryBlock;
import glockenspiel.ondisk.directory.HashTable;
import glockenspiel.ondisk.directory.Leaf;
import glockenspiel.ondisk.directory.NameHash;
import glockenspiel.ondisk.inode.Dinode;
import glockenspiel.ondisk.inode.FileType;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** The entries of a directory whose glock is held: linear (in the dinode) or hashed (in leaves). */
final class Directory {
  /** Images that a changed entry takes: the dinode and a leaf. */
  static final int IMAGES = 2;

  /** Entries of an empty directory: {@code .} and {@code ..}. */
  static final int ENTRIES_EMPTY = 2;

  private static final byte[] SELF = ".".getBytes(StandardCharsets.US_ASCII);
  private static final byte[] PARENT = "..".getBytes(StandardCharsets.US_ASCII);

  private final MountedVolume volume;
  private final Inode inode;

  private Directory(MountedVolume volume, Inode inode) {
    this.volume = volume;
    this.inode = inode;
  }

  /**
   * The entries of an inode.
   *
   * @throws FileSystemException NOT_A_DIRECTORY
   */
  static Directory of(MountedVolume volume, Inode inode) {
    if (!inode.dinode().isDirectory()) {
      throw new FileSystemException(
          Code.NOT_A_DIRECTORY, "inode 0x" + Long.toHexString(inode.block()));
    }
    return new Directory(volume, inode);
  }

  /** Makes a new dinode an empty linear directory. */
  static void format(Dinode dinode, Inum parent) {
    dinode.setSize(dinode.geometry().stuffedBytesMax());
    EntryBlock entries = EntryBlock.linear(dinode);
    entries.clear();
    entries.insert(SELF, NameHash.of(SELF), dinode.inum(), FileType.DIRECTORY);
    entries.insert(PARENT, NameHash.of(PARENT), parent, FileType.DIRECTORY);
    dinode.setEntries(ENTRIES_EMPTY);
    dinode.setLinks(2);
  }

  /** The entry of a name, or null. */
  @Nullable DirectoryEntry find(byte[] name) {
    Dinode dinode = inode.dinode();
    if (!dinode.isExhash()) {
      return EntryBlock.linear(dinode).get(name);
    }
    Leaf leaf = new HashTable(dinode, inode.map()).find(name, NameHash.of(name));
    return leaf == null ? null : leaf.entryBlock().get(name);
  }

  /**
   * The entry of a name.
   *
   * @throws FileSystemException NOT_FOUND
   */
  DirectoryEntry require(byte[] name) {
    DirectoryEntry entry = find(name);
    if (entry == null) {
      throw new FileSystemException(
          Code.NOT_FOUND, "no entry " + new String(name, StandardCharsets.UTF_8));
    }
    return entry;
  }

  /** All entries but {@code .} and {@code ..}, in the order of the blocks. */
  List<DirectoryEntry> list() {
    List<DirectoryEntry> found = new ArrayList<>();
    Dinode dinode = inode.dinode();
    if (dinode.isExhash()) {
      new HashTable(dinode, inode.map()).forEachLeaf(leaf -> leaf.entryBlock().forEach(found::add));
    } else {
      EntryBlock.linear(dinode).forEach(found::add);
    }
    found.removeIf(entry -> entry.nameText().equals(".") || entry.nameText().equals(".."));
    return found;
  }

  boolean isEmpty() {
    return inode.dinode().entries() == ENTRIES_EMPTY;
  }

  /**
   * Looks whether a name may be added, before the transaction.
   *
   * @throws FileSystemException EXISTS, NO_ROOM_IN_DIRECTORY, or NOT_FOUND when the directory
   *     itself has been removed
   */
  void checkRoom(byte[] name) {
    Dinode dinode = inode.dinode();
    if (dinode.links() == 0) {
      throw new FileSystemException(Code.NOT_FOUND, "the directory is removed");
    }
    if (find(name) != null) {
      throw new FileSystemException(Code.EXISTS, new String(name, StandardCharsets.UTF_8));
    }
    dinode = inode.dinode();
    boolean room =
        dinode.isExhash()
            ? new HashTable(dinode, inode.map()).findRoom(name.length, NameHash.of(name)) != null
            : EntryBlock.linear(dinode).hasRoom(name.length);
    if (!room) {
      throw new FileSystemException(
          Code.NO_ROOM_IN_DIRECTORY,
          dinode.isExhash()
              ? "the leaf of the name's hash is full, and leaves are not split"
              : "the linear directory is full, and is not hashed");
    }
  }

  /** Adds a name that {@link #checkRoom} has let pass. */
  void add(Transaction transaction, byte[] name, Inum inum, FileType type) {
    int hash = NameHash.of(name);
    Dinode dinode = inode.dinode();
    int at;
    if (dinode.isExhash()) {
      Leaf room = new HashTable(dinode, inode.map()).findRoom(name.length, hash);
      at =
          room == null
              ? EntryBlock.NO_ROOM
              : change(transaction, room).insert(name, hash, inum, type);
    } else {
      at = EntryBlock.linear(inode.change(transaction)).insert(name, hash, inum, type);
    }
    if (at == EntryBlock.NO_ROOM) {
      throw new CorruptBlockException(
          inode.block(), "directory", "room", "none", "the room that was there a moment ago");
    }
    count(transaction, 1);
  }

  /** Removes a name that is there. */
  void remove(Transaction transaction, byte[] name) {
    int hash = NameHash.of(name);
    Dinode dinode = inode.dinode();
    if (dinode.isExhash()) {
      Leaf leaf = new HashTable(dinode, inode.map()).find(name, hash);
      if (leaf == null) {
        throw vanished();
      }
      Leaf changed = change(transaction, leaf);
      changed.remove(changed.entryBlock().find(name, hash));
    } else {
      EntryBlock entries = EntryBlock.linear(inode.change(transaction));
      int at = entries.find(name, hash);
      if (at == EntryBlock.NONE) {
        throw vanished();
      }
      entries.remove(at);
    }
    count(transaction, -1);
  }

  private Leaf change(Transaction transaction, Leaf leaf) {
    CachedBlock cached = volume.cache().read(inode.glock(), leaf.block(), MetaType.LEAF);
    Leaf changed = Leaf.of(transaction.modify(cached), leaf.block(), volume.geometry());
    Instant now = volume.clock().now();
    changed.setChangeTime(now.getEpochSecond(), now.getNano());
    return changed;
  }

  private void count(Transaction transaction, int entries) {
    Dinode dinode = inode.change(transaction);
    dinode.setEntries(dinode.entries() + entries);
    inode.touch(dinode, true);
  }

  private CorruptBlockException vanished() {
    return new CorruptBlockException(
        inode.block(), "directory", "entry", "none", "the entry that was there a moment ago");
  }
}
