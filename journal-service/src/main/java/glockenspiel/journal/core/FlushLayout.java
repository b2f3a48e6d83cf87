package glockenspiel.journal.core;

import glockenspiel.ondisk.Geometry;
import glockenspiel.ondisk.log.DescriptorType;
import glockenspiel.ondisk.log.JdataEscape;
import glockenspiel.ondisk.log.LogDescriptor;
import glockenspiel.ondisk.log.LogHeader;
import glockenspiel.ondisk.log.RevokeWriter;
import glockenspiel.ondisk.log.SealedHeader;
import glockenspiel.protocol.storage.BlockImage;
import glockenspiel.protocol.storage.LogFlush;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;

/**
 * The log blocks of one flush, without its header, in their order on the device.
 *
 * <pre>
 *   METADATA  image image ...   JDATA  image image ...   REVOKE  LB LB ...   | header
 *   ^ first block                                                            ^ written later
 * </pre>
 *
 * <p>Images are the node's own buffers, not copies; only journaled data that must be escaped is
 * copied.
 */
final class FlushLayout {
  private final Geometry geometry;
  private final LogFlush flush;
  private final List<ByteBuffer> blocks = new ArrayList<>();
  private final int checksum;

  private FlushLayout(Geometry geometry, LogFlush flush) {
    this.geometry = geometry;
    this.flush = flush;
    metadata(flush.metadata());
    journaledData(flush.journaledData());
    revokes(flush.revokes());
    this.checksum = SealedHeader.checksum(blocks);
  }

  /**
   * Lays out a flush that {@link FlushCheck} has passed. Best while the flush before is on its way
   * to the device: of a large one it takes half as long as its write.
   */
  static FlushLayout of(Geometry geometry, LogFlush flush) {
    return new FlushLayout(geometry, flush);
  }

  LogFlush flush() {
    return flush;
  }

  List<ByteBuffer> blocks() {
    return blocks;
  }

  /** Log blocks that the flush takes, its header included. */
  long length() {
    return blocks.size() + 1L;
  }

  /** The flush's header, with what tells whether all of the flush is there. */
  SealedHeader seal(LogHeader header) {
    return new SealedHeader(header, blocks.size(), checksum);
  }

  private void metadata(List<BlockImage> images) {
    int most = geometry.metadataTags();
    for (int from = 0; from < images.size(); from += most) {
      List<BlockImage> part = images.subList(from, Math.min(images.size(), from + most));
      ByteBuffer buffer = block();
      LogDescriptor descriptor =
          LogDescriptor.format(buffer, geometry, DescriptorType.METADATA, part.size());
      blocks.add(buffer);
      for (int i = 0; i < part.size(); i++) {
        descriptor.setTag(i, part.get(i).block());
        blocks.add(part.get(i).content());
      }
    }
  }

  private void journaledData(List<BlockImage> images) {
    int most = geometry.jdataTags();
    for (int from = 0; from < images.size(); from += most) {
      List<BlockImage> part = images.subList(from, Math.min(images.size(), from + most));
      ByteBuffer buffer = block();
      LogDescriptor descriptor =
          LogDescriptor.format(buffer, geometry, DescriptorType.JDATA, part.size());
      blocks.add(buffer);
      for (int i = 0; i < part.size(); i++) {
        ByteBuffer content = part.get(i).content();
        boolean escaped = JdataEscape.isNeeded(content);
        descriptor.setJdataTag(i, part.get(i).block(), escaped);
        blocks.add(escaped ? escapedCopy(content) : content);
      }
    }
  }

  private void revokes(List<Long> revokes) {
    int count = revokes.size();
    if (count == 0) {
      return;
    }
    long[] numbers = revokes.stream().mapToLong(Long::longValue).toArray();
    for (int i = 0; i < geometry.revokeBlocks(count); i++) {
      ByteBuffer buffer = block();
      RevokeWriter.write(buffer, geometry, i, numbers, count);
      blocks.add(buffer);
    }
  }

  private ByteBuffer escapedCopy(ByteBuffer content) {
    ByteBuffer copy = block();
    copy.put(0, content, 0, geometry.blockSize());
    JdataEscape.escape(copy);
    return copy;
  }

  private ByteBuffer block() {
    return ByteBuffer.allocate(geometry.blockSize());
  }
}
