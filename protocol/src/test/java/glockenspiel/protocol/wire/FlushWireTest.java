package glockenspiel.protocol.wire;

import static glockenspiel.protocol.wire.StorageWireTest.assertRefused;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotNull;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

import glockenspiel.journal.v1.AppendJournalRequest;
import glockenspiel.journal.v1.LogFlag;
import glockenspiel.protocol.storage.BlockImage;
import glockenspiel.protocol.storage.LogFlush;
import glockenspiel.protocol.storage.StatfsCounts;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.LongStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

class FlushWireTest {
  private static final int BLOCK_SIZE = 4096;
  private static final AppendJournalRequest FIRST =
      AppendJournalRequest.newBuilder().setVolume("c:fs").setJid(2).setEpoch(9).build();
  private static final LogFlush EMPTY =
      new LogFlush(List.of(), List.of(), List.of(), -1, StatfsCounts.ZERO, 0);

  private static List<BlockImage> images(int count, long firstBlock) {
    List<BlockImage> images = new ArrayList<>();
    for (int i = 0; i < count; i++) {
      ByteBuffer content = ByteBuffer.allocate(BLOCK_SIZE).putLong(0, firstBlock + i);
      images.add(new BlockImage(firstBlock + i, content));
    }
    return images;
  }

  @Test
  void aSmallFlushIsOneMessage() throws Exception {
    LogFlush flush =
        new LogFlush(
            images(2, 100),
            images(1, 200),
            List.of(7L, Long.MAX_VALUE),
            0,
            new StatfsCounts(0, -3, 1),
            0x2 | 0x4000);

    List<AppendJournalRequest> requests = FlushWire.requests(FIRST, 5, flush);

    AppendJournalRequest only = AppendJournalRequest.parseFrom(requests.getFirst().toByteArray());
    assertEquals(1, requests.size());
    assertEquals("c:fs", only.getVolume());
    assertEquals(5, only.getRequestId());
    assertEquals(
        List.of(LogFlag.LOG_FLAG_FLUSH_NORMAL, LogFlag.LOG_FLAG_LFC_INODE_GO_SYNC),
        only.getFlagsList());
    assertEquals(flush, new FlushWire.Reader(BLOCK_SIZE, 1 << 20).read(only));
  }

  @Test
  void anEmptyFlushCrosses() {
    List<AppendJournalRequest> requests =
        FlushWire.requests(AppendJournalRequest.getDefaultInstance(), 0, EMPTY);
    assertEquals(1, requests.size());
    assertEquals(EMPTY, new FlushWire.Reader(BLOCK_SIZE, 0).read(requests.getFirst()));
  }

  @Test
  void aLargeFlushIsSpreadOverSmallMessages() {
    LogFlush flush =
        new LogFlush(
            images(500, 1000),
            images(70, 5000),
            LongStream.range(0, 100_000).boxed().toList(),
            4,
            new StatfsCounts(1, 2, 3),
            0x4);

    List<AppendJournalRequest> requests = FlushWire.requests(FIRST, 5, flush);

    assertTrue(requests.size() > 8, () -> "spread over " + requests.size());
    FlushWire.Reader reader = new FlushWire.Reader(BLOCK_SIZE, 8 << 20);
    for (int i = 0; i < requests.size(); i++) {
      AppendJournalRequest request = requests.get(i);
      boolean last = i == requests.size() - 1;
      assertTrue(request.getSerializedSize() < FlushWire.PART_BYTES * 3 / 2);
      assertEquals(!last, request.getContinued());
      assertEquals(last, request.hasTail());
      assertEquals(i == 0, !request.getVolume().isEmpty());
      LogFlush read = reader.read(request);
      if (last) {
        assertEquals(flush, read);
      } else {
        assertNull(read);
      }
    }
    assertNotNull(reader.read(FlushWire.requests(FIRST, 6, EMPTY).getFirst()), "the next flush");
  }

  @Test
  void aFlushThatIsTooLargeIsRefused() {
    FlushWire.Reader reader = new FlushWire.Reader(BLOCK_SIZE, BLOCK_SIZE);
    LogFlush flush = new LogFlush(images(2, 0), List.of(), List.of(), -1, StatfsCounts.ZERO, 0);
    assertRefused(
        "metadata: the flush has more than 4096 bytes",
        () -> reader.read(FlushWire.requests(FIRST, 1, flush).getFirst()));
  }

  @Test
  void aFlushInsideAnotherIsRefused() {
    FlushWire.Reader reader = new FlushWire.Reader(BLOCK_SIZE, 1 << 20);
    assertNull(reader.read(FIRST.toBuilder().setRequestId(1).setContinued(true).build()));
    assertRefused(
        "request_id: 2 in the middle of flush 1",
        () -> reader.read(FIRST.toBuilder().setRequestId(2).build()));
  }

  @ParameterizedTest
  @EnumSource
  void flagsAreTheBitsOfTheLogHeader(LogFlag flag) {
    if (flag == LogFlag.UNRECOGNIZED || flag == LogFlag.LOG_FLAG_UNSPECIFIED) {
      assertRefused("flags: has an unknown flag", () -> FlushWire.flags("flags", List.of(flag)));
      return;
    }
    int bit = FlushWire.flags("flags", List.of(flag));
    assertEquals(1 << (flag.getNumber() - 1), bit);
    assertEquals(List.of(flag), FlushWire.flags(bit));
    assertRefused(
        "flags: has " + flag + " twice", () -> FlushWire.flags("flags", List.of(flag, flag)));
  }

  @Test
  void bitsThatAFlushMayNotHaveAreRefused() {
    for (int place = 0; place < 32; place++) {
      int bit = 1 << place;
      boolean known = LogFlag.forNumber(place + 1) != null;
      if (known) {
        assertFalse(FlushWire.flags(bit).isEmpty());
      } else {
        assertRefused(
            "flags: 0x" + Integer.toHexString(bit) + " has bits that a flush may not",
            () -> FlushWire.flags(bit));
      }
    }
  }
}
