package glockenspiel.image;

import static glockenspiel.image.ProblemLog.hex;

import glockenspiel.image.ClaimedBlocks.Outcome;
import glockenspiel.ondisk.CorruptBlockException;
import glockenspiel.ondisk.directory.DirectoryEntry;
import glockenspiel.ondisk.directory.EntryBlock;
import glockenspiel.ondisk.directory.Leaf;
import glockenspiel.ondisk.directory.NameHash;
import glockenspiel.ondisk.inode.Dinode;
import glockenspiel.ondisk.inode.FileType;
import glockenspiel.ondisk.resourcegroup.BlockState;
import java.nio.ByteBuffer;
import java.util.function.Supplier;

/**
 * Checks the content of one directory: entries, their hashes, the leaves and their places in the
 * hash table, {@code .} and {@code ..}, and the numbers in the dinode that count them.
 */
final class DirectoryWalk {
  /** Is shown the entries other than {@code .} and {@code ..}. */
  @FunctionalInterface
  interface EntryVisitor {
    /**
     * An entry.
     *
     * @param holder the block that it stands in
     * @param entry its inode is not checked
     */
    void visit(long holder, DirectoryEntry entry);
  }

  private static final String DIRECTORY = "directory";
  private static final String LEAF = "leaf";
  private static final String ENTRY = "directory entry";
  private static final int ENTRY_BYTES_MIN = DirectoryEntry.bytesFor(1);

  private final VolumeReader volume;
  private final ClaimedBlocks claims;
  private final ProblemLog log;
  private final Dinode directory;
  private final long parent;
  private final EntryVisitor visitor;
  private long entries;
  private long subdirectories;
  private boolean hasSelf;
  private boolean hasParent;

  /**
   * @param parent the directory that has the entry of this one; itself for a root
   */
  DirectoryWalk(
      VolumeReader volume,
      ClaimedBlocks claims,
      ProblemLog log,
      Dinode directory,
      long parent,
      EntryVisitor visitor) {
    this.volume = volume;
    this.claims = claims;
    this.log = log;
    this.directory = directory;
    this.parent = parent;
    this.visitor = visitor;
  }

  /**
   * Checks the directory.
   *
   * @param leaves is run for every leaf that was claimed
   */
  void walk(Runnable leaves) {
    log.guard(
        () -> {
          if (directory.isExhash()) {
            walkTable(leaves);
          } else {
            walkEntries(EntryBlock.linear(directory), directory.block(), 0, 0);
          }
        });
    if (!hasSelf) {
      log.add(directory.block(), DIRECTORY, "entry .", "none", "the directory itself");
    }
    if (!hasParent) {
      log.add(directory.block(), DIRECTORY, "entry ..", "none", hex(parent));
    }
    log.guard(
        () -> {
          if (directory.entries() != entries) {
            log.add(
                directory.block(),
                "dinode",
                "di_entries",
                directory.entries(),
                Long.toString(entries));
          }
          if (directory.links() != subdirectories + 2) {
            log.add(
                directory.block(),
                "dinode",
                "di_nlink",
                directory.links(),
                Long.toString(subdirectories + 2));
          }
        });
  }

  private void walkTable(Runnable leaves) {
    int depth = directory.depth();
    int size = 1 << depth;
    ByteBuffer table = ByteBuffer.allocate(size * Long.BYTES);
    volume.content().read(directory, 0, table);
    int slot = 0;
    while (slot < size) {
      long leaf = table.getLong(slot * Long.BYTES);
      int end = slot + 1;
      while (end < size && table.getLong(end * Long.BYTES) == leaf) {
        end++;
      }
      walkChain(leaf, slot, end, leaves);
      slot = end;
    }
  }

  /** Walks the leaf of some slots, and those chained to it. Ends, as every leaf is claimed once. */
  private void walkChain(long first, int slot, int end, Runnable leaves) {
    long holder = directory.block();
    String structure = "hash table";
    Supplier<String> field = () -> "slot " + slot;
    long at = first;
    while (at != 0 || holder == directory.block()) {
      Outcome outcome = claims.claimOnly(holder, structure, field, at, BlockState.USED);
      if (outcome != Outcome.CLAIMED) {
        return;
      }
      leaves.run();
      Leaf leaf;
      try {
        leaf = Leaf.of(volume.block(at), at, volume.geometry());
        checkLeaf(leaf, slot, end);
        walkLeafEntries(leaf, slot, end);
        holder = at;
        structure = LEAF;
        field = () -> "lf_next";
        at = leaf.next();
      } catch (CorruptBlockException damage) {
        log.add(damage);
        return;
      }
    }
  }

  private void checkLeaf(Leaf leaf, int slot, int end) {
    int depth = directory.depth();
    int slots = end - slot;
    if (leaf.depth() > depth || 1 << (depth - leaf.depth()) != slots || slot % slots != 0) {
      log.add(
          leaf.block(),
          LEAF,
          "lf_depth",
          leaf.depth(),
          "what fits slots " + slot + ".." + (end - 1) + " of a table of depth " + depth);
    }
    if (leaf.directory() != 0 && leaf.directory() != directory.block()) {
      log.add(leaf.block(), LEAF, "lf_inode", hex(leaf.directory()), hex(directory.block()));
    }
  }

  private void walkLeafEntries(Leaf leaf, int slot, int end) {
    long before = entries;
    walkEntries(leaf.entryBlock(), leaf.block(), slot, end);
    long counted = entries - before;
    if (leaf.entries() != counted) {
      log.add(leaf.block(), LEAF, "lf_entries", leaf.entries(), Long.toString(counted));
    }
  }

  /**
   * @param end behind the last slot of the leaf; 0 for a linear directory
   */
  private void walkEntries(EntryBlock block, long holder, int slot, int end) {
    int[] seen = new int[volume.geometry().blockSize() / ENTRY_BYTES_MIN];
    int used = 0;
    for (int at = block.first(); at != EntryBlock.NONE; at = block.next(at)) {
      if (!block.isUsed(at)) {
        continue;
      }
      DirectoryEntry entry = block.entry(at);
      for (int i = 0; i < used; i++) {
        if (block.hash(seen[i]) == entry.hash() && block.nameEquals(seen[i], entry.name())) {
          log.add(holder, ENTRY, "name", entry.nameText(), "no other entry of this name");
        }
      }
      seen[used] = at;
      used++;
      entries++;
      checkHash(entry, holder, slot, end);
      walkEntry(entry, holder);
    }
  }

  private void checkHash(DirectoryEntry entry, long holder, int slot, int end) {
    int hash = NameHash.of(entry.name());
    if (hash != entry.hash()) {
      log.add(
          holder,
          ENTRY,
          "de_hash of " + entry.nameText(),
          hex(Integer.toUnsignedLong(entry.hash())),
          hex(Integer.toUnsignedLong(hash)));
    } else if (end > 0) {
      int index = NameHash.tableIndex(hash, directory.depth());
      if (index < slot || index >= end) {
        log.add(
            holder,
            ENTRY,
            "slot of " + entry.nameText(),
            index,
            "slots " + slot + ".." + (end - 1) + " of this leaf");
      }
    }
  }

  private void walkEntry(DirectoryEntry entry, long holder) {
    byte[] name = entry.name();
    boolean dots = name[0] == '.' && (name.length == 1 || (name.length == 2 && name[1] == '.'));
    if (!dots) {
      if (entry.type() == FileType.DIRECTORY) {
        subdirectories++;
      }
      visitor.visit(holder, entry);
      return;
    }
    boolean self = name.length == 1;
    hasSelf |= self;
    hasParent |= !self;
    long expected = self ? directory.block() : parent;
    long address = entry.inum().address();
    if (address != expected) {
      log.add(holder, ENTRY, "de_inum.no_addr of " + entry.nameText(), hex(address), hex(expected));
    } else {
      long formal = volume.inode(expected).formalInode();
      if (entry.inum().formalInode() != formal) {
        log.add(
            holder,
            ENTRY,
            "de_inum.no_formal_ino of " + entry.nameText(),
            entry.inum().formalInode(),
            Long.toString(formal));
      }
    }
    if (entry.type() != FileType.DIRECTORY) {
      log.add(
          holder,
          ENTRY,
          "de_type of " + entry.nameText(),
          entry.typeCode(),
          Integer.toString(FileType.DIRECTORY.code()));
    }
  }
}
