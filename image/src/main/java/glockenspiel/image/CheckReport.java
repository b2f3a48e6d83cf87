package glockenspiel.image;

import glockenspiel.ondisk.inode.StatfsChange;
import java.util.List;

/**
 * What {@link ImageCheck} found.
 *
 * @param problems the first ones, in the order of the check: what is found early explains what is
 *     found late
 * @param problemsFound how many there are, listed or not
 * @param notes what is no damage, but worth knowing: unlinked inodes that wait to be freed, statfs
 *     changes that are not yet in the master file
 * @param directories directories reached
 * @param files inodes reached that are no directories
 * @param unlinked unlinked inodes that wait to be freed. Linux and this project free them when they
 *     come across them; fsck.gfs2 calls their blocks wrong
 * @param counted what the master statfs file should say, by the bitmaps
 */
public record CheckReport(
    List<Problem> problems,
    long problemsFound,
    List<String> notes,
    long directories,
    long files,
    long unlinked,
    StatfsChange counted) {
  /** Copies the lists. */
  public CheckReport {
    problems = List.copyOf(problems);
    notes = List.copyOf(notes);
  }

  /** Whether there is no problem. */
  public boolean isClean() {
    return problemsFound == 0;
  }
}
