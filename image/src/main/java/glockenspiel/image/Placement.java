package glockenspiel.image;

import glockenspiel.ondisk.inode.Extent;
import java.util.List;

/**
 * Where the blocks of a new inode lie. They are numbered by ordinals: 0 is the dinode. Nearly
 * always one run; more where an inode does not fit the rest of its resource group.
 *
 * @param runs in growing order of ordinals and of addresses; {@link Extent#logical} is the ordinal
 */
record Placement(List<Extent> runs) {
  Placement {
    runs = List.copyOf(runs);
  }

  /** The block of the dinode. */
  long dinode() {
    return runs.getFirst().physical();
  }

  /** Number of blocks. */
  long blocks() {
    Extent last = runs.getLast();
    return last.logical() + last.length();
  }

  /** The block of the volume at an ordinal, 0..{@link #blocks}-1. */
  long at(long ordinal) {
    int low = 0;
    int high = runs.size() - 1;
    while (low < high) {
      int middle = (low + high + 1) >>> 1;
      if (runs.get(middle).logical() <= ordinal) {
        low = middle;
      } else {
        high = middle - 1;
      }
    }
    Extent run = runs.get(low);
    return run.physical() + ordinal - run.logical();
  }
}
