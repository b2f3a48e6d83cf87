package glockenspiel.image;

import glockenspiel.ondisk.CorruptBlockException;
import glockenspiel.ondisk.MetaHeader;
import glockenspiel.ondisk.MetaType;
import glockenspiel.ondisk.inode.Dinode;
import glockenspiel.ondisk.inode.FileType;
import glockenspiel.ondisk.inode.InumRange;
import glockenspiel.ondisk.inode.StatfsChange;
import glockenspiel.ondisk.inode.TreeVisitor;
import java.nio.ByteBuffer;

/**
 * Checks what the system files say: statfs, inum, the journals' inodes, and each node's files. Not
 * the content of the journals.
 */
final class SystemFileCheck {
  private final VolumeReader volume;
  private final ProblemLog log;
  private final Dinode master;
  private StatfsChange pending = StatfsChange.NONE;

  SystemFileCheck(VolumeReader volume, ProblemLog log, Dinode master) {
    this.volume = volume;
    this.log = log;
    this.master = master;
  }

  /**
   * Checks all of them.
   *
   * @param counted what statfs should say
   */
  void check(StatfsChange counted) {
    log.guard(
        () -> {
          Dinode jindex = volume.require(master, "jindex");
          int journals = volume.journals(jindex);
          if (journals == 0) {
            log.add(jindex.block(), "jindex", "entry journal0", "none", "a journal");
          }
          for (int jid = 0; jid < journals; jid++) {
            String name = "journal" + jid;
            log.guard(() -> checkJournal(volume.require(jindex, name), name));
          }
          log.guard(() -> checkPerNode(volume.require(master, "per_node"), journals));
        });
    log.guard(() -> checkStatfs(volume.require(master, "statfs"), counted));
    log.guard(() -> checkInum(volume.require(master, "inum")));
    log.guard(() -> requireRegular(volume.require(master, "quota"), "quota"));
  }

  private void checkJournal(Dinode journal, String name) {
    requireRegular(journal, name);
    int blockSize = volume.geometry().blockSize();
    long size = journal.size();
    if (size < blockSize || size % blockSize != 0) {
      throw new CorruptBlockException(
          journal.block(), name, "di_size", size, "a multiple of " + blockSize);
    }
    requireWhole(journal, name, size / blockSize, block -> {});
  }

  /** As Linux's gfs2_jdesc_check: a journal has no holes. */
  private void requireWhole(Dinode file, String name, long blocks, BlockCheck check) {
    WholeFile visitor = new WholeFile(check);
    volume.map().walk(file, visitor);
    if (visitor.next < blocks) {
      throw new CorruptBlockException(
          file.block(), name, "blocks without holes", visitor.next, Long.toString(blocks));
    }
  }

  private void checkPerNode(Dinode perNode, int journals) {
    for (int jid = 0; jid < journals; jid++) {
      String suffix = Integer.toString(jid);
      log.guard(
          () -> {
            Dinode file = volume.require(perNode, "inum_range" + suffix);
            requireRegular(file, "inum_range" + suffix);
            InumRange.read(file);
          });
      log.guard(() -> checkStatfsChange(volume.require(perNode, "statfs_change" + suffix), suffix));
      log.guard(() -> checkQuotaChange(volume.require(perNode, "quota_change" + suffix), suffix));
    }
  }

  private void checkStatfsChange(Dinode file, String suffix) {
    requireRegular(file, "statfs_change" + suffix);
    StatfsChange change = StatfsChange.read(file);
    if (!change.equals(StatfsChange.NONE)) {
      pending = pending.plus(change);
      log.note("statfs_change" + suffix + ": " + text(change) + " not yet in the master file");
    }
  }

  private void checkQuotaChange(Dinode file, String suffix) {
    String name = "quota_change" + suffix;
    requireRegular(file, name);
    int blockSize = volume.geometry().blockSize();
    long size = file.size();
    if (size < blockSize || size % blockSize != 0) {
      throw new CorruptBlockException(
          file.block(), name, "di_size", size, "a multiple of " + blockSize);
    }
    requireWhole(
        file,
        name,
        size / blockSize,
        block -> MetaHeader.check(volume.block(block), block, MetaType.QUOTA_CHANGE));
  }

  /**
   * The master file must be right by itself, as fsck.gfs2 has it: a clean unmount and a finished
   * replay leave nothing in the nodes' own files.
   */
  private void checkStatfs(Dinode file, StatfsChange counted) {
    requireRegular(file, "statfs");
    StatfsChange says = StatfsChange.read(file);
    if (!says.equals(counted)) {
      String hint =
          says.plus(pending).equals(counted) ? ", which it is with the nodes' changes" : "";
      log.add(file.block(), "statfs", "content", text(says), text(counted) + hint);
    }
  }

  /**
   * Only that the number is there: Linux has long taken an inode's generation for its formal inode
   * number, and leaves {@code inum} as mkfs made it, so numbers in use may well be higher.
   */
  private void checkInum(Dinode file) {
    requireRegular(file, "inum");
    volume.content().read(file, 0, ByteBuffer.allocate(Long.BYTES));
  }

  private static void requireRegular(Dinode file, String name) {
    if (file.type() != FileType.REGULAR) {
      throw CorruptBlockException.hex(file.block(), name, "di_mode", file.mode(), "a regular file");
    }
  }

  private static String text(StatfsChange statfs) {
    return "total " + statfs.total() + ", free " + statfs.free() + ", dinodes " + statfs.dinodes();
  }

  /** Looks at a data block. */
  private interface BlockCheck {
    void check(long block);
  }

  /** Counts the data blocks before the first hole. */
  private static final class WholeFile implements TreeVisitor {
    private final BlockCheck check;
    private long next;

    WholeFile(BlockCheck check) {
      this.check = check;
    }

    @Override
    public void indirect(long block, int level, long firstLogical, ByteBuffer content) {}

    @Override
    public void data(long logical, long block) {
      if (logical == next) {
        check.check(block);
        next++;
      }
    }
  }
}
