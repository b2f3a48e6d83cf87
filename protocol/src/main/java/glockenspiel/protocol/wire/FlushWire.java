package glockenspiel.protocol.wire;

import static glockenspiel.protocol.wire.FieldCheck.STORAGE;

import glockenspiel.journal.v1.AppendJournalRequest;
import glockenspiel.journal.v1.LogFlag;
import glockenspiel.protocol.storage.BlockImage;
import glockenspiel.protocol.storage.LogFlush;
import glockenspiel.protocol.storage.StorageException;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** Log flushes, which may be spread over several messages. */
public final class FlushWire {
  /**
   * How many bytes of blocks and revokes go into one message, about; flow control works by whole
   * messages.
   */
  public static final int PART_BYTES = 256 * 1024;

  private static final int REVOKE_BYTES = 8;
  private static final int FLUSH_AND_CALLER_BITS = 0x07FF_FF1F;

  private FlushWire() {}

  /**
   * Writes a flush as the messages that carry it, in order.
   *
   * @param first the stream's volume, jid and epoch stand in it and nothing else, or it is empty:
   *     it begins the first message
   */
  public static List<AppendJournalRequest> requests(
      AppendJournalRequest first, long requestId, LogFlush flush) {
    PartWriter parts = new PartWriter(first, requestId);
    for (BlockImage image : flush.metadata()) {
      parts
          .with(image.content().remaining())
          .addMetadata(BlockWire.run(image.block(), image.content()));
    }
    for (BlockImage image : flush.journaledData()) {
      parts
          .with(image.content().remaining())
          .addJournaledData(BlockWire.run(image.block(), image.content()));
    }
    for (long revoke : flush.revokes()) {
      parts.with(REVOKE_BYTES).addRevokes(revoke);
    }
    AppendJournalRequest.Builder last = parts.part;
    if (flush.tail() >= 0) {
      last.setTail(flush.tail());
    }
    last.setLocalStatfs(StorageWire.statfs(flush.localStatfs())).addAllFlags(flags(flush.flags()));
    parts.requests.add(last.build());
    return parts.requests;
  }

  private static final class PartWriter {
    private final List<AppendJournalRequest> requests = new ArrayList<>(1);
    private final long requestId;
    private AppendJournalRequest.Builder part;
    private int bytes;

    PartWriter(AppendJournalRequest first, long requestId) {
      this.requestId = requestId;
      this.part = first.toBuilder().setRequestId(requestId);
    }

    /** The part that so many more bytes go into. */
    AppendJournalRequest.Builder with(int more) {
      if (bytes > 0 && bytes + more > PART_BYTES) {
        requests.add(part.setContinued(true).build());
        part = AppendJournalRequest.newBuilder().setRequestId(requestId);
        bytes = 0;
      }
      bytes += more;
      return part;
    }
  }

  /** Joins the messages of one stream to flushes. Not safe for use by several threads. */
  public static final class Reader {
    private final int blockSize;
    private final long bytesMax;
    private List<BlockImage> metadata = new ArrayList<>();
    private List<BlockImage> journaledData = new ArrayList<>();
    private List<Long> revokes = new ArrayList<>();
    private boolean begun;
    private long requestId;
    private long bytes;

    /**
     * A reader of a new stream.
     *
     * @param bytesMax how many bytes of blocks and revokes a flush may have
     */
    public Reader(int blockSize, long bytesMax) {
      this.blockSize = blockSize;
      this.bytesMax = bytesMax;
    }

    /**
     * Takes the next message and returns the flush that ends with it, or null when the flush goes
     * on.
     *
     * @throws StorageException INVALID_ARGUMENT or BAD_BLOCK_RANGE; nothing can be read from the
     *     stream any more
     */
    public @Nullable LogFlush read(AppendJournalRequest request) {
      if (begun && request.getRequestId() != requestId) {
        throw STORAGE.bad(
            "request_id",
            Long.toUnsignedString(request.getRequestId())
                + " in the middle of flush "
                + Long.toUnsignedString(requestId));
      }
      begun = request.getContinued();
      requestId = request.getRequestId();
      BlockWire.addImages(request.getMetadataList(), blockSize, "metadata", metadata);
      BlockWire.addImages(
          request.getJournaledDataList(), blockSize, "journaled_data", journaledData);
      revokes.addAll(request.getRevokesList());
      bytes =
          (long) (metadata.size() + journaledData.size()) * blockSize
              + (long) revokes.size() * REVOKE_BYTES;
      if (bytes > bytesMax) {
        throw STORAGE.bad("metadata", "the flush has more than " + bytesMax + " bytes");
      }
      if (request.getContinued()) {
        return null;
      }
      LogFlush flush =
          new LogFlush(
              metadata,
              journaledData,
              revokes,
              request.hasTail() ? STORAGE.count("tail", request.getTail()) : -1,
              StorageWire.statfs(request.getLocalStatfs()),
              flags("flags", request.getFlagsList()));
      metadata = new ArrayList<>();
      journaledData = new ArrayList<>();
      revokes = new ArrayList<>();
      bytes = 0;
      return flush;
    }
  }

  /**
   * Writes the bits of a log header as names: the name's number is the bit's place, counted from 1.
   */
  static List<LogFlag> flags(int flags) {
    if ((flags & ~FLUSH_AND_CALLER_BITS) != 0) {
      throw STORAGE.bad(
          "flags", "0x" + Integer.toHexString(flags) + " has bits that a flush may not");
    }
    List<LogFlag> names = new ArrayList<>(2);
    for (int left = flags; left != 0; left &= left - 1) {
      names.add(LogFlag.forNumber(Integer.numberOfTrailingZeros(left) + 1));
    }
    return names;
  }

  /** Reads the bits of a log header: each at most once. */
  static int flags(String field, List<LogFlag> names) {
    int flags = 0;
    for (LogFlag name : names) {
      if (name == LogFlag.LOG_FLAG_UNSPECIFIED || name == LogFlag.UNRECOGNIZED) {
        throw STORAGE.bad(field, "has an unknown flag");
      }
      int bit = 1 << (name.getNumber() - 1);
      if ((flags & bit) != 0) {
        throw STORAGE.bad(field, "has " + name + " twice");
      }
      flags |= bit;
    }
    return flags;
  }
}
