package glockenspiel.image;

import static glockenspiel.image.ProblemLog.hex;

import glockenspiel.ondisk.CorruptBlockException;
import glockenspiel.ondisk.inode.Dinode;
import glockenspiel.ondisk.resourcegroup.BlockState;
import glockenspiel.ondisk.resourcegroup.ResourceIndexEntry;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * Which blocks the walk has found, and as what. Every block can be claimed once, so no walk goes
 * twice the same way. Memory: as much as the bitmaps of the groups in which something was found,
 * that is a 16,384th of the volume at 4096-byte blocks, a 2,048th at 512.
 */
final class ClaimedBlocks {
  /** What came of a claim. */
  enum Outcome {
    /** The block is the claimer's. */
    CLAIMED,
    /** It was claimed before. */
    TAKEN,
    /** It is no block that anybody may have; the problem is noted. */
    REFUSED
  }

  /** Groups with more bytes of blocks than twice the most that gfs2-utils make are refused. */
  private static final long GROUP_BYTES_MAX = 2 * FormatParameters.RESOURCE_GROUP_BYTES_MAX;

  private static final int BAD_ENTRIES_MAX = 100;
  private static final String RINDEX = "rindex";

  private final VolumeReader volume;
  private final ProblemLog log;
  private final List<FoundGroup> groups = new ArrayList<>();
  private int last;

  ClaimedBlocks(VolumeReader volume, ProblemLog log) {
    this.volume = volume;
    this.log = log;
  }

  /**
   * Reads the rindex. Bad entries are problems, and left out; after very many the rest is.
   *
   * @throws CorruptBlockException if there is nothing to read
   */
  void load(Dinode rindex) {
    int count = volume.resourceGroups(rindex);
    long end = volume.geometry().superblockBlock() + 1;
    int bad = 0;
    for (int number = 0; number < count && bad < BAD_ENTRIES_MAX; number++) {
      try {
        ResourceIndexEntry entry = volume.resourceGroup(rindex, number);
        check(rindex, entry, number, end);
        groups.add(new FoundGroup(entry, volume.geometry()));
        end = entry.dataEnd();
      } catch (CorruptBlockException damage) {
        log.add(damage);
        bad++;
      }
    }
  }

  private void check(Dinode rindex, ResourceIndexEntry entry, int number, long end) {
    String field = "ri_addr of entry " + number;
    if (entry.address() < end) {
      throw CorruptBlockException.hex(
          rindex.block(), RINDEX, field, entry.address(), "at least " + hex(end));
    }
    long dataMax = GROUP_BYTES_MAX >>> volume.geometry().blockShift();
    if (entry.data() > dataMax) {
      throw new CorruptBlockException(
          rindex.block(), RINDEX, "ri_data of entry " + number, entry.data(), "at most " + dataMax);
    }
  }

  /** All groups with a sound rindex entry, in the order of their addresses. */
  List<FoundGroup> groups() {
    return groups;
  }

  /** The state found for a block; FREE if nothing was found, or no group has it. */
  BlockState state(long block) {
    FoundGroup group = groupOf(block);
    return group == null ? BlockState.FREE : group.state(block);
  }

  /**
   * Claims a block.
   *
   * @param holder the block that holds the pointer
   * @param structure what the holder is
   * @param field where the pointer stands; asked for if there is a problem
   * @param pointer the block
   * @param state what the bitmap should say of it; not FREE
   */
  Outcome claim(
      long holder, String structure, Supplier<String> field, long pointer, BlockState state) {
    FoundGroup group = groupOf(pointer);
    if (group == null) {
      log.add(holder, structure, field.get(), hex(pointer), "a block of a resource group");
      return Outcome.REFUSED;
    }
    if (group.state(pointer) != BlockState.FREE) {
      return Outcome.TAKEN;
    }
    group.set(pointer, state);
    return Outcome.CLAIMED;
  }

  /** The same; a block that was claimed before is a problem too. */
  Outcome claimOnly(
      long holder, String structure, Supplier<String> field, long pointer, BlockState state) {
    Outcome outcome = claim(holder, structure, field, pointer, state);
    if (outcome == Outcome.TAKEN) {
      log.add(holder, structure, field.get(), hex(pointer), "a block that nothing else points at");
    }
    return outcome;
  }

  private @Nullable FoundGroup groupOf(long block) {
    if (last < groups.size() && groups.get(last).entry().maps(block)) {
      return groups.get(last);
    }
    int low = 0;
    int high = groups.size() - 1;
    while (low < high) {
      int middle = (low + high + 1) >>> 1;
      if (groups.get(middle).entry().data0() <= block) {
        low = middle;
      } else {
        high = middle - 1;
      }
    }
    if (low < groups.size() && groups.get(low).entry().maps(block)) {
      last = low;
      return groups.get(low);
    }
    return null;
  }
}
