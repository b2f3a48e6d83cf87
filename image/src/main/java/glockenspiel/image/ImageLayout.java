package glockenspiel.image;

import glockenspiel.ondisk.Geometry;
import glockenspiel.ondisk.inode.Extent;
import glockenspiel.ondisk.inode.StatfsChange;
import glockenspiel.ondisk.resourcegroup.ResourceIndexEntry;
import java.util.ArrayList;
import java.util.List;

/**
 * Divides a new image into resource groups, and gives out their blocks.
 *
 * <pre>
 *   0 | superblock | group of journal 0 | group of journal 1 | ... | group | group | ... | group |
 *     64 KiB        exactly as large as the journal needs            all equally large
 * </pre>
 *
 * <p>As mkfs.gfs2 does it: a journal is one extent in a group of its own. All other system inodes
 * lie in the groups behind them, one after the other.
 */
final class ImageLayout {
  /** Most resource groups; they are all kept in memory. */
  private static final long GROUPS_MAX = 1 << 20;

  private final FormatParameters parameters;
  private final List<PlannedGroup> groups = new ArrayList<>();
  private int current;

  /**
   * @param journalTree the shape of one journal
   * @throws IllegalArgumentException if the journals leave no room for a resource group, or there
   *     would be too many groups
   */
  ImageLayout(FormatParameters parameters, PointerTree journalTree) {
    this.parameters = parameters;
    Geometry geometry = parameters.geometry();
    int journals = parameters.journals();
    this.current = journals;
    long blocks = parameters.imageBytes() >>> geometry.blockShift();
    int journalGroup = PlannedGroup.blocksFor(geometry, journalTree.blocks());
    long address = geometry.superblockBlock() + 1;
    long space = blocks - address - (long) journals * journalGroup;
    if (space < FormatParameters.RESOURCE_GROUP_BLOCKS_MIN) {
      throw tooSmall();
    }
    for (int jid = 0; jid < journals; jid++) {
      groups.add(PlannedGroup.of(geometry, address, journalGroup, false));
      address += journalGroup;
    }
    long sizeMax = parameters.resourceGroupBytes() >>> geometry.blockShift();
    long count = Math.ceilDiv(space, sizeMax);
    if (count > GROUPS_MAX) {
      throw new IllegalArgumentException(
          "resource group size "
              + parameters.resourceGroupBytes()
              + ": expected one that makes at most "
              + GROUPS_MAX
              + " groups");
    }
    int size = (int) (space / count);
    long larger = space % count;
    for (long group = 0; group < count; group++) {
      int here = size + (group < larger ? 1 : 0);
      groups.add(PlannedGroup.of(geometry, address, here, group == count - 1));
      address += here;
    }
  }

  private IllegalArgumentException tooSmall() {
    return new IllegalArgumentException(
        "image size "
            + parameters.imageBytes()
            + ": expected room for "
            + parameters.journals()
            + " journals of "
            + parameters.journalBytes()
            + " bytes and the system inodes");
  }

  /** All groups, in the order of their addresses. */
  List<PlannedGroup> groups() {
    return groups;
  }

  /** Takes the blocks of a journal. */
  Placement placeJournal(int jid, long blocks) {
    long first = groups.get(jid).take(Math.toIntExact(blocks), true);
    return new Placement(List.of(new Extent(0, first, blocks)));
  }

  /**
   * Takes the blocks of another inode.
   *
   * @throws IllegalArgumentException if the groups are full
   */
  Placement place(long blocks) {
    List<Extent> runs = new ArrayList<>();
    long placed = 0;
    while (placed < blocks) {
      if (current == groups.size()) {
        throw tooSmall();
      }
      PlannedGroup group = groups.get(current);
      int length = (int) Math.min(blocks - placed, group.free());
      if (length == 0) {
        current++;
        continue;
      }
      runs.add(new Extent(placed, group.take(length, placed == 0), length));
      placed += length;
    }
    return new Placement(runs);
  }

  /** The rindex entries of all groups. */
  List<ResourceIndexEntry> index() {
    return groups.stream().map(PlannedGroup::entry).toList();
  }

  /** What the master statfs file must say once everything is placed. */
  StatfsChange statfs() {
    long total = 0;
    long free = 0;
    long dinodes = 0;
    for (PlannedGroup group : groups) {
      total += group.entry().data();
      free += group.free();
      dinodes += group.dinodes();
    }
    return new StatfsChange(total, free, dinodes);
  }
}
