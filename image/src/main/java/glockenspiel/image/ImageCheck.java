package glockenspiel.image;

import glockenspiel.ondisk.BlockReader;
import glockenspiel.ondisk.Geometry;
import glockenspiel.ondisk.Superblock;
import glockenspiel.ondisk.inode.Dinode;
import java.util.List;

/**
 * Checks a whole image at rest, as {@code fsck.gfs2 -n} does:
 *
 * <ol>
 *   <li>superblock, master directory, rindex;
 *   <li>everything that root and master directories lead to, each inode once: fields, pointers,
 *       attributes, directories, links;
 *   <li>inodes that no directory has;
 *   <li>resource groups: every block's state, and the counts;
 *   <li>statfs, inum, the journals' inodes, the nodes' files.
 * </ol>
 *
 * <p>Journals are not read: whether they wait for replay is the caller's to find, and to pass in.
 * An image with a dirty journal is rightly inconsistent until it is replayed; the journal's own
 * problem comes first in the report then.
 *
 * <p>Nothing in the image is trusted. Whatever it holds, the check ends with a report, and never
 * with an exception but the reader's own. Every block is read a small number of times, as metadata
 * that two inodes point at is walked once. Memory: as much as the bitmaps take on disk, 16 bytes
 * for each directory that waits to be walked, 32 for each inode with hard links, the largest hash
 * table (1 MiB), and the problems kept.
 */
public final class ImageCheck {
  /** How many problems a report lists where nothing else is said. */
  public static final int PROBLEMS_KEPT_DEFAULT = 1000;

  private final VolumeReader volume;
  private final ProblemLog log;
  private final ClaimedBlocks claims;
  private final VolumeWalk walk;
  private final BitmapCheck bitmaps;

  private ImageCheck(VolumeReader volume, int problemsKept) {
    this.volume = volume;
    this.log = new ProblemLog(problemsKept);
    this.claims = new ClaimedBlocks(volume, log);
    this.walk = new VolumeWalk(volume, claims, log);
    this.bitmaps = new BitmapCheck(volume, claims, log);
  }

  /**
   * Checks an image, and lists at most {@link #PROBLEMS_KEPT_DEFAULT} problems.
   *
   * @param geometry by the superblock's block size, as {@link Superblock#read} gives it; where that
   *     fails, its exception makes a {@link Problem#of problem} and there is nothing to check
   * @param blocks blocks that the image's file or device holds
   * @param reader reads a block below {@code blocks}; hands out a buffer of its own each time
   * @param journals what is known of the journals; those that are not clean become problems. Empty
   *     if nobody looked
   */
  public static CheckReport check(
      Geometry geometry, long blocks, BlockReader reader, List<JournalVerdict> journals) {
    return check(geometry, blocks, reader, journals, PROBLEMS_KEPT_DEFAULT);
  }

  /**
   * The same with another number of problems to list.
   *
   * @param problemsKept at least 0
   */
  public static CheckReport check(
      Geometry geometry,
      long blocks,
      BlockReader reader,
      List<JournalVerdict> journals,
      int problemsKept) {
    ImageCheck check = new ImageCheck(new VolumeReader(geometry, blocks, reader), problemsKept);
    check.log.guard(() -> check.run(journals));
    return check.report();
  }

  private void run(List<JournalVerdict> journals) {
    for (JournalVerdict journal : journals) {
      if (!journal.clean()) {
        log.add(
            volume.geometry().superblockBlock(),
            "journal " + journal.jid(),
            "state",
            journal.text(),
            "clean");
      }
    }
    Superblock superblock = volume.superblock();
    Dinode master = volume.inode(superblock.master().address());
    claims.load(volume.require(master, "rindex"));
    walk.walk(superblock.master(), "sb_master_dir", true);
    walk.walk(superblock.root(), "sb_root_dir", false);
    walk.checkLinks();
    bitmaps.claimUnreached(walk);
    bitmaps.check();
    new SystemFileCheck(volume, log, master).check(bitmaps.counted());
  }

  private CheckReport report() {
    return new CheckReport(
        log.problems(),
        log.found(),
        log.notes(),
        walk.directories(),
        walk.files(),
        bitmaps.unlinked(),
        bitmaps.counted());
  }
}
