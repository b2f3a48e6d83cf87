package glockenspiel.journal.core;

import glockenspiel.ondisk.BlockSet;
import glockenspiel.ondisk.MetaHeader;
import glockenspiel.ondisk.MetaType;
import glockenspiel.ondisk.log.LogFlags;
import glockenspiel.protocol.storage.BlockImage;
import glockenspiel.protocol.storage.LogFlush;
import glockenspiel.protocol.storage.StorageException;
import glockenspiel.protocol.storage.StorageException.Reason;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.List;

/**
 * What a node sends is checked before anything of it is written: a journal that this service wrote
 * must be one that it can replay.
 */
final class FlushCheck {
  private static final int NOT_FOR_NODES = LogFlags.RECOVERY | LogFlags.USERSPACE;

  private FlushCheck() {}

  /**
   * Checks a flush.
   *
   * @throws StorageException BAD_BLOCK_RANGE or INVALID_ARGUMENT
   */
  static void check(VolumeLayout layout, LogFlush flush) {
    BlockSet seen = new BlockSet();
    for (BlockImage image : flush.metadata()) {
      checkImage(layout, image);
      checkOnce(seen, image.block());
      checkMetadata(image);
    }
    for (BlockImage image : flush.journaledData()) {
      checkImage(layout, image);
      checkOnce(seen, image.block());
    }
    for (long block : flush.revokes()) {
      checkBlock(layout, block);
      checkOnce(seen, block);
    }
    checkFlags(flush);
    if (flush.tail() < -1) {
      throw invalid("tail " + flush.tail() + ": expected a position, or -1");
    }
  }

  /**
   * Rule 7: of all flushes only that of a freeze may say that the journal is clean, and only when
   * there is nothing that a replay would have to do.
   */
  private static void checkFlags(LogFlush flush) {
    boolean clean = (flush.flags() & LogFlags.UNMOUNT) != 0;
    boolean freeze = (flush.flags() & LogFlags.FLUSH_FREEZE) != 0;
    if ((flush.flags() & NOT_FOR_NODES) != 0 || (clean && !freeze)) {
      throw invalid(
          "flags 0x"
              + Integer.toHexString(flush.flags())
              + ": RECOVERY and USERSPACE are not for flushes, UNMOUNT for a freeze's only (rule"
              + " 7)");
    }
    boolean empty =
        flush.metadata().isEmpty() && flush.journaledData().isEmpty() && flush.revokes().isEmpty();
    if (clean && (!empty || flush.tail() != -1)) {
      throw invalid("a clean header with something to replay (rule 7)");
    }
  }

  /**
   * Checks the blocks of a write in place.
   *
   * @throws StorageException BAD_BLOCK_RANGE or INVALID_ARGUMENT
   */
  static void check(VolumeLayout layout, List<BlockImage> images) {
    BlockSet seen = new BlockSet();
    for (BlockImage image : images) {
      checkImage(layout, image);
      checkOnce(seen, image.block());
    }
  }

  private static void checkBlock(VolumeLayout layout, long block) {
    if (!layout.isForNodes(block)) {
      int jid = layout.isInVolume(block) ? layout.journalOf(block) : VolumeLayout.NO_JOURNAL;
      throw new StorageException(
          Reason.BAD_BLOCK_RANGE,
          "block 0x"
              + Long.toHexString(block)
              + (jid == VolumeLayout.NO_JOURNAL
                  ? ": expected one behind the superblock and below 0x"
                      + Long.toHexString(layout.blocks())
                  : " belongs to journal " + jid));
    }
  }

  private static void checkImage(VolumeLayout layout, BlockImage image) {
    checkBlock(layout, image.block());
    ByteBuffer content = image.content();
    int size = layout.geometry().blockSize();
    if (content.position() != 0 || content.limit() != size) {
      throw invalid(
          "block 0x"
              + Long.toHexString(image.block())
              + " has bytes "
              + content.position()
              + ".."
              + content.limit()
              + ": expected 0.."
              + size);
    }
    if (content.order() != ByteOrder.BIG_ENDIAN) {
      throw invalid("block 0x" + Long.toHexString(image.block()) + " is little-endian");
    }
  }

  private static void checkOnce(BlockSet seen, long block) {
    if (!seen.add(block)) {
      throw invalid("block 0x" + Long.toHexString(block) + " is there twice");
    }
  }

  /**
   * Replay refuses a metadata copy without the magic number; and what looks like log must not be in
   * the log.
   */
  private static void checkMetadata(BlockImage image) {
    MetaType type = MetaHeader.type(image.content());
    if (type == null
        || type == MetaType.LOG_HEADER
        || type == MetaType.LOG_DESCRIPTOR
        || type == MetaType.LOG_BLOCK) {
      throw invalid(
          "metadata block 0x"
              + Long.toHexString(image.block())
              + " holds "
              + (type == null ? "no GFS2 metadata" : "a " + type.structure()));
    }
  }

  private static StorageException invalid(String message) {
    return new StorageException(Reason.INVALID_ARGUMENT, message);
  }
}
