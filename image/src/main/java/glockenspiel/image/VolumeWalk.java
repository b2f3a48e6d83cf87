package glockenspiel.image;

import static glockenspiel.image.ProblemLog.hex;

import glockenspiel.image.ClaimedBlocks.Outcome;
import glockenspiel.ondisk.CorruptBlockException;
import glockenspiel.ondisk.Inum;
import glockenspiel.ondisk.directory.DirectoryEntry;
import glockenspiel.ondisk.inode.Dinode;
import glockenspiel.ondisk.inode.DinodeFlags;
import glockenspiel.ondisk.resourcegroup.BlockState;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * Walks everything that can be reached from a directory, breadth first. Each inode is claimed when
 * its first entry is met, so each is walked once; directories wait in a queue, 16 bytes each.
 */
final class VolumeWalk {
  private static final String ENTRY = "directory entry";

  private final VolumeReader volume;
  private final ClaimedBlocks claims;
  private final ProblemLog log;
  private final DirectoryQueue queue = new DirectoryQueue();
  private final LinkCounts links = new LinkCounts();
  private boolean system;
  private long directories;
  private long files;

  VolumeWalk(VolumeReader volume, ClaimedBlocks claims, ProblemLog log) {
    this.volume = volume;
    this.claims = claims;
    this.log = log;
  }

  /** Directories walked. */
  long directories() {
    return directories;
  }

  /** Other inodes walked. */
  long files() {
    return files;
  }

  /**
   * Walks a tree of directories.
   *
   * @param root as the superblock says
   * @param field the superblock's field
   * @param ofSystem whether all inodes below must carry the system flag
   */
  void walk(Inum root, String field, boolean ofSystem) {
    system = ofSystem;
    long superblock = volume.geometry().superblockBlock();
    Outcome outcome =
        claims.claimOnly(superblock, "superblock", () -> field, root.address(), BlockState.DINODE);
    if (outcome != Outcome.CLAIMED) {
      return;
    }
    log.guard(
        () -> {
          Dinode dinode = volume.inode(root.address());
          checkNumber(superblock, () -> field, root, dinode);
          if (!dinode.isDirectory()) {
            log.add(dinode.block(), "dinode", "di_mode", hex(dinode.mode()), "a directory");
            walkFile(dinode);
            return;
          }
          checkSystem(dinode);
          queue.add(dinode.block(), dinode.block());
        });
    while (!queue.isEmpty()) {
      long parent = queue.firstParent();
      long directory = queue.removeFirst();
      log.guard(() -> walkDirectory(volume.inode(directory), parent));
    }
  }

  /** Compares the links of files with their entries, after all trees were walked. */
  void checkLinks() {
    links.forEach(
        inode ->
            log.guard(
                () -> {
                  int declared = volume.inode(inode).links();
                  int counted = links.count(inode);
                  if (declared != counted) {
                    log.add(inode, "dinode", "di_nlink", declared, Integer.toString(counted));
                  }
                }));
  }

  /**
   * Claims the blocks of an inode that no directory has, so that they are not found to be nobody's;
   * what a directory lists is not walked.
   *
   * @param dinode claimed already
   */
  void walkUnreached(Dinode dinode) {
    InodeWalk inode = new InodeWalk(volume, claims, log, dinode);
    inode.walk();
    log.guard(
        () -> {
          if (dinode.isDirectory() && dinode.isExhash()) {
            new DirectoryWalk(
                    volume,
                    claims,
                    new ProblemLog(0),
                    dinode,
                    dinode.block(),
                    (holder, entry) -> {})
                .walk(inode::countLeaf);
          }
        });
    inode.checkBlocks();
  }

  private void walkDirectory(Dinode directory, long parent) {
    directories++;
    InodeWalk inode = new InodeWalk(volume, claims, log, directory);
    inode.walk();
    new DirectoryWalk(
            volume,
            claims,
            log,
            directory,
            parent,
            (holder, entry) -> walkEntry(directory, holder, entry))
        .walk(inode::countLeaf);
    inode.checkBlocks();
  }

  private void walkEntry(Dinode directory, long holder, DirectoryEntry entry) {
    long address = entry.inum().address();
    Supplier<String> field = () -> "de_inum.no_addr of " + entry.nameText();
    switch (claims.claim(holder, ENTRY, field, address, BlockState.DINODE)) {
      case CLAIMED -> walkFirst(directory, holder, entry);
      case TAKEN -> {
        if (claims.state(address) == BlockState.DINODE) {
          walkAgain(holder, entry);
        } else {
          log.add(holder, ENTRY, field.get(), hex(address), "a block that is not part of an inode");
        }
      }
      case REFUSED -> {
        // The problem is noted.
      }
    }
  }

  private void walkFirst(Dinode directory, long holder, DirectoryEntry entry) {
    Dinode dinode = inodeOf(entry);
    if (dinode == null) {
      return;
    }
    checkEntry(holder, entry, dinode);
    checkSystem(dinode);
    if (isDirectory(dinode)) {
      queue.add(dinode.block(), directory.block());
    } else {
      walkFile(dinode);
    }
  }

  /** Another entry of an inode met before: a hard link. */
  private void walkAgain(long holder, DirectoryEntry entry) {
    Dinode dinode = inodeOf(entry);
    if (dinode == null) {
      return;
    }
    checkEntry(holder, entry, dinode);
    if (isDirectory(dinode)) {
      log.add(
          holder,
          ENTRY,
          "de_inum.no_addr of " + entry.nameText(),
          hex(dinode.block()),
          "no second entry of a directory");
      return;
    }
    links.add(dinode.block(), links.contains(dinode.block()) ? 1 : 2);
  }

  private void walkFile(Dinode dinode) {
    files++;
    InodeWalk inode = new InodeWalk(volume, claims, log, dinode);
    inode.walk();
    inode.checkBlocks();
    log.guard(
        () -> {
          if (dinode.links() != 1) {
            links.add(dinode.block(), 1);
          }
        });
  }

  private @Nullable Dinode inodeOf(DirectoryEntry entry) {
    try {
      return volume.inode(entry.inum().address());
    } catch (CorruptBlockException damage) {
      log.add(damage);
      return null;
    }
  }

  /** A dinode whose mode makes no sense is walked as a file, which notes the problem. */
  private static boolean isDirectory(Dinode dinode) {
    try {
      return dinode.isDirectory();
    } catch (CorruptBlockException damage) {
      return false;
    }
  }

  private void checkEntry(long holder, DirectoryEntry entry, Dinode dinode) {
    checkNumber(holder, () -> "de_inum.no_formal_ino of " + entry.nameText(), entry.inum(), dinode);
    log.guard(
        () -> {
          if (entry.type() != dinode.type()) {
            log.add(
                holder,
                ENTRY,
                "de_type of " + entry.nameText(),
                entry.typeCode(),
                dinode.type().code() + ", as the inode's di_mode says");
          }
        });
  }

  private void checkNumber(long holder, Supplier<String> field, Inum inum, Dinode dinode) {
    long formal = dinode.formalInode();
    if (inum.formalInode() != formal) {
      log.add(holder, ENTRY, field.get(), inum.formalInode(), Long.toString(formal));
    }
  }

  private void checkSystem(Dinode dinode) {
    if (system && !dinode.hasFlags(DinodeFlags.SYSTEM)) {
      log.add(dinode.block(), "dinode", "di_flags", hex(dinode.flags()), "with SYSTEM");
    }
  }
}
