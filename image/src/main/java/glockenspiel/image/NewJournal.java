package glockenspiel.image;

import glockenspiel.ondisk.inode.StatfsChange;
import glockenspiel.ondisk.log.LogFlags;
import glockenspiel.ondisk.log.LogHeader;
import java.nio.ByteBuffer;
import java.util.UUID;

/**
 * The content of a new journal, as mkfs.gfs2 makes it: every block is a valid clean header, with
 * sequence numbers that start anywhere below the number of blocks and wrap to 0 there. The head is
 * the last block before the wrap.
 */
final class NewJournal implements DataFiller {
  private static final long MIX_MULTIPLIER = 0xBF58476D1CE4E5B9L;

  private final long inode;
  private final long blocks;
  private final long firstSequence;

  /**
   * @param inode dinode of the journal
   * @param blocks of the journal
   * @param uuid of the volume; gives the first sequence number together with jid
   */
  NewJournal(long inode, long blocks, UUID uuid, int jid) {
    this.inode = inode;
    this.blocks = blocks;
    this.firstSequence = Math.floorMod(mix(uuid, jid), blocks);
  }

  private static long mix(UUID uuid, int jid) {
    long bits = uuid.getMostSignificantBits() * 31 + uuid.getLeastSignificantBits() + jid + 1;
    bits = (bits ^ (bits >>> 30)) * MIX_MULTIPLIER;
    return bits ^ (bits >>> 27);
  }

  @Override
  public void fill(long logical, long address, ByteBuffer block) {
    LogHeader.of(
            (firstSequence + logical) % blocks,
            LogFlags.UNMOUNT | LogFlags.USERSPACE,
            0,
            logical,
            0,
            0,
            address,
            inode,
            0,
            0,
            StatfsChange.NONE)
        .write(block);
  }
}
