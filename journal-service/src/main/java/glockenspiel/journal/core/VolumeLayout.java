package glockenspiel.journal.core;

import glockenspiel.journal.device.ByteRange;
import glockenspiel.ondisk.Geometry;
import glockenspiel.ondisk.Superblock;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/** What the image says of the volume, read once when it is opened. Immutable. */
final class VolumeLayout {
  /** What {@link #journalOf} answers for a block of no journal. */
  static final int NO_JOURNAL = -1;

  private record Owned(long end, int jid) {}

  private final Superblock superblock;
  private final long blocks;
  private final List<JournalLayout> journals;
  private final long masterStatfs;
  private final TreeMap<Long, Owned> journalBlocks = new TreeMap<>();

  /**
   * @param blocks of the device
   * @param journals by jid
   * @param masterStatfs block of the master statfs dinode
   */
  VolumeLayout(
      Superblock superblock, long blocks, List<JournalLayout> journals, long masterStatfs) {
    this.superblock = superblock;
    this.blocks = blocks;
    this.journals = List.copyOf(journals);
    this.masterStatfs = masterStatfs;
    for (JournalLayout journal : journals) {
      JournalExtents extents = journal.extents();
      for (int i = 0; i < extents.count(); i++) {
        long first = extents.firstBlock(i);
        journalBlocks.put(first, new Owned(first + extents.blocksOf(i), journal.jid()));
      }
    }
  }

  Superblock superblock() {
    return superblock;
  }

  Geometry geometry() {
    return superblock.geometry();
  }

  /** Blocks of the device: every block number is below. */
  long blocks() {
    return blocks;
  }

  List<JournalLayout> journals() {
    return journals;
  }

  long masterStatfs() {
    return masterStatfs;
  }

  /**
   * Whether a file or a resource group could lie there: behind the superblock, inside the device.
   */
  boolean isInVolume(long block) {
    return block > geometry().superblockBlock() && block < blocks;
  }

  /** Whose journal block it is, or {@link #NO_JOURNAL}. */
  int journalOf(long block) {
    Map.Entry<Long, Owned> below = journalBlocks.floorEntry(block);
    return below == null || block >= below.getValue().end() ? NO_JOURNAL : below.getValue().jid();
  }

  /** Whether a node may write it in place or log it. */
  boolean isForNodes(long block) {
    return isInVolume(block) && journalOf(block) == NO_JOURNAL;
  }

  /** The bytes of a journal. */
  List<ByteRange> journalRanges(int jid) {
    JournalExtents extents = journals.get(jid).extents();
    List<ByteRange> ranges = new ArrayList<>(extents.count());
    for (int i = 0; i < extents.count(); i++) {
      long from = extents.firstBlock(i) << geometry().blockShift();
      ranges.add(new ByteRange(from, from + (extents.blocksOf(i) << geometry().blockShift())));
    }
    return ranges;
  }
}
