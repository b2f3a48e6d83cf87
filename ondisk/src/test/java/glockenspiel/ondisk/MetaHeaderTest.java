package glockenspiel.ondisk;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.HexFormat;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

final class MetaHeaderTest {
  private static final String DINODE =
      "01161970" + "00000004" + "0000000000000000" + "00000190" + "00000000";

  @Test
  void writesTheGoldenBytes() {
    ByteBuffer written = ByteBuffer.allocate(24);
    MetaHeader.write(written, MetaType.DINODE);
    assertEquals(DINODE, HexFormat.of().formatHex(written.array()));
  }

  @ParameterizedTest
  @EnumSource
  void everyTypeRoundTrips(MetaType type) {
    ByteBuffer block = ByteBuffer.allocate(512);
    MetaHeader.write(block, type);
    assertEquals(type, MetaHeader.type(block));
    assertTrue(MetaHeader.is(block, type));
    MetaHeader.checkFormat(block, 1, type);
    block.putInt(16, 1);
    MetaHeader.check(block, 1, type);
    assertThrows(CorruptBlockException.class, () -> MetaHeader.checkFormat(block, 1, type));
    block.putInt(0, 0);
    assertNull(MetaHeader.type(block));
    assertFalse(MetaHeader.is(block, type));
  }

  @Test
  void unknownTypesAreNull() {
    ByteBuffer block = ByteBuffer.allocate(512).putInt(0, MetaHeader.MAGIC);
    for (int code : new int[] {0, 13, 15, -1, Integer.MAX_VALUE, Integer.MIN_VALUE}) {
      assertNull(MetaHeader.type(block.putInt(4, code)));
    }
  }

  @Test
  void littleEndianBuffersAreRefused() {
    ByteBuffer block = ByteBuffer.allocate(512).order(ByteOrder.LITTLE_ENDIAN);
    assertThrows(IllegalArgumentException.class, () -> MetaHeader.check(block, 1, MetaType.DINODE));
  }

  /** The standard check values of both checksums. */
  @Test
  void checksumsAreTheStandardOnes() {
    byte[] digits = {'1', '2', '3', '4', '5', '6', '7', '8', '9'};
    assertEquals(0xcbf43926, Checksums.crc32(digits, 0, 9));
    ByteBuffer heap = ByteBuffer.allocate(32).position(5).slice().put(3, digits);
    ByteBuffer direct = ByteBuffer.allocateDirect(32).put(3, digits);
    for (ByteBuffer buffer : new ByteBuffer[] {heap, direct, heap.asReadOnlyBuffer()}) {
      assertEquals(0xcbf43926, Checksums.crc32(buffer, 3, 9));
      assertEquals(~0xe3069283, Checksums.crc32cUncomplemented(buffer, 3, 9));
      assertEquals(Checksums.crc32(buffer, 3, 13), Checksums.crc32ThenZeros(buffer, 3, 9, 4));
      assertEquals(0, buffer.position());
    }
    int zeroed = Checksums.crc32WithZeroInt(heap, 3, 9, 5);
    assertEquals(zeroed, Checksums.crc32(heap.putInt(5, 0), 3, 9));
  }
}
