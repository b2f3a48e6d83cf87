package glockenspiel.protocol.wire;

import static glockenspiel.protocol.wire.StorageWireTest.assertRefused;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertSame;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.google.protobuf.ByteString;
import com.google.protobuf.UnsafeByteOperations;
import glockenspiel.journal.v1.BlockRange;
import glockenspiel.journal.v1.BlockRun;
import glockenspiel.protocol.storage.BlockImage;
import glockenspiel.protocol.storage.StorageException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

class BlockWireTest {
  private static final int BLOCK_SIZE = 512;

  private static byte[] bytes(int length, int seed) {
    byte[] bytes = new byte[length];
    for (int i = 0; i < length; i++) {
      bytes[i] = (byte) (seed + i);
    }
    return bytes;
  }

  @Test
  void contentIsWrappedNotCopied() {
    byte[] array = bytes(3 * BLOCK_SIZE, 0);
    BlockRun run = BlockWire.run(7, ByteBuffer.wrap(array, BLOCK_SIZE, BLOCK_SIZE));
    array[BLOCK_SIZE] = 99;
    assertEquals(99, run.getContent().byteAt(0));
    assertEquals(BLOCK_SIZE, run.getContent().size());
  }

  @Test
  void imagesAreViewsOfTheMessage() {
    byte[] array = bytes(2 * BLOCK_SIZE, 0);
    BlockRun run =
        BlockRun.newBuilder()
            .setFirstBlock(7)
            .setContent(UnsafeByteOperations.unsafeWrap(array))
            .build();

    List<BlockImage> images = BlockWire.images(List.of(run), BLOCK_SIZE, "runs");

    array[BLOCK_SIZE] = 99;
    assertEquals(2, images.size());
    assertEquals(7, images.get(0).block());
    assertEquals(8, images.get(1).block());
    for (BlockImage image : images) {
      assertTrue(image.content().isReadOnly(), "nobody may change a message");
      assertEquals(0, image.content().position());
      assertEquals(BLOCK_SIZE, image.content().limit());
      assertEquals(ByteOrder.BIG_ENDIAN, image.content().order());
    }
    assertEquals(99, images.get(1).content().get(0));
  }

  @Test
  void theBytesOfARunOfOneBlockAreTakenOver() throws Exception {
    byte[] content = bytes(BLOCK_SIZE, 3);
    BlockRun sent = BlockWire.run(7, ByteBuffer.wrap(content));
    BlockRun received = BlockRun.parseFrom(sent.toByteArray());
    List<ByteBuffer> owned = new ArrayList<>();

    BlockWire.addOwned(List.of(received), BLOCK_SIZE, "runs", owned);

    ByteBuffer block = owned.getFirst();
    assertEquals(ByteBuffer.wrap(content), block);
    block.put(0, (byte) 99);
    assertEquals(99, received.getContent().byteAt(0), "the very bytes of the message");
    assertSame(ByteOrder.BIG_ENDIAN, block.order());
  }

  @Test
  void whatIsNotAloneInItsArrayIsCopied() {
    byte[] array = bytes(3 * BLOCK_SIZE, 0);
    ByteString part = UnsafeByteOperations.unsafeWrap(array, BLOCK_SIZE, BLOCK_SIZE);
    ByteString two = UnsafeByteOperations.unsafeWrap(array, 0, 2 * BLOCK_SIZE);
    List<ByteBuffer> owned = new ArrayList<>();

    BlockWire.addOwned(
        List.of(
            BlockRun.newBuilder().setContent(part).build(),
            BlockRun.newBuilder().setContent(two).build()),
        BLOCK_SIZE,
        "runs",
        owned);

    assertEquals(3, owned.size());
    assertEquals(part.asReadOnlyByteBuffer(), owned.get(0));
    assertEquals(two.substring(BLOCK_SIZE).asReadOnlyByteBuffer(), owned.get(2));
    assertFalse(owned.get(0).isReadOnly());
  }

  @Test
  void rangesKeepTheOrder() {
    List<Long> blocks = List.of(5L, 6L, 7L, 7L, 3L, 9L, 8L);
    List<BlockRange> ranges = BlockWire.ranges(blocks);
    assertEquals(5, ranges.size());
    assertEquals(blocks, BlockWire.blocks(ranges, "ranges"));
    assertEquals(List.of(), BlockWire.ranges(List.of()));
  }

  @Test
  void badRunsAndRangesAreRefused() {
    assertRefused(
        "runs.content: 513 bytes are not one or more blocks of 512",
        () ->
            BlockWire.images(
                List.of(
                    BlockRun.newBuilder().setContent(ByteString.copyFrom(new byte[513])).build()),
                BLOCK_SIZE,
                "runs"));
    assertRefused(
        "runs.content: 0 bytes are not one or more blocks of 512",
        () -> BlockWire.images(List.of(BlockRun.getDefaultInstance()), BLOCK_SIZE, "runs"));
    assertRefused("ranges: is missing", () -> BlockWire.blocks(List.of(), "ranges"));
    BlockRange range = BlockRange.newBuilder().setCount(BlockWire.READ_BLOCKS_MAX).build();
    assertRefused(
        "ranges.count: 0 is not in 1..65536",
        () -> BlockWire.blocks(List.of(range.toBuilder().setCount(0).build()), "ranges"));
    assertRefused(
        "ranges.count: 4294967295 is not in 1..65536",
        () -> BlockWire.blocks(List.of(range.toBuilder().setCount(-1).build()), "ranges"));
    assertRefused(
        "ranges: more than 65536 blocks in all",
        () -> BlockWire.blocks(List.of(range, range.toBuilder().setCount(1).build()), "ranges"));
    for (long first : new long[] {-1, Long.MAX_VALUE}) {
      StorageException refused =
          assertThrows(
              StorageException.class,
              () -> BlockWire.blocks(List.of(range.toBuilder().setFirstBlock(first).build()), "r"));
      assertEquals(StorageException.Reason.BAD_BLOCK_RANGE, refused.reason());
    }
  }
}
