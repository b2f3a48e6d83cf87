package glockenspiel.journal.core;

import glockenspiel.ondisk.CorruptBlockException;
import glockenspiel.ondisk.log.DescriptorType;
import glockenspiel.ondisk.log.LogDescriptor;
import glockenspiel.ondisk.log.LogHeader;
import java.util.Arrays;
import java.util.BitSet;
import java.util.function.LongPredicate;

/**
 * What a replay will do, decided before it writes anything: which copy of which block wins. A copy
 * is put back unless a revoke of its block comes later in the log; of several the last wins. Holds
 * positions, not contents: 8 bytes per winning copy, and while it is made 12 per copy in the log.
 */
final class ReplayPlan {
  /** A volume has fewer than two to the power of this many blocks. */
  static final int BLOCK_BITS = 41;

  /** A journal has no more than two to the power of this many blocks, and so many copies. */
  static final int POSITION_BITS = 21;

  private static final long BLOCK_MASK = (1L << BLOCK_BITS) - 1;
  private static final int POSITION_MASK = (1 << POSITION_BITS) - 1;

  private final int revokesFound;
  private final int metadataFound;
  private final int metadataReplayed;
  private final int dataFound;
  private final int dataReplayed;

  /** Of each winning copy its position, its block, and in the lowest bit whether it is escaped. */
  private final long[] winners;

  private final boolean freeBehindHead;

  private ReplayPlan(Builder builder, int metadataReplayed, int dataReplayed, long[] winners) {
    this.freeBehindHead = builder.freeBehindHead;
    this.revokesFound = builder.revokes.size();
    this.metadataFound = builder.count - builder.data.cardinality();
    this.dataFound = builder.data.cardinality();
    this.metadataReplayed = metadataReplayed;
    this.dataReplayed = dataReplayed;
    this.winners = winners;
  }

  /**
   * Walks the active region of a scanned journal and plans its replay. Only inside a task.
   *
   * @param mayReplay whether a block may be written in place
   * @throws CorruptBlockException if anything in the region does not fit; nothing was written
   */
  static ReplayPlan make(
      JournalReader reader,
      VolumeLayout layout,
      JournalScan scan,
      LogHeader head,
      LongPredicate mayReplay) {
    Builder builder = new Builder(layout, reader.extents(), head);
    LogWalk walk = new LogWalk(reader, layout.geometry(), head, scan.foundAt(), builder);
    if (head.tail() > head.position()) {
      scan.lookFrom(head.tail());
    }
    walk.run();
    builder.freeBehindHead &= !walk.ledOverHead();
    return builder.finish(scan, mayReplay);
  }

  /** Revoked blocks, each once. */
  int revokesFound() {
    return revokesFound;
  }

  /** Metadata copies in the log. */
  int metadataFound() {
    return metadataFound;
  }

  /** Metadata copies that no revoke covers. */
  int metadataReplayed() {
    return metadataReplayed;
  }

  /** Journaled data copies in the log. */
  int dataFound() {
    return dataFound;
  }

  /** Journaled data copies that no revoke covers. */
  int dataReplayed() {
    return dataReplayed;
  }

  /** Whether the block behind the head has no part in the log: in all that writers make. */
  boolean isFreeBehindHead() {
    return freeBehindHead;
  }

  /** How many blocks are written in place. */
  int size() {
    return winners.length;
  }

  /** The position of a winning copy in the journal; they are in the order of positions. */
  long position(int index) {
    return winners[index] >>> (BLOCK_BITS + 1);
  }

  /** The block that the winning copy of this index belongs to. */
  long block(int index) {
    return (winners[index] >>> 1) & BLOCK_MASK;
  }

  /** Whether the winning copy of this index had its magic number zeroed. */
  boolean isEscaped(int index) {
    return (winners[index] & 1) != 0;
  }

  /** Some winning copies in the order of their blocks. */
  int[] inOrderOfBlocks(BitSet some) {
    long[] keys = new long[some.cardinality()];
    int count = 0;
    for (int i = some.nextSetBit(0); i >= 0; i = some.nextSetBit(i + 1)) {
      keys[count++] = block(i) << POSITION_BITS | i;
    }
    Arrays.sort(keys);
    int[] order = new int[count];
    for (int i = 0; i < count; i++) {
      order[i] = (int) keys[i] & POSITION_MASK;
    }
    return order;
  }

  /** Whether the replay writes this block. */
  boolean writes(long block) {
    for (int i = 0; i < size(); i++) {
      if (block(i) == block) {
        return true;
      }
    }
    return false;
  }

  /** Collects copies and revokes in the order of the log. */
  private static final class Builder implements LogWalk.Visitor {
    private static final int CAPACITY_MIN = 256;
    private static final long REVOKES_MIN = 4096;

    private final VolumeLayout layout;
    private final JournalExtents extents;
    private final LogHeader head;
    private final BlockTable revokes = new BlockTable();
    private final BitSet data = new BitSet();
    private final BitSet escapes = new BitSet();
    private long[] copies = new long[CAPACITY_MIN];
    private int[] offsets = new int[CAPACITY_MIN];
    private int count;
    private final long headOffset;
    private boolean freeBehindHead;

    Builder(VolumeLayout layout, JournalExtents extents, LogHeader head) {
      this.layout = layout;
      this.extents = extents;
      this.head = head;
      this.headOffset = extents.distance(head.tail(), head.position());
      this.freeBehindHead = headOffset + 1 < extents.length();
    }

    @Override
    public void header(int offset) {}

    @Override
    public void images(int offset, LogDescriptor descriptor) {
      freeBehindHead &= offset + 1L + descriptor.tags() <= headOffset;
      if (count + descriptor.tags() > extents.length()) {
        // Only records that overlap can have so many; this bounds the memory.
        throw new CorruptBlockException(
            blockAt(offset),
            "log descriptor",
            "ld_data1",
            descriptor.count(),
            "no more copies than the " + extents.length() + " blocks of the journal");
      }
      for (int i = 0; i < descriptor.tags(); i++) {
        if (count == copies.length) {
          int more = Math.min(count * 2, extents.length());
          copies = Arrays.copyOf(copies, more);
          offsets = Arrays.copyOf(offsets, more);
        }
        copies[count] = descriptor.tag(i);
        offsets[count] = (int) extents.plus(offset, i + 1L);
        data.set(count, descriptor.type() == DescriptorType.JDATA);
        escapes.set(count, descriptor.isEscaped(i));
        count++;
      }
    }

    @Override
    public void revoke(int offset, long block) {
      var _ = revokes.put(block, offset);
      long most = revokesMax();
      if (revokes.size() > most) {
        throw new CorruptBlockException(
            blockAt(offset),
            "log descriptor",
            "revoked blocks up to here",
            revokes.size(),
            "no more than " + most + " in a journal of " + extents.length() + " blocks");
      }
    }

    /**
     * A revoke is of a block that had a copy in the log: one that still is there, or was when what
     * the log holds was begun. So there are at most two for each block of the journal; a few more
     * may come from writers that revoke what needs none. This bounds the memory.
     */
    private long revokesMax() {
      long kibibytes = (long) extents.length() << layout.geometry().blockShift() >>> 10;
      return REVOKES_MIN + 2L * extents.length() + kibibytes;
    }

    private long blockAt(int offset) {
      return extents.blockAt(extents.plus(head.tail(), offset));
    }

    ReplayPlan finish(JournalScan scan, LongPredicate mayReplay) {
      int dataReplayed = 0;
      int metadataReplayed = 0;
      int replayed = 0;
      for (int i = 0; i < count; i++) {
        // Strictly later: a revoke never covers a copy behind it (rule 4 needs the others). A copy
        // at the tail can only come from records that overlap; gfs2_revoke_check never revokes it.
        if (offsets[i] > 0 && revokes.get(copies[i]) > offsets[i]) {
          continue;
        }
        long position = extents.plus(head.tail(), offsets[i]);
        requireTarget(copies[i], position, mayReplay);
        if (data.get(i)) {
          dataReplayed++;
        } else {
          metadataReplayed++;
          requireMagic(scan, i, position);
        }
        copies[replayed++] = copies[i] << POSITION_BITS | i;
      }
      return new ReplayPlan(this, metadataReplayed, dataReplayed, winners(replayed));
    }

    /** Of the first copies, which are block and index now, the last of each block. */
    private long[] winners(int replayed) {
      Arrays.sort(copies, 0, replayed);
      int found = 0;
      for (int i = 0; i < replayed; i++) {
        long block = copies[i] >>> POSITION_BITS;
        if (i + 1 == replayed || copies[i + 1] >>> POSITION_BITS != block) {
          int index = (int) copies[i] & POSITION_MASK;
          long position = extents.plus(head.tail(), offsets[index]);
          long escaped = escapes.get(index) ? 1 : 0;
          copies[found++] = (position << BLOCK_BITS | block) << 1 | escaped;
        }
      }
      long[] winners = Arrays.copyOf(copies, found);
      Arrays.sort(winners);
      return winners;
    }

    private void requireTarget(long block, long position, LongPredicate mayReplay) {
      if (!layout.isInVolume(block)) {
        throw CorruptBlockException.hex(
            extents.blockAt(position),
            "log copy",
            "of block",
            block,
            "a block behind the superblock and below 0x" + Long.toHexString(layout.blocks()));
      }
      if (!mayReplay.test(block)) {
        throw CorruptBlockException.hex(
            extents.blockAt(position),
            "log copy",
            "of block",
            block,
            "no block of a journal in use");
      }
    }

    private void requireMagic(JournalScan scan, int copy, long position) {
      if (!scan.hasMagic(position)) {
        throw CorruptBlockException.hex(
            extents.blockAt(position),
            "log copy",
            "of metadata block",
            copies[copy],
            "the GFS2 magic number at its start");
      }
    }
  }
}
