package glockenspiel.journal.core;

import glockenspiel.ondisk.CorruptBlockException;
import glockenspiel.ondisk.MetaHeader;
import glockenspiel.ondisk.MetaType;
import glockenspiel.ondisk.log.LogDescriptor;
import glockenspiel.ondisk.log.LogHeader;
import glockenspiel.ondisk.log.SealedHeader;
import java.nio.ByteBuffer;
import java.util.zip.CRC32C;
import org.jspecify.annotations.Nullable;

/**
 * Finds the flush behind the newest log header that was durable, and acknowledged, before its own
 * header was. There is one at most: the header of the flush before is durable before the next is
 * acknowledged. Kernels leave none.
 */
final class SealedFlush {
  private final JournalReader reader;
  private final JournalExtents extents;
  private final LogHeader head;
  private final long first;

  private SealedFlush(JournalReader reader, LogHeader head, long foundAt) {
    this.reader = reader;
    this.extents = reader.extents();
    this.head = head;
    this.first = extents.plus(foundAt, 1);
  }

  /**
   * Looks for it. Only inside a task.
   *
   * @param head the newest valid header
   * @param foundAt where it lies
   * @return null when there is none that is whole
   */
  static @Nullable SealedHeader behind(JournalReader reader, LogHeader head, long foundAt) {
    SealedFlush flush = new SealedFlush(reader, head, foundAt);
    SealedHeader found = flush.find();
    return found != null && flush.isWhole(found) ? found : null;
  }

  /** Goes from descriptor to descriptor; what is no flush of ours ends the way. */
  private @Nullable SealedHeader find() {
    long blocks = 0;
    while (blocks < extents.length() - 1) {
      long position = extents.plus(first, blocks);
      ByteBuffer content = reader.read(position);
      MetaType type = MetaHeader.type(content);
      if (type == MetaType.LOG_HEADER) {
        SealedHeader found = SealedHeader.readIfSealed(content, position);
        return found != null && follows(found, blocks) ? found : null;
      }
      if (type != MetaType.LOG_DESCRIPTOR) {
        return null;
      }
      try {
        blocks += LogDescriptor.of(content, extents.blockAt(position), reader.geometry()).length();
      } catch (CorruptBlockException torn) {
        return null;
      }
    }
    return null;
  }

  private boolean follows(SealedHeader found, long blocks) {
    return found.header().sequence() == head.sequence() + 1
        && found.contentBlocks() == blocks
        && blocks > 0
        && !found.header().isClean();
  }

  private boolean isWhole(SealedHeader found) {
    CRC32C crc = new CRC32C();
    JournalReader.Visitor add =
        (position, content) -> {
          crc.update(content);
          return true;
        };
    long end = first + found.contentBlocks();
    reader.forEach(first, Math.min(end, extents.length()), add);
    if (end > extents.length()) {
      reader.forEach(0, end - extents.length(), add);
    }
    return (int) crc.getValue() == found.contentCrc();
  }
}
