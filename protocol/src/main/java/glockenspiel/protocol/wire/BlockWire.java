package glockenspiel.protocol.wire;

import static glockenspiel.protocol.wire.FieldCheck.STORAGE;

import com.google.protobuf.ByteOutput;
import com.google.protobuf.ByteString;
import com.google.protobuf.UnsafeByteOperations;
import glockenspiel.journal.v1.BlockRange;
import glockenspiel.journal.v1.BlockRun;
import glockenspiel.protocol.storage.BlockImage;
import glockenspiel.protocol.storage.StorageException;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Blocks and their content. Content is wrapped on the way out and viewed on the way in, not copied:
 * a buffer that was handed over must not change until the message is written. What is read throws
 * {@link StorageException} that names the bad field.
 */
public final class BlockWire {
  /** How many blocks one read may ask for. */
  public static final int READ_BLOCKS_MAX = 65_536;

  private BlockWire() {}

  /**
   * Writes one block as a run of its own, so that the reader can take its bytes without copying
   * them.
   */
  public static BlockRun run(long block, ByteBuffer content) {
    return BlockRun.newBuilder().setFirstBlock(block).setContent(bytes(content)).build();
  }

  /** Wraps what stands between the buffer's position and limit. */
  public static ByteString bytes(ByteBuffer content) {
    // An array is written straight into the transport's buffers; any other buffer in small pieces.
    return content.hasArray()
        ? UnsafeByteOperations.unsafeWrap(
            content.array(), content.arrayOffset() + content.position(), content.remaining())
        : UnsafeByteOperations.unsafeWrap(content);
  }

  /**
   * Adds the blocks of runs to a list, as views of the message's bytes, which nobody may change.
   */
  static void addImages(List<BlockRun> runs, int blockSize, String field, List<BlockImage> images) {
    for (int i = 0; i < runs.size(); i++) {
      BlockRun run = runs.get(i);
      int blocks = check(run, blockSize, field);
      ByteBuffer content = run.getContent().asReadOnlyByteBuffer();
      for (int j = 0; j < blocks; j++) {
        images.add(
            new BlockImage(
                run.getFirstBlock() + j,
                blocks == 1 ? content : content.slice(j * blockSize, blockSize)));
      }
    }
  }

  /** Reads the blocks of runs, as read-only views of the message's bytes. */
  public static List<BlockImage> images(List<BlockRun> runs, int blockSize, String field) {
    List<BlockImage> images = new ArrayList<>(runs.size());
    addImages(runs, blockSize, field, images);
    return images;
  }

  /**
   * Reads the blocks of runs into buffers that belong to the caller, each one block from 0 to its
   * limit, big-endian. The bytes of a run of one block are taken over instead of copied: nobody
   * else may keep the message.
   */
  public static void addOwned(
      List<BlockRun> runs, int blockSize, String field, List<ByteBuffer> owned) {
    for (int i = 0; i < runs.size(); i++) {
      BlockRun run = runs.get(i);
      int blocks = check(run, blockSize, field);
      byte[] array = blocks == 1 ? wholeArray(run.getContent()) : null;
      if (array != null) {
        owned.add(ByteBuffer.wrap(array));
        continue;
      }
      ByteBuffer content = run.getContent().asReadOnlyByteBuffer();
      for (int j = 0; j < blocks; j++) {
        byte[] copy = new byte[blockSize];
        content.get(copy);
        owned.add(ByteBuffer.wrap(copy));
      }
    }
  }

  private static int check(BlockRun run, int blockSize, String field) {
    int size = run.getContent().size();
    if (size == 0 || size % blockSize != 0) {
      throw STORAGE.bad(
          field + ".content", size + " bytes are not one or more blocks of " + blockSize);
    }
    int blocks = size / blockSize;
    checkRange(run.getFirstBlock(), blocks, field + ".first_block");
    return blocks;
  }

  private static void checkRange(long firstBlock, int count, String field) {
    if (firstBlock < 0 || firstBlock + count < 0) {
      throw new StorageException(
          StorageException.Reason.BAD_BLOCK_RANGE,
          field + ": block " + Long.toUnsignedString(firstBlock) + " is outside of every volume");
    }
  }

  /** The array of a byte string that fills it wholly; null when it does not. */
  private static byte @Nullable [] wholeArray(ByteString bytes) {
    ArrayTaker taker = new ArrayTaker(bytes.size());
    try {
      UnsafeByteOperations.unsafeWriteTo(bytes, taker);
    } catch (IOException impossible) {
      throw new UncheckedIOException(impossible);
    }
    return taker.array;
  }

  private static final class ArrayTaker extends ByteOutput {
    private final int size;
    private byte @Nullable [] array;

    ArrayTaker(int size) {
      this.size = size;
    }

    @Override
    public void write(byte value) {}

    @Override
    public void write(byte[] value, int offset, int length) {}

    @Override
    public void writeLazy(byte[] value, int offset, int length) {
      if (offset == 0 && length == size && value.length == size) {
        array = value;
      }
    }

    @Override
    public void write(ByteBuffer value) {}

    @Override
    public void writeLazy(ByteBuffer value) {}
  }

  /** Writes a list of blocks as ranges, in their order. */
  public static List<BlockRange> ranges(List<Long> blocks) {
    List<BlockRange> ranges = new ArrayList<>();
    int i = 0;
    while (i < blocks.size()) {
      long first = blocks.get(i);
      int count = 1;
      while (i + count < blocks.size() && blocks.get(i + count) == first + count) {
        count++;
      }
      ranges.add(BlockRange.newBuilder().setFirstBlock(first).setCount(count).build());
      i += count;
    }
    return ranges;
  }

  /** Reads ranges as a list of blocks, in their order. */
  public static List<Long> blocks(List<BlockRange> ranges, String field) {
    if (ranges.isEmpty()) {
      throw STORAGE.bad(field, "is missing");
    }
    List<Long> blocks = new ArrayList<>();
    for (BlockRange range : ranges) {
      STORAGE.range(field + ".count", range.getCount(), 1, READ_BLOCKS_MAX);
      checkRange(range.getFirstBlock(), range.getCount(), field + ".first_block");
      if (blocks.size() + range.getCount() > READ_BLOCKS_MAX) {
        throw STORAGE.bad(field, "more than " + READ_BLOCKS_MAX + " blocks in all");
      }
      for (int i = 0; i < range.getCount(); i++) {
        blocks.add(range.getFirstBlock() + i);
      }
    }
    return blocks;
  }
}
